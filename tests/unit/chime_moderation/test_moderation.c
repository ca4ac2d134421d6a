#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/moderation.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { EVERY_MS = 30 * 1000 };

#define CHANNEL "/channels/APP/channel/c"
#define READ "GET " CHANNEL
#define MODERATED                                                              \
	"GET /channels?scope=app-instance-user-moderated-channels&"            \
	"app-instance-user-arn=APP/user/bridge&max-results=50"
#define BANS "GET " CHANNEL "/bans?max-results=50"
#define MODERATORS "GET " CHANNEL "/moderators?max-results=50"
#define PROBE "GET " CHANNEL "/bans?max-results=1"
#define LISTED                                                                 \
	"{\"Channels\":[{\"ChannelSummary\":{\"ChannelArn\":\"" WORLD_CHANNEL  \
	"\"}}]}"
#define AL WORLD_APP "/user/al"
#define ALL_MAY "may 0\nmay 1\nmay 2\nmay 3\nmay 4\n"

struct fixture {
	struct users_rig *u;
	struct mandate *mandate;
	struct moderation *moderation;
	struct end_sink sink;
	struct buf log;
	unsigned load;
	bool in_verb;
	const char *close_at; /* in the callback that begins so */
};

static void note(struct fixture *f, const char *what)
{
	assert_false(f->in_verb);
	buf_addf(&f->log, "%s\n", what);
	if (str_eq(f->close_at, what))
		moderation_close(TAKE(f->moderation));
}

static void on_standings(void *arg, const struct standing_list *list)
{
	static const char *const words[] = {"begins", "complete", "unknown"};
	char what[64];
	snprintf(what, sizeof(what), "%s %s",
		list->kind == STANDING_BANNED ? "bans" : "ops",
		words[list->state]);
	note(arg, what);
}

static void on_standing(void *arg, const struct standing *standing)
{
	char what[256];
	snprintf(what, sizeof(what), "%s%s %s", standing->is_set ? "+" : "-",
		standing->kind == STANDING_BANNED ? "ban" : "op",
		standing->person->name);
	note(arg, what);
}

static void on_stood(void *arg, const struct standing_receipt *receipt)
{
	static const char *const words[] = {
		"done", "refused", "later", "not shown"};
	char what[256];
	snprintf(what, sizeof(what), "stood %s", words[receipt->outcome]);
	note(arg, what);
}

static void on_attribute(void *arg, const struct attribute_state *state)
{
	char what[256];
	snprintf(what, sizeof(what), "%d = %s", (int)state->attribute,
		str_or_empty(state->value));
	note(arg, what);
}

static void on_set(void *arg, const struct attribute_receipt *receipt)
{
	note(arg, receipt->outcome == MIRROR_DONE ? "set" : "not set");
}

/* What the service said. */
static const char *said(const char *why)
{
	const char *words = why ? strstr(why, "): ") : NULL;
	return words ? words + 3 : why;
}

static void on_right(void *arg, enum right right, bool may, const char *why)
{
	char what[256];
	assert_int_equal(may, why == NULL);
	snprintf(what, sizeof(what), may ? "may %d" : "may not %d: %.10s",
		(int)right, str_or_empty(said(why)));
	note(arg, what);
}

static void on_joined(void *arg, const char *person_id)
{
	(void)person_id;
	note(arg, "joined");
}

static void begin(struct fixture *f)
{
	const struct moderation_params params = {
		.client = f->u->s.w.client,
		.users = f->u->users,
		.mandate = f->mandate,
		.object = "mapping m",
		.bridge = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f->load,
		.puppets = true,
		.sink = &f->sink,
		.joined = on_joined,
		.arg = f,
	};
	f->moderation = moderation_new(f->u->s.w.loop, &params);
}

