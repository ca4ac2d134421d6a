#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/stands.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BANS "/channels/APP/channel/c/bans"
#define MODERATORS "/channels/APP/channel/c/moderators"
#define BAN "POST " BANS
#define UNBAN(id) "DELETE " BANS "/APP/user/" id
#define PROMOTE "POST " MODERATORS
#define DEMOTE(id) "DELETE " MODERATORS "/APP/user/" id
#define PROOF "GET " BANS "?max-results=1"
#define AL WORLD_APP "/user/al"
#define NO "{\"Message\":\"no\"}"

struct fixture {
	struct users_rig *u;
	struct stands *stands;
	struct buf log;
	bool in_verb;
	const char *close_at; /* in the callback that begins so */
};

static void note(struct fixture *f, const char *what)
{
	assert_false(f->in_verb);
	buf_addf(&f->log, "%s\n", what);
	if (f->close_at && str_starts(what, f->close_at))
		stands_close(TAKE(f->stands));
}

static const char *id_of(const char *id)
{
	return str_starts(id, "arn:") ? strrchr(id, '/') + 1 : id;
}

/* What the service said. */
static const char *said(const char *why)
{
	const char *words = why ? strstr(why, "): ") : NULL;
	return words ? words + 3 : why;
}

static void on_stood(void *arg, const struct standing_receipt *receipt)
{
	static const char *const outcomes[] = {
		[MIRROR_DONE] = "done",
		[MIRROR_REFUSED] = "refused",
		[MIRROR_LATER] = "later",
		[MIRROR_NOT_SHOWN] = "not shown",
	};
	char what[512], retry[32] = "";
	if (receipt->retry_ms)
		snprintf(retry, sizeof(retry), " %" PRId64, receipt->retry_ms);
	assert_int_equal(receipt->outcome == MIRROR_DONE, receipt->why == NULL);
	snprintf(what, sizeof(what), "%s%s %s %s%s%s%s",
		receipt->is_set ? "+" : "-",
		receipt->kind == STANDING_BANNED ? "ban" : "op",
		id_of(receipt->person_id), outcomes[receipt->outcome],
		receipt->why ? ": " : "", str_or_empty(said(receipt->why)),
		retry);
	note(arg, what);
}

static void on_changed(
	void *arg, enum standing_kind kind, const char *arn, bool is_set)
{
	char what[256];
	snprintf(what, sizeof(what), "%s%s now %s", is_set ? "+" : "-",
		kind == STANDING_BANNED ? "ban" : "op", id_of(arn));
	note(arg, what);
}

static void on_joined(void *arg, const char *person_id)
{
	char what[256];
	snprintf(what, sizeof(what), "joined %s", person_id);
	note(arg, what);
}

static void on_denied(void *arg, enum standing_kind kind, const char *why)
{
	char what[256];
	snprintf(what, sizeof(what), "denied %d %s", (int)kind, said(why));
	note(arg, what);
}

static void on_doubted(void *arg)
{
	note(arg, "doubted");
}

static void begin(struct fixture *f, bool puppets)
{
	const struct stands_params params = {
		.client = f->u->s.w.client,
		.users = f->u->users,
		.object = "mapping m",
		.bridge = WORLD_USER,
		.puppets = puppets,
		.stood = on_stood,
		.changed = on_changed,
		.joined = on_joined,
		.denied = on_denied,
		.doubted = on_doubted,
		.arg = f,
	};
	f->stands = stands_new(f->u->s.w.loop, &params);
}

