#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/pair.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <stdio.h>
#include <string.h>

#define USER "POST /app-instance-users"
#define CREATE "POST /channels"
#define ADD "POST /channels/APP/channel/c/memberships"
#define SELF "GET /channels/APP/channel/c/memberships/APP/user/irc:net:bob"
#define AL WORLD_APP "/user/al"

struct fixture {
	struct service s;
	struct users *users;
	struct pair *pair;
	struct buf log;
	char token[100];
	bool close_in_failed;
};

static void on_opened(void *arg, const char *channel)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "opened %s\n", strrchr(channel, '/') + 1);
	pair_close(TAKE(f->pair));
}

static void on_failed(void *arg, const char *why)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "failed: %s\n", why);
	if (f->close_in_failed)
		pair_close(TAKE(f->pair));
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pair_close(f->pair);
	service_settle(&f->s);
	users_free(f->users);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

static void begin(struct fixture *f)
{
	const struct pair_params params = {
		.client = f->s.w.client,
		.users = f->users,
		.store = &f->s.store.base,
		.object = "mapping m",
		.mapping = "m",
		.app_instance = WORLD_APP,
		.person = "net/bob",
		.person_name = "B\xc3\xb3"
			       "b\x02",
		.peer = AL,
		.opened = on_opened,
		.failed = on_failed,
		.arg = f,
	};
	f->pair = pair_new(f->s.w.loop, &params);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void expect_failed(struct fixture *f, const char *words)
{
	service_settle(&f->s);
	assert_memory_equal(f->log.data, "failed: ", 8);
	assert_non_null(strstr(f->log.data, words));
	buf_clear(&f->log);
}

static void know_bob(struct fixture *f)
{
	const struct puppet bob = {
		.id = "irc:net:bob",
		.nick = "B\xc3\xb3"
			"b\x02",
	};
	puppets_put(users_puppets(f->users), &bob);
}

static void answer(
	struct fixture *f, const char *line, int status, const char *body)
{
	service_expect(&f->s, line);
	if (strcmp(line, USER) != 0)
		assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	service_answer(&f->s, status, "%s", body);
}

static void expect_create(struct fixture *f)
{
	service_expect(&f->s, CREATE);
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	assert_string_equal(service_string(&f->s, "Name"), "B\xc3\xb3"
							   "b (net)");
	assert_string_equal(service_string(&f->s, "Privacy"), "PRIVATE");
	assert_string_equal(service_string(&f->s, "Mode"), "RESTRICTED");
	assert_string_equal(service_string(&f->s, "AppInstanceArn"), WORLD_APP);
	snprintf(f->token, sizeof(f->token), "%s",
		service_string(&f->s, "ClientRequestToken"));
}

#define MADE "{\"ChannelArn\":\"" WORLD_CHANNEL "\"}"

static void test_from_nothing(void **state)
{
	struct fixture *f = *state;
	begin(f);
	answer(f, USER, 201, "{}");
	expect_create(f);
	service_answer(&f->s, 201, MADE);
	/* What is that new may be unknown for a moment. */
	answer(f, ADD, 404, "{}");
	assert_true(service_pass_until_asked(&f->s, 2000) >= 400);
	answer(f, ADD, 201, "{}");
	assert_string_equal(service_string(&f->s, "MemberArn"), AL);
	assert_string_equal(service_string(&f->s, "Type"), "DEFAULT");
	expect_log(f, "opened c\n");
	service_expect_none(&f->s);
	/* The next time no call is needed. */
	begin(f);
	expect_log(f, "opened c\n");
	service_expect_none(&f->s);
}

/* The same channel is asked for until it is known. */
static void test_again_after_a_crash(void **state)
{
	struct fixture *f = *state;
	char token[100];
	know_bob(f);
	begin(f);
	expect_create(f);
	snprintf(token, sizeof(token), "%s", f->token);
	pair_close(TAKE(f->pair));
	service_answer(&f->s, 201, MADE);
	service_settle(&f->s);
	begin(f);
	expect_create(f);
	assert_string_equal(f->token, token);
	service_answer(&f->s, 201, MADE);
	service_expect(&f->s, ADD);
	pair_close(TAKE(f->pair));
	service_answer(&f->s, 201, "{}");
	service_settle(&f->s);
	begin(f);
	answer(f, ADD, 409, "{}");
	expect_log(f, "opened c\n");
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	begin(f);
	answer(f, USER, 400, "{\"Message\":\"no\"}");
	expect_failed(f, "the person's user cannot be made");
	service_pass_until_asked(&f->s, 600000);
	answer(f, USER, 201, "{}");
	answer(f, CREATE, 400, "{\"Message\":\"no\"}");
	expect_failed(f, "the conversation cannot be made");
	service_pass_until_asked(&f->s, 600000);
	answer(f, CREATE, 201, "{}");
	expect_failed(f, "the conversation cannot be made");
	service_pass_until_asked(&f->s, 600000);
	answer(f, CREATE, 201, MADE);
	answer(f, ADD, 400, "{}");
	expect_failed(f, "the other cannot be added");
	service_pass_until_asked(&f->s, 600000);
	answer(f, ADD, 400, "{}");
	expect_log(f, ""); /* no news */
	service_pass_until_asked(&f->s, 600000);
	answer(f, ADD, 201, "{}");
	expect_log(f, "opened c\n");
}

/* Is it the channel, or the peer, that is not to be had? */
static void test_peer_is_refused(void **state)
{
	struct fixture *f = *state;
	know_bob(f);
	fake_store_put(&f->s.store, "room m", "channel", WORLD_CHANNEL);
	fake_store_put(&f->s.store, "room m", "created", WORLD_CHANNEL);
	begin(f);
	answer(f, ADD, 403, "{}");
	answer(f, SELF, 200, "{}");
	expect_failed(f, "may not be added");
	assert_in_range(service_pass_until_asked(&f->s, 600000), 15000, 600000);
	answer(f, ADD, 403, "{}");
	answer(f, SELF, 401, "{}");
	expect_failed(f, "unauthorized");
}

static void test_channel_is_lost(void **state)
{
	struct fixture *f = *state;
	char token[100];
	know_bob(f);
	begin(f);
	expect_create(f);
	snprintf(token, sizeof(token), "%s", f->token);
	service_answer(&f->s, 201, MADE);
	answer(f, ADD, 201, "{}");
	expect_log(f, "opened c\n");
	fake_store_put(&f->s.store, "room m", "joined", "");
	begin(f);
	answer(f, ADD, 403, "{}");
	answer(f, SELF, 403, "{}");
	expect_create(f);
	assert_string_not_equal(f->token, token);
	service_answer(
		&f->s, 201, "{\"ChannelArn\":\"" WORLD_APP "/channel/d\"}");
	answer(f, "POST /channels/APP/channel/d/memberships", 201, "{}");
	expect_log(f, "opened d\n");
	begin(f);
	expect_log(f, "opened d\n");
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	begin(f);
	pair_close(TAKE(f->pair));
	service_expect_none(&f->s);
	begin(f);
	service_expect(&f->s, USER);
	pair_close(TAKE(f->pair));
	service_answer(&f->s, 201, "{}");
	expect_log(f, "");
	know_bob(f);
	f->close_in_failed = true;
	begin(f);
	answer(f, CREATE, 400, "{}");
	expect_failed(f, "cannot be made");
	service_pass(&f->s, 100000);
	pair_close(NULL);
}

static void test_broken_store(void **state)
{
	struct fixture *f = *state;
	know_bob(f);
	f->s.store.is_broken = true;
	begin(f);
	expect_create(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_from_nothing),
		T(test_again_after_a_crash),
		T(test_failures),
		T(test_peer_is_refused),
		T(test_channel_is_lost),
		T(test_closing),
		T(test_broken_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
