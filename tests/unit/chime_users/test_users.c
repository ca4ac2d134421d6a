#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/users.h"

#include "unit/support/end_chime_service.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK "GET /app-instance-users/APP/user/irc:net:bob"
#define MARK "{\"belfry\":{\"v\":1,\"person\":\"net%2Fbob\"}}"
#define IS_OURS                                                                \
	"{\"AppInstanceUser\":{\"Name\":\"Bob\",\"Metadata\":"                 \
	"\"{\\\"belfry\\\":{\\\"v\\\":1,\\\"person\\\":"                       \
	"\\\"net%%2Fbob\\\"}}\"}}"
#define IS_THEIRS "{\"AppInstanceUser\":{\"Name\":\"Bob\"}}"
#define IN_DOUBT                                                               \
	"member " WORLD_CHANNEL "|irc:net:bob=found 1611079200 in-doubt\n"
#define PUPPET                                                                 \
	"puppet irc:net:bob={\"v\":1,\"sum\":3449795041,\"day\":18646,"        \
	"\"nick\":\"Bob\"}\n"

struct fixture {
	struct service s;
	struct users *users;
	struct users_wait *wait;
	bool done;
	enum chime_error error;
};

static const struct users_request bob = {
	.person_id = "net/bob",
	.nick = "Bob",
	.channel = WORLD_CHANNEL,
};

static void make_users(struct fixture *f, const char *name_template)
{
	const struct users_params params = {
		.loop = f->s.w.loop,
		.client = f->s.w.client,
		.store = &f->s.store.base,
		.app_instance = WORLD_APP,
		.bridge = WORLD_USER,
		.name_template = name_template,
	};
	f->users = users_new(&params);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	make_users(&f, "{nick}");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	users_free(f->users);
	service_release(&f->s);
	return 0;
}

static void on_done(const struct chime_result *failed, void *arg)
{
	struct fixture *f = arg;
	assert_false(f->done);
	f->done = true;
	f->error = failed ? failed->error : CHIME_OK;
}

static void ensure(struct fixture *f, const struct users_request *request)
{
	f->done = false;
	f->wait = users_ensure(f->users, request, on_done, f);
}

static void expect_user(struct fixture *f)
{
	service_expect(&f->s, "POST /app-instance-users");
}

static void expect_member(struct fixture *f)
{
	service_expect(&f->s, "POST /channels/APP/channel/c/memberships");
}

static void expect_done(struct fixture *f, enum chime_error error)
{
	service_until(&f->s, &f->done);
	assert_int_equal(f->error, error);
	service_expect_none(&f->s);
}

static void test_first_words(void **state)
{
	struct fixture *f = *state;
	ensure(f, &bob);
	assert_non_null(f->wait);
	expect_user(f);
	assert_string_equal(service_string(&f->s, "AppInstanceArn"), WORLD_APP);
	assert_string_equal(
		service_string(&f->s, "AppInstanceUserId"), "irc:net:bob");
	assert_string_equal(service_string(&f->s, "Name"), "Bob");
	assert_string_equal(service_string(&f->s, "Metadata"), MARK);
	assert_int_equal(
		strlen(service_string(&f->s, "ClientRequestToken")), 64);
	assert_string_equal(f->s.store.log.data, "");
	service_answer(&f->s, 201, "{\"AppInstanceUserArn\":\"x\"}");
	expect_member(f);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_string_equal(service_string(&f->s, "MemberArn"),
		WORLD_APP "/user/irc:net:bob");
	assert_string_equal(service_string(&f->s, "Type"), "DEFAULT");
	service_answer(&f->s, 201, "{}");
	expect_done(f, CHIME_OK);
	assert_string_equal(f->s.store.log.data, PUPPET IN_DOUBT
		"member " WORLD_CHANNEL "|irc:net:bob=made 1611079200\n");
	/* From now on it costs nothing. */
	ensure(f, &bob);
	assert_null(f->wait);
}

static void test_known_after_a_restart(void **state)
{
	struct fixture *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	fake_store_put(
		&f->s.store, "member", WORLD_CHANNEL "|irc:net:bob", "1");
	users_free(f->users);
	make_users(f, "{nick}");
	ensure(f, &bob);
	assert_null(f->wait);
	/* In another channel it is not a member yet. */
	const struct users_request other = {
		.person_id = "net/bob",
		.nick = "Bob",
		.channel = WORLD_APP "/channel/d",
	};
	ensure(f, &other);
	assert_non_null(f->wait);
	service_expect(&f->s, "POST /channels/APP/channel/d/memberships");
	service_answer(&f->s, 201, "{}");
	expect_done(f, CHIME_OK);
}

static void test_unreadable_store_is_no_disaster(void **state)
{
	struct fixture *f = *state;
	f->s.store.is_broken = true;
	users_free(f->users);
	make_users(f, "{nick}");
	ensure(f, &bob);
	expect_user(f);
	service_answer(&f->s, 409, "{\"Code\":\"Conflict\"}");
	service_expect(&f->s, ASK);
	service_answer(&f->s, 200, IS_OURS);
	expect_member(f);
	service_answer(&f->s, 409, "{\"Code\":\"Conflict\"}");
	expect_done(f, CHIME_OK);
}