static int setup(void **state)
{
	static struct fixture f;
	void *rig = NULL;
	memset(&f, 0, sizeof(f));
	users_rig_setup(&rig);
	f.u = rig;
	buf_init(&f.log, 1 << 16);
	begin(&f, true);
	stands_open(f.stands, WORLD_CHANNEL);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *rig = f->u;
	stands_close(f->stands);
	service_settle(&f->u->s);
	buf_release(&f->log);
	return users_rig_teardown(&rig);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->u->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void stand(struct fixture *f, enum standing_kind kind, bool is_set,
	const char *person)
{
	const struct standing_change change = {
		.kind = kind,
		.is_set = is_set,
		.person_id = person,
		.name = "Bob",
		.is_native = str_starts(person, "arn:"),
	};
	f->in_verb = true;
	stands_add(f->stands, &change);
	f->in_verb = false;
}

static void ban(struct fixture *f, bool is_set, const char *person)
{
	stand(f, STANDING_BANNED, is_set, person);
}

static void moderate(struct fixture *f, bool is_set, const char *person)
{
	stand(f, STANDING_MODERATOR, is_set, person);
}

static void expect(
	struct fixture *f, const char *line, int status, const char *body)
{
	service_expect(&f->u->s, line);
	assert_string_equal(f->u->s.bearer, "APP/user/bridge");
	service_answer(&f->u->s, status, "%s", body);
}

static void test_natives(void **state)
{
	struct fixture *f = *state;
	ban(f, true, AL);
	assert_true(stands_is_changing(f->stands, STANDING_BANNED, AL));
	assert_false(stands_is_changing(f->stands, STANDING_MODERATOR, AL));
	service_expect(&f->u->s, BAN);
	assert_string_equal(service_string(&f->u->s, "MemberArn"), AL);
	service_answer(&f->u->s, 201, "{}");
	expect_log(f, "+ban now al\n+ban al done\n");
	assert_false(stands_is_changing(f->stands, STANDING_BANNED, AL));
	ban(f, true, AL);
	expect(f, BAN, 409, "{}");
	expect_log(f, "+ban now al\n+ban al done\n");
	ban(f, false, AL);
	expect(f, UNBAN("al"), 204, "");
	expect_log(f, "-ban now al\n-ban al done\n");
	ban(f, false, AL);
	expect(f, UNBAN("al"), 404, "{}");
	expect_log(f, "-ban now al\n-ban al done\n");
	moderate(f, true, AL);
	service_expect(&f->u->s, PROMOTE);
	assert_string_equal(
		service_string(&f->u->s, "ChannelModeratorArn"), AL);
	service_answer(&f->u->s, 201, "{}");
	expect_log(f, "+op now al\n+op al done\n");
	moderate(f, false, AL);
	expect(f, DEMOTE("al"), 204, "");
	expect_log(f, "-op now al\n-op al done\n");
	ban(f, true, AL);
	expect(f, BAN, 404, NO);
	expect_log(f, "+ban al refused: there is no such user in Chime\n");
}

static void test_puppets(void **state)
{
	struct fixture *f = *state;
	users_rig_know(f->u, "net/bob", "Bob");
	assert_true(users_is_member(f->u->users, "net/bob", WORLD_CHANNEL));
	ban(f, true, "net/bob");
	service_expect(&f->u->s, BAN);
	assert_string_equal(service_string(&f->u->s, "MemberArn"),
		WORLD_APP "/user/irc:net:bob");
	service_answer(&f->u->s, 201, "{}");
	expect_log(f, "+ban now irc:net:bob\n+ban net/bob done\n");
	assert_false(users_is_member(f->u->users, "net/bob", WORLD_CHANNEL));
	assert_true(users_is_barred(f->u->users, "net/bob", WORLD_CHANNEL));
	ban(f, false, "net/bob");
	expect(f, UNBAN("irc:net:bob"), 204, "");
	expect_log(f, "-ban now irc:net:bob\n-ban net/bob done\n");
	/* Not by itself. */
	assert_false(users_is_member(f->u->users, "net/bob", WORLD_CHANNEL));
	assert_false(users_is_barred(f->u->users, "net/bob", WORLD_CHANNEL));
	/* The user is gone. */
	ban(f, true, "net/bob");
	expect(f, BAN, 404, "{}");
	expect_log(f, "+ban net/bob not shown: not known in Chime\n");
}

/* Who has taken another nick is found by it among those who are banned. */
static void test_another_name(void **state)
{
	struct fixture *f = *state;
	users_rig_know(f->u, "net/bob", "Rob");
	ban(f, true, "net/bob");
	expect(f, BAN, 201, "{}");
	expect_log(f, "+ban now irc:net:bob\n+ban net/bob done\n");
	service_pass_until_asked(&f->u->s, 60000);
	service_expect(&f->u->s, "PUT " USERS_AT "irc:net:bob");
	assert_string_equal(service_string(&f->u->s, "Name"), "Bob");
	service_answer(&f->u->s, 200, "{}");
	expect_log(f, "");
	/* Of nobody known. */
	users_call(f->u->users, "net/eve", "Eve");
	service_pass(&f->u->s, 60000);
}

static void test_not_known(void **state)
{
	struct fixture *f = *state;
	ban(f, true, "net/bob");
	moderate(f, true, "net/bob");
	ban(f, false, "net/bob");
	expect_log(f, "+ban net/bob not shown: not known in Chime\n"
		      "+op net/bob not shown: not known in Chime\n"
		      "-ban net/bob done\n");
	service_expect_none(&f->u->s);
	users_rig_know(f->u, "net/bob", "Bob");
	stands_close(TAKE(f->stands));
	begin(f, false);
	stands_open(f->stands, WORLD_CHANNEL);
	ban(f, true, "net/bob");
	expect_log(f, "+ban net/bob not shown: not known in Chime\n");
}

static void test_never_the_bridge(void **state)
{
	struct fixture *f = *state;
	moderate(f, false, WORLD_USER);
	ban(f, true, WORLD_USER);
	ban(f, true, WORLD_APP "/user/irc:net:bob");
	expect_log(f, "-op bridge refused: it is a user of the bridge's\n"
		      "+ban bridge refused: it is a user of the bridge's\n"
		      "+ban irc:net:bob refused: it is a user of the "
		      "bridge's\n");
	service_expect_none(&f->u->s);
}

/* Who moderates is a member. */
static void test_a_member_first(void **state)
{
	struct fixture *f = *state;
	users_rig_know(f->u, "net/bob", "Bob");
	moderate(f, true, "net/bob");
	expect(f, PROMOTE, 201, "{}");
	expect_log(f, "+op now irc:net:bob\n+op net/bob done\n");
	users_forget_member(f->u->users, "net/bob", WORLD_CHANNEL);
	moderate(f, true, "net/bob");
	expect(f, USERS_JOIN, 201, "{}");
	expect(f, PROMOTE, 409, "{}");
	expect_log(f, "joined net/bob\n+op now irc:net:bob\n"
		      "+op net/bob done\n");
	/* No member is needed for the opposite. */
	users_forget_member(f->u->users, "net/bob", WORLD_CHANNEL);
	moderate(f, false, "net/bob");
	expect(f, DEMOTE("irc:net:bob"), 204, "");
	expect_log(f, "-op now irc:net:bob\n-op net/bob done\n");
	moderate(f, true, "net/bob");
	expect(f, USERS_JOIN, 400, NO);
	expect_log(f, "+op net/bob refused: no\n");
	/* Banned: only seen when it is tried. */
	moderate(f, true, "net/bob");
	expect(f, USERS_JOIN, 403, NO);
	service_expect(&f->u->s, "GET " USERS_AT "irc:net:bob");
	service_answer(&f->u->s, 200, USERS_OURS("Bob", "net%%2Fbob"));
	expect(f, PROOF, 200, "{}");
	expect_log(f, "+op net/bob refused: Chime does not let them become a "
		      "moderator: they are banned, or there is no such "
		      "user\n");
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	ban(f, true, AL);
	expect(f, BAN, 403, NO);
	assert_true(stands_is_changing(f->stands, STANDING_BANNED, AL));
	expect(f, PROOF, 200, "{\"ChannelBans\":[]}");
	expect_log(f, "+ban al refused: Chime lets nobody ban them: they "
		      "moderate the channel or are an administrator, or there "
		      "is no such user\n");
	ban(f, true, AL);
	expect(f, BAN, 403, NO);
	expect(f, PROOF, 403, NO);
	expect_log(f, "doubted\n+ban al later: the bridge's user is not a "
		      "moderator of the channel in Chime 60000\n");
	ban(f, false, AL);
	expect(f, UNBAN("al"), 403, NO);
	expect(f, PROOF, 401, NO);
	expect_log(f, "-ban al later: no 60000\n");
	moderate(f, true, AL);
	expect(f, PROMOTE, 403, USERS_DENIED);
	expect_log(f, "denied 1 policy\n+op al later: policy 60000\n");
	moderate(f, true, AL);
	expect(f, PROMOTE, 400,
		"{\"Code\":\"ResourceLimitExceeded\",\"Message\":\"full\"}");
	expect_log(f, "+op al refused: full\n");
	ban(f, true, AL);
	expect(f, BAN, 401, NO);
	expect_log(f, "+ban al later: no 60000\n");
}

static void test_one_at_a_time(void **state)
{
	struct fixture *f = *state;
	ban(f, true, AL);
	ban(f, false, AL);
	ban(f, true, WORLD_APP "/user/bo");
	expect_log(f, "-ban al later: another change of theirs is under way "
		      "1000\n");
	expect(f, BAN, 201, "{}");
	expect(f, BAN, 201, "{}");
	service_settle(&f->u->s);
	assert_non_null(strstr(f->log.data, "+ban al done\n"));
	assert_non_null(strstr(f->log.data, "+ban bo done\n"));
}

static void test_not_open(void **state)
{
	struct fixture *f = *state;
	ban(f, true, AL);
	service_expect(&f->u->s, BAN);
	stands_open(f->stands, NULL);
	service_cut(&f->u->s);
	expect_log(f, "+ban al later: the channel is not open yet\n");
	ban(f, true, AL);
	expect_log(f, "+ban al later: the channel is not open yet\n");
	service_expect_none(&f->u->s);
}

static void test_closing(void **state)
{
	static const char *const places[] = {
		"denied", "joined", "+ban", "+op net/bob done"};
	struct fixture *f = *state;
	users_rig_know(f->u, "net/bob", "Bob");
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		f->close_at = places[i];
		users_forget_member(f->u->users, "net/bob", WORLD_CHANNEL);
		moderate(f, true, "net/bob");
		expect(f, USERS_JOIN, i == 0 ? 403 : 201, USERS_DENIED);
		if (i > 1)
			expect(f, PROMOTE, 201, "{}");
		service_settle(&f->u->s);
		if (i == 2) {
			ban(f, true, "net/x");
			ban(f, true, "net/y");
			service_settle(&f->u->s);
		}
		assert_null(f->stands);
		service_settle(&f->u->s);
		if (f->u->s.w.request_count)
			service_cut(&f->u->s);
		begin(f, true);
		stands_open(f->stands, WORLD_CHANNEL);
	}
	f->close_at = NULL;
	buf_clear(&f->log);
	ban(f, true, AL);
	service_expect(&f->u->s, BAN);
	stands_close(TAKE(f->stands));
	service_cut(&f->u->s);
	stands_close(NULL);
	expect_log(f, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_natives),
		T(test_puppets),
		T(test_another_name),
		T(test_not_known),
		T(test_never_the_bridge),
		T(test_a_member_first),
		T(test_refusals),
		T(test_one_at_a_time),
		T(test_not_open),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
