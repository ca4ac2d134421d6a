#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/cleanup.h"

#include "end_chime/opening_memory.h"
#include "unit/support/end_chime_users_rig.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS "/channels/APP/channel/c/memberships/APP/user/"
#define LEAVE(name) "DELETE " MEMBERS name
#define LOOK(name) "GET " MEMBERS name
#define INVITED(by)                                                            \
	"{\"ChannelMembership\":{\"InvitedBy\":{\"Arn\":\"" by "\"}}}"

static struct cleanup *cleanup;
static struct end_chime_unmapped last;
static bool in_use;
static unsigned told;

static void on_progress(const struct end_chime_unmapped *progress, void *arg)
{
	(void)arg;
	assert_false(last.is_done);
	last = *progress;
	last.why = progress->why ? "why" : NULL;
	assert_string_equal(progress->mapping, "m");
	told++;
	if (progress->is_done)
		cleanup = NULL;
}

static bool is_in_use(void *arg, const char *channel)
{
	(void)arg;
	(void)channel;
	return in_use;
}

static void begin(struct users_rig *f, bool delete_channel)
{
	const struct cleanup_params params = {
		.loop = f->s.w.loop,
		.client = f->s.w.client,
		.users = f->users,
		.store = &f->s.store.base,
		.bridge = WORLD_USER,
		.mapping = "m",
		.delete_channel = delete_channel,
		.is_in_use = is_in_use,
		.fn = on_progress,
	};
	memset(&last, 0, sizeof(last));
	told = 0;
	cleanup = cleanup_new(&params);
}

static void remember(struct users_rig *f, const char *key)
{
	fake_store_put(&f->s.store, "room m", key, WORLD_CHANNEL);
}

static int setup(void **state)
{
	users_rig_setup(state);
	in_use = false;
	remember(*state, OPENING_JOINED);
	return 0;
}

static int teardown(void **state)
{
	cleanup_free(TAKE(cleanup));
	return users_rig_teardown(state);
}

static void answer(struct users_rig *f, const char *line, int status)
{
	service_expect(&f->s, line);
	service_answer(&f->s, status, "{}");
}

static void expect_done(
	struct users_rig *f, size_t removed, size_t kept, size_t failed)
{
	service_expect_none(&f->s);
	assert_true(last.is_done);
	assert_int_equal(last.removed, removed);
	assert_int_equal(last.kept, kept);
	assert_int_equal(last.failed, failed);
	assert_int_equal(last.left, 0);
	assert_int_equal(last.why != NULL, failed > 0);
}

/* What was made is taken back, and all is forgotten. */
static void test_made(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	remember(f, OPENING_MADE);
	begin(f, false);
	assert_string_equal(cleanup_channel(cleanup), WORLD_CHANNEL);
	answer(f, LEAVE("irc:net:bob"), 204);
	service_expect(&f->s, LEAVE("bridge"));
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	/* A death before the answer leaves it in doubt. */
	assert_non_null(strstr(f->s.store.log.data,
		" in-doubt\nmember " WORLD_CHANNEL "|irc:net:bob gone\n"));
	buf_clear(&f->s.store.log);
	assert_int_equal(last.removed, 1);
	assert_int_equal(last.left, 1);
	service_answer(&f->s, 204, "{}");
	expect_done(f, 2, 0, 0);
	assert_true(told >= 3);
	users_rig_expect_log(f, "room m joined gone\nroom m made gone\n");
	/* The user stays. */
	assert_true(users_knows(f->users, "net/bob"));
}