/* It is there already: that is what was wanted. */
static void test_conflicts_are_fine(void **state)
{
	struct fixture *f = *state;
	ensure(f, &bob);
	expect_user(f);
	service_answer(
		&f->s, 409, "{\"Code\":\"Conflict\",\"Message\":\"exists\"}");
	service_expect(&f->s, ASK);
	service_answer(&f->s, 200, IS_OURS);
	expect_member(f);
	service_answer(
		&f->s, 409, "{\"Code\":\"Conflict\",\"Message\":\"exists\"}");
	expect_done(f, CHIME_OK);
	ensure(f, &bob);
	assert_null(f->wait);
}

/* A user of this id that others made and deleted, a name taken, a ban. */
static void test_banned(void **state)
{
	struct fixture *f = *state;
	ensure(f, &bob);
	expect_user(f);
	service_answer(&f->s, 201, "{}");
	expect_member(f);
	service_answer(
		&f->s, 403, "{\"Code\":\"Forbidden\",\"Message\":\"banned\"}");
	expect_done(f, CHIME_FORBIDDEN);
	assert_string_equal(f->s.store.log.data,
		PUPPET IN_DOUBT "member " WORLD_CHANNEL "|irc:net:bob gone\n");
	/* The user stays known; being a member is asked for again. */
	ensure(f, &bob);
	expect_member(f);
	service_answer(&f->s, 201, "{}");
	expect_done(f, CHIME_OK);
}

/* Remembered, but deleted since: made again, once. */
static void test_user_is_gone(void **state)
{
	static const int statuses[] = {403, 404};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
		users_free(f->users);
		make_users(f, "{nick}");
		ensure(f, &bob);
		expect_member(f);
		service_answer(&f->s, statuses[i], "{}");
		service_expect(&f->s, ASK);
		service_answer(&f->s, statuses[i], "{}");
		expect_user(f);
		service_answer(&f->s, 201, "{}");
		expect_member(f);
		service_answer(&f->s, statuses[i], "{}");
		expect_done(f, i ? CHIME_NOT_FOUND : CHIME_FORBIDDEN);
		assert_true(users_knows(f->users, "net/bob"));
		assert_false(users_knows(f->users, "net/eve"));
	}
}

static void test_user_refused(void **state)
{
	struct fixture *f = *state;
	ensure(f, &bob);
	expect_user(f);
	service_answer(
		&f->s, 400, "{\"Code\":\"BadRequest\",\"Message\":\"no\"}");
	expect_done(f, CHIME_BAD_REQUEST);
	assert_string_equal(f->s.store.log.data, "");
}

/* The same person is asked for with the same token, another with another. */
static void test_tokens(void **state)
{
	struct fixture *f = *state;
	char token[100];
	ensure(f, &bob);
	expect_user(f);
	snprintf(token, sizeof(token), "%s",
		service_string(&f->s, "ClientRequestToken"));
	service_answer(&f->s, 400, "{}");
	expect_done(f, CHIME_BAD_REQUEST);
	ensure(f, &bob);
	expect_user(f);
	assert_string_equal(service_string(&f->s, "ClientRequestToken"), token);
	service_answer(&f->s, 400, "{}");
	expect_done(f, CHIME_BAD_REQUEST);
	struct users_request other = bob;
	other.person_id = "net/rob";
	ensure(f, &other);
	expect_user(f);
	assert_string_not_equal(
		service_string(&f->s, "ClientRequestToken"), token);
	service_answer(&f->s, 400, "{}");
	expect_done(f, CHIME_BAD_REQUEST);
	/* Of another name it is another request: a token fits one alone. */
	other = bob;
	other.nick = "Rob";
	ensure(f, &other);
	expect_user(f);
	assert_string_not_equal(
		service_string(&f->s, "ClientRequestToken"), token);
	service_answer(&f->s, 400, "{}");
	expect_done(f, CHIME_BAD_REQUEST);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	users_cancel(NULL);
	ensure(f, &bob);
	users_cancel(f->wait);
	service_settle(&f->s);
	assert_false(f->done);
	ensure(f, &bob);
	expect_user(f);
	service_answer(&f->s, 201, "{}");
	expect_member(f);
	users_cancel(f->wait);
	service_answer(&f->s, 201, "{}");
	service_settle(&f->s);
	assert_false(f->done);
}

/* Whether it is still there is asked before it is used again. */
static void test_doubt(void **state)
{
	struct fixture *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	fake_store_put(
		&f->s.store, "member", WORLD_CHANNEL "|irc:net:bob", "1");
	users_free(f->users);
	make_users(f, "{nick}");
	users_doubt(f->users, "net/bob");
	ensure(f, &bob);
	service_expect(&f->s, ASK);
	/* One that an earlier version made has no mark. */
	service_answer(&f->s, 200, IS_THEIRS);
	expect_done(f, CHIME_OK);
	ensure(f, &bob);
	assert_null(f->wait);
	/* It is gone, and with it where it was a member. */
	users_doubt(f->users, "net/bob");
	ensure(f, &bob);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 404, "{}");
	expect_user(f);
	assert_false(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
	service_answer(&f->s, 201, "{}");
	expect_member(f);
	service_answer(&f->s, 201, "{}");
	expect_done(f, CHIME_OK);
}

