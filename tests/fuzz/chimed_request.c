/*
 * Requests to the service, without signatures, on a state in memory. Input:
 * requests separated by a line "--", each a line with method and target, a
 * line with the bearer, then the body. `$I`, `$A`, `$B`, `$C`, `$M` stand for
 * the ARNs of the app instance, an admin, a member, a channel, and a message
 * id. Every answer has a status, errors have their shape, other bodies are
 * JSON objects, and the state takes all of it.
 */
#include "chimed/service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES = 1 << 20, RUNS = 64, NAMES = 128 };

struct world {
	struct db *db;
	struct service *service;
	char *names[NAMES]; /* by letter */
	unsigned runs;
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static char *ask(struct world *world, const struct service_request *request)
{
	struct answer answer;
	struct err err;

	answer_init(&answer);
	db_begin(world->db);
	service_handle(world->service, request, &answer);
	must(db_commit(world->db));
	must(answer.status >= 200 && answer.status < 503);
	must((answer.status >= 300) == (answer.error_type != NULL));
	must((answer.status == 204) == (answer.body == NULL));
	if (answer.body == NULL)
		return NULL;
	json_t AUTOJSON *body =
		json_parse_repaired(answer.body, strlen(answer.body), &err);

	must(json_is_object(body));
	if (answer.error_type != NULL)
		must(json_get_string(body, "Code") != NULL &&
			json_get_string(body, "Message") != NULL);
	return answer.body;
}

/* Replaces "$X" by the name, percent-encoded in targets. */
static void expand(
	struct world *world, struct span in, bool encode, struct buf *out)
{
	for (size_t i = 0; i < in.len; i++) {
		const char *name = in.p[i] == '$' && i + 1 < in.len
					   ? world->names[in.p[i + 1] & 127]
					   : NULL;

		if (name == NULL)
			buf_addc(out, in.p[i]);
		else if (encode)
			enc_percent(out, name, strlen(name));
		else
			buf_adds(out, name);
		i += name != NULL;
	}
}

static char *run(struct world *world, struct span text)
{
	struct span line = span_cut(&text, '\n');
	struct span who = span_cut(&text, '\n');
	struct span method = span_cut(&line, ' ');
	struct buf words[4];

	for (int i = 0; i < 4; i++)
		buf_init(&words[i], INPUT_BYTES);
	expand(world, method, false, &words[0]);
	expand(world, line, true, &words[1]);
	expand(world, who, false, &words[2]);
	expand(world, text, false, &words[3]);
	char *answer = ask(world,
		&(struct service_request){
			.method = words[0].data,
			.target = words[1].data,
			.bearer = words[2].len == 0 ? NULL : words[2].data,
			.body = words[3].data,
			.body_len = words[3].len,
		});

	for (int i = 0; i < 4; i++)
		buf_release(&words[i]);
	return answer;
}

/* Runs a request that must succeed and keeps a member of its answer. */
static void make(struct world *world, char letter, const char *request,
	const char *member)
{
	struct err err;
	char AUTOFREE *text = run(world, span_of(request));
	json_t AUTOJSON *body = json_parse_repaired(text, strlen(text), &err);

	world->names[(int)letter] = xstrdup(json_get_string(body, member));
}

static void build(struct world *world)
{
	static char admin[] = "admin";
	char *admins[] = {admin};
	struct err err;

	must(db_open(":memory:", &world->db, &err) == 0);
	world->service = service_new(
		world->db, &(struct service_params){.region = "us-east-1",
				   .account = "1",
				   .admins = admins,
				   .admin_count = 1});
	make(world, 'I',
		"POST /app-instances\n\n"
		"{\"Name\":\"x\",\"ClientRequestToken\":\"t1\"}",
		"AppInstanceArn");
	make(world, 'A',
		"POST /app-instance-users\n\n{\"AppInstanceArn\":\"$I\","
		"\"AppInstanceUserId\":\"admin\",\"Name\":\"x\","
		"\"ClientRequestToken\":\"t2\"}",
		"AppInstanceUserArn");
	make(world, 'B',
		"POST /app-instance-users\n\n{\"AppInstanceArn\":\"$I\","
		"\"AppInstanceUserId\":\"bobby\",\"Name\":\"x\","
		"\"ClientRequestToken\":\"t3\"}",
		"AppInstanceUserArn");
	make(world, 'C',
		"POST /channels\n$A\n{\"AppInstanceArn\":\"$I\","
		"\"Name\":\"x\",\"ClientRequestToken\":\"t4\"}",
		"ChannelArn");
	make(world, 'M',
		"POST /channels/$C/messages\n$A\n{\"Content\":\"x\","
		"\"Type\":\"STANDARD\",\"Persistence\":\"PERSISTENT\","
		"\"ClientRequestToken\":\"t5\"}",
		"MessageId");
}

static void wreck(struct world *world)
{
	service_free(world->service);
	db_free(world->db);
	for (int i = 0; i < NAMES; i++)
		free(world->names[i]);
	*world = (struct world){.runs = 0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	char AUTOFREE *text = xstrndup((const char *)data, size);
	char *at = text;

	if (world.db == NULL)
		build(&world);
	while (at != NULL) {
		char *end = strstr(at, "\n--\n");

		free(run(&world,
			(struct span){at, end == NULL ? strlen(at)
						      : (size_t)(end - at)}));
		at = end == NULL ? NULL : end + 4;
	}
	if (++world.runs >= RUNS)
		wreck(&world);
	return 0;
}
