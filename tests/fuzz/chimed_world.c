#include "chimed_world.h"

#include "util/alloc.h"
#include "util/enc.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

/* All that the service may say; never 500, and 503 only when told to. */
static const int statuses[] = {200, 201, 202, 204, 400, 401, 403, 404, 405, 408,
	409, 413, 417, 431, 501, 505};

static void must(bool fine)
{
	if (!fine)
		abort();
}

void world_check(int status, const char *text)
{
	struct err err;
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		known = known || statuses[i] == status;
	must(known);
	must((status == 204) == (text == NULL));
	if (text == NULL)
		return;
	json_t AUTOJSON *body = json_parse_strict(text, strlen(text), &err);

	must(json_is_object(body));
	if (status < 300)
		return;
	must(json_get_string(body, "Code") != NULL);
	must(*str_or_empty(json_get_string(body, "Message")) != '\0');
}

static char *ask(struct world *world, const struct service_request *request)
{
	struct answer answer;

	answer_init(&answer);
	db_begin(world->db);
	service_handle(world->service, request, &answer);
	must(db_commit(world->db));
	must((answer.status >= 300) == (answer.error_type != NULL));
	world_check(answer.status, answer.body);
	return answer.body;
}

/* What the two characters at `p` stand for, or NULL. */
static const char *name_at(
	const struct world *world, const char *p, bool *encode)
{
	char letter = p[1];

	if (p[0] != '$')
		return NULL;
	if (letter >= 'a' && letter <= 'z') {
		*encode = true;
		letter = ascii_upper(letter);
	}
	return world->names[letter & 127];
}

void world_expand(
	const struct world *world, struct span in, bool encode, struct buf *out)
{
	for (size_t i = 0; i < in.len; i++) {
		bool encoded = encode;
		const char *name = i + 1 < in.len
					   ? name_at(world, in.p + i, &encoded)
					   : NULL;

		if (name == NULL)
			buf_addc(out, in.p[i]);
		else if (encoded)
			enc_percent(out, name, strlen(name));
		else
			buf_adds(out, name);
		i += name != NULL;
	}
}

char *world_ask(struct world *world, struct span text)
{
	struct span line = span_cut(&text, '\n');
	struct span who = span_cut(&text, '\n');
	struct span method = span_cut(&line, ' ');
	struct buf words[4];

	for (int i = 0; i < 4; i++)
		buf_init(&words[i], WORLD_TEXT_BYTES);
	world_expand(world, method, false, &words[0]);
	world_expand(world, line, true, &words[1]);
	world_expand(world, who, false, &words[2]);
	world_expand(world, text, false, &words[3]);
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
	char AUTOFREE *text = world_ask(world, span_of(request));
	json_t AUTOJSON *body = json_parse_strict(text, strlen(text), &err);

	world->names[(int)letter] = xstrdup(json_get_string(body, member));
}

void world_init(struct world *world)
{
	static char admin[] = "admin";
	char *admins[] = {admin};
	struct err err;

	*world = (struct world){.db = NULL};
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

bool world_is_intact(struct world *world)
{
	static const char request[] = "GET /channels/$C/messages/$M\n$A\n";
	char AUTOFREE *answer = world_ask(world, span_of(request));

	return strstr(answer, "\"ChannelMessage\"") != NULL;
}

void world_release(struct world *world)
{
	service_free(world->service);
	db_free(world->db);
	for (int i = 0; i < WORLD_NAMES; i++)
		free(world->names[i]);
	*world = (struct world){.db = NULL};
}