static void test_forget(void **state)
{
	struct fixture *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	fake_store_put(
		&f->s.store, "member", WORLD_CHANNEL "|irc:net:bob", "1");
	users_free(f->users);
	make_users(f, "{nick}");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	assert_string_equal(f->s.store.log.data,
		"member " WORLD_CHANNEL "|irc:net:bob gone\n");
	ensure(f, &bob);
	expect_member(f);
	service_answer(&f->s, 201, "{}");
	expect_done(f, CHIME_OK);
	assert_int_equal(users_member_ms(f->users, "net/bob", WORLD_CHANNEL),
		clock_wall_ms());
}

static void test_barred(void **state)
{
	struct fixture *f = *state;
	assert_false(users_is_barred(f->users, "net/bob", WORLD_CHANNEL));
	users_set_barred(f->users, "net/bob", WORLD_CHANNEL, false);
	users_set_barred(f->users, "net/bob", WORLD_CHANNEL, true);
	assert_true(users_is_barred(f->users, "net/bob", WORLD_CHANNEL));
	assert_false(users_is_barred(f->users, "net/eve", WORLD_CHANNEL));
	assert_false(users_is_barred(f->users, "net/bob", WORLD_APP));
	users_set_barred(f->users, "net/bob", WORLD_CHANNEL, false);
	assert_false(users_is_barred(f->users, "net/bob", WORLD_CHANNEL));
	assert_string_equal(f->s.store.log.data, "");
}

static void test_is_own(void **state)
{
	static const struct {
		const char *arn;
		bool own;
	} rows[] = {
		{WORLD_USER, true},
		{WORLD_APP "/user/irc:net:bob", true},
		{WORLD_APP "/user/irc:", true},
		{WORLD_APP "/user/alice", false},
		{WORLD_APP "/user/", false},
		{WORLD_APP, false},
		{WORLD_APP "b/user/irc:net:bob", false},
		{WORLD_USER "s", false},
		{"", false},
		{NULL, false},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			users_is_own(f->users, rows[i].arn), rows[i].own);
	char *person = users_person(f->users, WORLD_APP "/user/irc:net:bob");
	assert_string_equal(person, "net/bob");
	free(person);
	assert_null(users_person(f->users, WORLD_USER));
	assert_null(users_person(f->users, WORLD_APP "/user/alice"));
	char *arn = users_arn(f->users, "net/bob");
	assert_string_equal(arn, WORLD_APP "/user/irc:net:bob");
	free(arn);
}

static void test_names(void **state)
{
	static const struct {
		const char *name_template;
		const char *nick;
		const char *name;
	} rows[] = {
		{"{nick}", "Bob", "Bob"},
		{"{nick} ({network})", "Bob", "Bob (net)"},
		{"\xc2\xab{nick}\xc2\xbb", "Bob",
			"\xc2\xab"
			"Bob\xc2\xbb"},
		{"{other} {nick", "Bob", "{other} {nick"},
		{"", "Bob", "someone"},
		{"{nick}", "  ", "someone"},
		{"{nick}", "a\x01\nb", "ab"},
		{"{nick}", "a\xff\xc3z", "az"},
		/* Nothing outside the BMP is allowed. */
		{"{nick}",
			"a\xf0\x9f\x98\x80"
			"b",
			"ab"},
		{"{nick}", "{network}", "{network}"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct users_request request = {
			.person_id = "net/x",
			.nick = rows[i].nick,
			.channel = WORLD_CHANNEL,
		};
		users_free(f->users);
		make_users(f, rows[i].name_template);
		ensure(f, &request);
		expect_user(f);
		assert_string_equal(
			service_string(&f->s, "Name"), rows[i].name);
		service_answer(&f->s, 400, "{}");
		expect_done(f, CHIME_BAD_REQUEST);
	}
}

static void test_long_name(void **state)
{
	struct fixture *f = *state;
	char nick[1001];
	memset(nick, 'x', sizeof(nick) - 1);
	nick[sizeof(nick) - 1] = '\0';
	const struct users_request request = {
		.person_id = "net/x",
		.nick = nick,
		.channel = WORLD_CHANNEL,
	};
	ensure(f, &request);
	expect_user(f);
	assert_int_equal(strlen(service_string(&f->s, "Name")), 100);
	service_answer(&f->s, 400, "{}");
	expect_done(f, CHIME_BAD_REQUEST);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_first_words),
		T(test_known_after_a_restart),
		T(test_unreadable_store_is_no_disaster),
		T(test_conflicts_are_fine),
		T(test_banned),
		T(test_user_is_gone),
		T(test_user_refused),
		T(test_tokens),
		T(test_cancel),
		T(test_doubt),
		T(test_forget),
		T(test_barred),
		T(test_is_own),
		T(test_names),
		T(test_long_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
