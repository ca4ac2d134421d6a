#include "ctl/control_client.h"

#include "net/http.h"
#include "net/loop.h"
#include "util/alloc.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10 * 1000, ANSWER_BYTES = 64 << 20 };

struct asking {
	struct loop *loop;
	const char *path;
	json_t *body;
	struct err *err;
};

static void read_answer(struct asking *asking, const struct http_answer *answer)
{
	const char *why;

	asking->body = json_parse_repaired(
		answer->body, answer->body_len, asking->err);
	if (asking->body == NULL || answer->status < 300)
		return;
	why = json_get_string(asking->body, "error");
	err_set(asking->err, -EPROTO, "%s", why ? why : "refused");
	json_decref(asking->body);
	asking->body = NULL;
}

/* What the socket itself tells says more than that it could not be used. */
static const char *reason(const char *path, const struct http_answer *answer)
{
	if (access(path, W_OK) == 0)
		return answer->failure == HTTP_UNREACHABLE
			       ? "nobody answers: is belfryd running?"
			       : answer->why;
	return errno == EACCES ? "only the daemon's user and root may ask it"
			       : "there is no socket: is belfryd running?";
}

static void asking_on_answer(const struct http_answer *answer, void *arg)
{
	struct asking *asking = arg;

	if (answer->failure == HTTP_OK)
		read_answer(asking, answer);
	else
		err_set(asking->err, -ECONNREFUSED, "%s: %s", asking->path,
			reason(asking->path, answer));
	loop_stop(asking->loop);
}

static void ask(struct asking *asking, const char *method, const char *target)
{
	struct http_params params = {.unix_path = asking->path};
	struct http *http = http_new(asking->loop, &params, asking->err);
	char AUTOFREE *url = xasprintf("http://belfryd%s", target);

	if (!http)
		return;
	if (http_start(http,
		    &(struct http_request){
			    .method = method,
			    .url = url,
			    .timeout_ms = TIMEOUT_MS,
			    .max_body_bytes = ANSWER_BYTES,
		    },
		    asking_on_answer, asking))
		loop_run(asking->loop);
	http_free(http);
}

json_t *control_ask(const struct belfry_config *config, const char *method,
	const char *target, struct err *err)
{
	struct asking asking = {.err = err};

	if (!config || !config->control) {
		err_set(err, -ENOENT, "%s",
			config ? "the configuration has no setting control, so "
				 "its daemon cannot be asked"
			       : "the daemon's socket is not known: name its "
				 "configuration with -c");
		return NULL;
	}
	asking.path = config->control;
	asking.loop = loop_new();
	ask(&asking, method, target);
	loop_free(asking.loop);
	return asking.body;
}