/* What was there before stays; of what is not known the service is asked. */
static void test_found(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	fake_store_put(
		&f->s.store, "member", WORLD_CHANNEL "|irc:net:bob", "1");
	users_rig_restart(f);
	remember(f, OPENING_FOUND);
	begin(f, false);
	service_expect(&f->s, LOOK("irc:net:bob"));
	service_answer(&f->s, 200, INVITED("somebody"));
	expect_done(f, 0, 2, 0);
	assert_false(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
}

static void test_invited_by_us(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	fake_store_put(
		&f->s.store, "member", WORLD_CHANNEL "|irc:net:bob", "1");
	users_rig_restart(f);
	begin(f, false);
	service_expect(&f->s, LOOK("irc:net:bob"));
	service_answer(&f->s, 200, INVITED(WORLD_USER));
	answer(f, LEAVE("irc:net:bob"), 204);
	/* An old file does not say who made the bridge's own. */
	service_expect(&f->s, LOOK("bridge"));
	service_answer(&f->s, 200, INVITED(WORLD_USER));
	answer(f, LEAVE("bridge"), 204);
	expect_done(f, 2, 0, 0);
}

static void test_channel_goes(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	remember(f, OPENING_CREATED);
	begin(f, true);
	answer(f, "DELETE /channels/APP/channel/c", 204);
	expect_done(f, 2, 0, 0);
	assert_true(last.is_channel_deleted);
	assert_false(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
}

/* Only one that we created. */
static void test_channel_of_others_stays(void **state)
{
	struct users_rig *f = *state;
	remember(f, OPENING_MADE);
	begin(f, true);
	answer(f, LEAVE("bridge"), 204);
	expect_done(f, 1, 0, 0);
	assert_false(last.is_channel_deleted);
	assert_string_equal(last.remark,
		"the channel stays, as it was not made by the bridge");
}

static void test_channel_cannot_go(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	remember(f, OPENING_CREATED);
	begin(f, true);
	answer(f, "DELETE /channels/APP/channel/c", 403);
	answer(f, LEAVE("irc:net:bob"), 204);
	expect_done(f, 1, 1, 1);
	/* It is remembered, for another try. */
	begin(f, false);
	answer(f, LEAVE("bridge"), 204);
	expect_done(f, 1, 0, 0);
}

static void test_refused(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	remember(f, OPENING_MADE);
	begin(f, false);
	answer(f, LEAVE("irc:net:bob"), 403);
	answer(f, LOOK("irc:net:bob"), 200);
	expect_done(f, 0, 1, 1);
	assert_true(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
	/* Nobody may even look: then it has to be there at least. */
	begin(f, false);
	answer(f, LEAVE("irc:net:bob"), 403);
	answer(f, LOOK("irc:net:bob"), 403);
	answer(f, "GET " USERS_AT "irc:net:bob", 200);
	expect_done(f, 0, 1, 1);
	begin(f, false);
	answer(f, LEAVE("irc:net:bob"), 403);
	answer(f, LOOK("irc:net:bob"), 403);
	answer(f, "GET " USERS_AT "irc:net:bob", 404);
	answer(f, LEAVE("bridge"), 404);
	expect_done(f, 2, 0, 0);
}

static void test_policy_ends_it(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, false);
	service_expect(&f->s, LEAVE("irc:net:bob"));
	service_answer(&f->s, 403, USERS_DENIED);
	expect_done(f, 0, 0, 2);
}

/* What has begun goes on after a restart where it was. */
static void test_restart(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_rig_know(f, "net/eve", "Eve");
	remember(f, OPENING_MADE);
	begin(f, false);
	service_expect_any(&f->s);
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	service_expect_any(&f->s);
	cleanup_free(TAKE(cleanup));
	service_answer(&f->s, 500, "{}");
	service_settle(&f->s);
	users_rig_restart(f);
	assert_int_equal(
		puppets_members(users_puppets(f->users), WORLD_CHANNEL), 1);
	begin(f, false);
	service_expect_any(&f->s);
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	answer(f, LEAVE("bridge"), 204);
	expect_done(f, 2, 0, 0);
}

static void test_in_use_again(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, false);
	in_use = true;
	expect_done(f, 0, 0, 2);
}

/* It was not open any more when the mapping went. */
static void test_not_joined_any_more(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "room m", OPENING_JOINED, NULL);
	remember(f, OPENING_MADE);
	begin(f, false);
	answer(f, LEAVE("bridge"), 404);
	expect_done(f, 1, 0, 0);
}

static void test_nothing_known(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "room m", OPENING_JOINED, NULL);
	begin(f, true);
	assert_null(cleanup_channel(cleanup));
	expect_done(f, 0, 0, 0);
	assert_string_equal(
		last.remark, "nothing of a mapping of this name is remembered");
	f->s.store.is_broken = true;
	begin(f, true);
	assert_null(cleanup);
	cleanup_free(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_made),
		T(test_found),
		T(test_invited_by_us),
		T(test_channel_goes),
		T(test_channel_of_others_stays),
		T(test_channel_cannot_go),
		T(test_refused),
		T(test_policy_ends_it),
		T(test_restart),
		T(test_in_use_again),
		T(test_not_joined_any_more),
		T(test_nothing_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