static int setup(void **state)
{
	static struct fixture f;
	void *rig = NULL;
	memset(&f, 0, sizeof(f));
	users_rig_setup(&rig);
	f.u = rig;
	buf_init(&f.log, 1 << 16);
	f.mandate = mandate_new(f.u->s.w.loop, f.u->s.w.client, WORLD_USER);
	f.sink = (struct end_sink){
		.standings = on_standings,
		.standing = on_standing,
		.stood = on_stood,
		.attribute = on_attribute,
		.attribute_set = on_set,
		.right = on_right,
		.arg = &f,
	};
	begin(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *rig = f->u;
	moderation_close(f->moderation);
	assert_int_equal(f->load, 0);
	service_settle(&f->u->s);
	mandate_free(f->mandate);
	buf_release(&f->log);
	return users_rig_teardown(&rig);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->u->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void watch(struct fixture *f, bool on)
{
	f->in_verb = true;
	moderation_watch(f->moderation, on);
	f->in_verb = false;
}

static void expect(
	struct fixture *f, const char *line, int status, const char *body)
{
	service_expect(&f->u->s, line);
	service_answer(&f->u->s, status, "%s", body);
}

static void expect_read(struct fixture *f, const char *metadata)
{
	service_expect(&f->u->s, READ);
	service_answer(&f->u->s, 200,
		"{\"Channel\":{\"Name\":\"N\",\"Metadata\":\"%s\"}}", metadata);
}

static void begin_open(struct fixture *f)
{
	moderation_open(f->moderation, WORLD_CHANNEL);
	service_expect_none(&f->u->s);
	watch(f, true);
	expect_read(f, "");
	expect_log(f, "0 = \n1 = N\n2 = 0\n");
	service_pass_until_asked(&f->u->s, EVERY_MS);
}

/* Told, as a moderator. */
static void begin_told(struct fixture *f)
{
	begin_open(f);
	expect(f, MODERATED, 200, LISTED);
	service_settle(&f->u->s);
	expect(f, BANS, 200,
		"{\"ChannelBans\":[{\"Member\":{\"Arn\":\"" AL "\"}}]}");
	expect(f, MODERATORS, 200, "{\"ChannelModerators\":[]}");
	expect(f, "GET " CHANNEL "/bans/APP/user/al", 404, "{}");
	expect_log(f, ALL_MAY "bans begins\n+ban al\nbans complete\n"
			      "ops begins\nops complete\n");
}

/* As it was. */
static void answer_as_before(struct fixture *f)
{
	const char *target = f->u->s.w.requests[0].target;
	bool is_list = strstr(target, "bans?") != NULL;
	bool is_moderated = strstr(target, "moderated") != NULL;
	service_expect_any(&f->u->s);
	service_answer(&f->u->s, 200, "%s",
		is_list        ? "{\"ChannelBans\":[{\"Member\":"
				 "{\"Arn\":\"" AL "\"}}]}"
		: is_moderated ? LISTED
			       : "{\"Channel\":{\"Name\":\"N\"}}");
	service_settle(&f->u->s);
}

static void pass_until_told(struct fixture *f, const char *what)
{
	for (int i = 0; i < 300 && !strstr(f->log.data, what); i++) {
		service_pass_until_asked(&f->u->s, MANDATE_EVERY_MS);
		answer_as_before(f);
	}
	assert_non_null(strstr(f->log.data, what));
	buf_clear(&f->log);
}

static void pass_until_asked(struct fixture *f, const char *what)
{
	for (int i = 0; i < 300; i++) {
		service_pass_until_asked(&f->u->s, MANDATE_EVERY_MS);
		if (strstr(f->u->s.w.requests[0].target, what))
			return;
		answer_as_before(f);
	}
	fail();
}

static void test_rights_come_and_go(void **state)
{
	struct fixture *f = *state;
	begin_open(f);
	expect(f, MODERATED, 200, "{}");
	expect(f, PROBE, 403, "{}");
	expect_log(f, "may not 0: the bridge\nmay not 1: the bridge\n"
		      "may not 2: the bridge\nmay not 3: the bridge\n"
		      "may not 4: the bridge\n");
	pass_until_asked(f, "moderated");
	expect(f, MODERATED, 200, LISTED);
	service_settle(&f->u->s);
	expect_log(f, ALL_MAY);
	expect(f, BANS, 200, "{}");
	expect(f, MODERATORS, 200, "{}");
	expect_log(f, "bans begins\nbans complete\n"
		      "ops begins\nops complete\n");
	/* A refusal is looked into at once. */
	pass_until_asked(f, "bans?");
	buf_clear(&f->log);
	expect(f, BANS, 403, "{}");
	pass_until_asked(f, "moderated");
	expect(f, MODERATED, 200, "{}");
	expect(f, PROBE, 403, "{}");
	service_settle(&f->u->s);
	assert_non_null(strstr(f->log.data,
		"bans unknown\nops unknown\nmay not 0: the bridge\n"));
}

static void test_verbs(void **state)
{
	const struct standing_change change = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.person_id = WORLD_APP "/user/bo",
		.is_native = true,
	};
	struct fixture *f = *state;
	moderation_stand(f->moderation, &change);
	moderation_set(f->moderation, ATTRIBUTE_NAME, "x");
	expect_log(f, "stood later\nnot set\n");
	begin_told(f);
	moderation_stand(f->moderation, &change);
	expect(f, "POST " CHANNEL "/bans", 201, "{}");
	moderation_set(f->moderation, ATTRIBUTE_TOPIC, "x");
	expect_read(f, "");
	expect(f, "PUT " CHANNEL, 200, "{}");
	expect_log(f, "stood done\nset\n");
	/* The list that lacks it is older, or lags. */
	pass_until_asked(f, "bans?");
	service_settle(&f->u->s);
	buf_clear(&f->log);
}

static void test_policy(void **state)
{
	const struct standing_change change = {
		.kind = STANDING_MODERATOR,
		.is_set = true,
		.person_id = AL,
		.is_native = true,
	};
	struct fixture *f = *state;
	begin_told(f);
	moderation_stand(f->moderation, &change);
	expect(f, "POST " CHANNEL "/moderators", 403, USERS_DENIED);
	expect_log(f, "may not 1: policy\nstood later\n");
	moderation_set(f->moderation, ATTRIBUTE_RESTRICTED, "1");
	expect_read(f, "");
	expect(f, "PUT " CHANNEL, 403, USERS_DENIED);
	expect_log(f, "may not 4: policy\nnot set\n");
	pass_until_told(f, "may 1\nmay 4\n");
}

static void test_foreign(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	watch(f, true);
	expect(f, BANS, 200, "{}");
	expect(f, MODERATORS, 200, "{}");
	expect_read(f, "theirs");
	service_settle(&f->u->s);
	assert_non_null(strstr(f->log.data, "may not 2: the channe\n"));
	assert_null(strstr(f->log.data, "may not 3"));
}

static void test_off_and_on(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	watch(f, false);
	service_pass(&f->u->s, 2 * MANDATE_EVERY_MS);
	expect_log(f, "");
	watch(f, true);
	expect_read(f, "");
	service_pass_until_asked(&f->u->s, EVERY_MS);
	expect(f, MODERATED, 200, LISTED);
	expect_log(f, "0 = \n1 = N\n2 = 0\n" ALL_MAY);
	expect(f, BANS, 200, "{}");
	expect(f, MODERATORS, 200, "{}");
	service_settle(&f->u->s);
	buf_clear(&f->log);
	/* On is said again: all anew. */
	watch(f, true);
	service_expect_any(&f->u->s);
	while (f->u->s.w.request_count) {
		service_answer(&f->u->s, 200, "{}");
		service_settle(&f->u->s);
	}
	assert_non_null(strstr(f->log.data, "bans begins\nbans complete\n"));
	assert_non_null(strstr(f->log.data, "ops begins\nops complete\n"));
	assert_non_null(strstr(f->log.data, "2 = 0\n"));
}

static void test_another_channel(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	moderation_open(f->moderation, WORLD_CHANNEL);
	service_expect_none(&f->u->s);
	moderation_open(f->moderation, WORLD_APP "/channel/d");
	expect(f, "GET /channels/APP/channel/d", 200, "{}");
	service_settle(&f->u->s);
	assert_non_null(strstr(f->log.data, "bans unknown\nops unknown\n"));
	service_pass_until_asked(&f->u->s, EVERY_MS);
	expect(f, MODERATED, 200,
		"{\"Channels\":[{\"ChannelArn\":\"" WORLD_APP
		"/channel/d\"}]}");
	service_settle(&f->u->s);
	expect(f, "GET /channels/APP/channel/d/bans?max-results=50", 200, "{}");
	expect(f, "GET /channels/APP/channel/d/moderators?max-results=50", 200,
		"{}");
	service_settle(&f->u->s);
}

static void test_closing(void **state)
{
	static const char *const places[] = {"0 = ", "may 0", "bans begins",
		"+ban al", "ops complete", "may not 1: policy"};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		f->close_at = places[i];
		moderation_open(f->moderation, WORLD_CHANNEL);
		watch(f, true);
		for (int n = 0; n < 20 && f->moderation; n++) {
			service_pass_until_asked(&f->u->s, MANDATE_EVERY_MS);
			const char *target = f->u->s.w.requests[0].target;
			bool is_bans = strstr(target, "bans?") != NULL;
			bool is_ops = strstr(target, "moderators?") != NULL;
			bool is_denied = is_ops && i == 5;
			service_expect_any(&f->u->s);
			service_answer(&f->u->s, is_denied ? 403 : 200, "%s",
				is_denied ? USERS_DENIED
				: is_bans ? "{\"ChannelBans\":[{\"Member\":"
					    "{\"Arn\":\"" AL "\"}}]}"
					  : LISTED);
			service_settle(&f->u->s);
		}
		assert_null(f->moderation);
		service_settle(&f->u->s);
		while (f->u->s.w.request_count)
			service_cut(&f->u->s);
		service_expect_none(&f->u->s);
		begin(f);
	}
	f->close_at = NULL;
	moderation_close(NULL);
	moderation_watch(NULL, true);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_rights_come_and_go),
		T(test_verbs),
		T(test_policy),
		T(test_foreign),
		T(test_off_and_on),
		T(test_another_channel),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
