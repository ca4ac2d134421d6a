#include "daemon/control.h"

#include "daemon/report.h"
#include "net/httpd.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES = 16 * 1024, IDLE_S = 30 };

struct control {
	struct wire *wire;
	struct httpd *httpd;
	int64_t started_ms;
};

/* The answer: a status, and what is said with it. */
struct said {
	int status;
	json_t *body;
};

static struct said say_status(struct control *control)
{
	return (struct said){
		200, report_status(control->wire, control->started_ms)};
}

static const struct route {
	const char *method;
	const char *path;
	struct said (*run)(struct control *control);
} routes[] = {
	{"GET", "/v1/status", say_status},
};

static struct said refuse(int status, const char *why)
{
	return (struct said){status, json_pack("{s:s}", "error", why)};
}

static struct said dispatch(
	struct control *control, const char *method, struct span path)
{
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!span_is(path, routes[i].path))
			continue;
		if (str_eq(routes[i].method, method))
			return routes[i].run(control);
		known = true;
	}
	return known ? refuse(405, "this path has another method")
		     : refuse(404, "there is no such path");
}

static void reply(struct httpd_request *request, struct said said)
{
	char *text = json_text(said.body);

	httpd_reply(
		request, said.status, "application/json", text, strlen(text));
	free(text);
	json_decref(said.body);
}

static void control_on_request(struct httpd_request *request, void *arg)
{
	struct span rest = span_of(httpd_target(request));

	reply(request,
		dispatch(arg, httpd_method(request), span_cut(&rest, '?')));
}

static void control_on_refused(struct httpd_request *request, void *arg UNUSED)
{
	int status = 400;
	const char *why = httpd_refusal(request, &status);

	reply(request, refuse(status, why));
}

struct control *control_new(
	struct loop *loop, const char *path, struct wire *wire, struct err *err)
{
	struct control *control = xcalloc(1, sizeof(*control));
	struct httpd_params params = {
		.unix_path = path,
		.max_header_bytes = REQUEST_BYTES,
		.max_body_bytes = REQUEST_BYTES,
		.idle_timeout_s = IDLE_S,
		.refused = control_on_refused,
	};

	control->wire = wire;
	control->started_ms = clock_wall_ms();
	control->httpd =
		httpd_new(loop, &params, control_on_request, control, err);
	if (control->httpd)
		return control;
	free(control);
	err_prefix(err, "control");
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	httpd_free(control->httpd);
	free(control);
}
