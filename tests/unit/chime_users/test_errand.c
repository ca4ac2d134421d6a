#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/errand.h"

#include "chime_users/userid.h"
#include "unit/support/end_chime_users_rig.h"
#include "unit/support/log_catch.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

#define ASK "GET " USERS_AT "irc:net:bob"

static struct users_wait *ensure_bob(struct users_rig *f)
{
	return users_rig_ensure(f, "net/bob", "Bob", CHIME_LIVE);
}

static void answer(struct users_rig *f, const char *line, int status)
{
	service_expect(&f->s, line);
	service_answer(&f->s, status, "{}");
}

/* Somebody made a user of that id: nobody of IRC speaks through it. */
static void test_user_of_another(void **state)
{
	struct users_rig *f = *state;
	char id[USERID_BYTES];
	userid_variant(id, "net/bob", 1);
	ensure_bob(f);
	answer(f, USERS_MAKE, 409);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 200, USERS_THEIRS);
	service_expect(&f->s, USERS_MAKE);
	assert_string_equal(service_string(&f->s, "AppInstanceUserId"), id);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	assert_true(str_ends(service_string(&f->s, "MemberArn"), id));
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
	for (int i = 0; i < 2; i++) {
		/* What that one says is not ours. */
		assert_false(
			users_is_own(f->users, WORLD_APP "/user/irc:net:bob"));
		char *arn = users_arn(f->users, "net/bob");
		assert_true(users_is_own(f->users, arn));
		assert_true(str_ends(arn, id));
		char *person = users_person(f->users, arn);
		assert_string_equal(person, "net/bob");
		free(arn);
		free(person);
		assert_null(ensure_bob(f));
		users_rig_restart(f);
	}
}

/* The mark of another person counts, even for one that is remembered. */
static void test_marked_for_another(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_doubt(f->users, "net/bob");
	ensure_bob(f);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 200, USERS_OURS("Bob", "net%%2Frob"));
	service_expect(&f->s, USERS_MAKE);
	assert_string_not_equal(
		service_string(&f->s, "AppInstanceUserId"), "irc:net:bob");
	service_answer(&f->s, 201, "{}");
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 1, CHIME_OK);
}

static void test_all_belong_to_others(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	for (int i = 0; i < USERID_VARIANTS; i++) {
		answer(f, USERS_MAKE, 409);
		service_expect_any(&f->s);
		service_answer(&f->s, 200, USERS_THEIRS);
	}
	users_rig_expect(f, 1, CHIME_CONFLICT);
}

/* "It exists", again and again, and it does not: its id is used up. */
static void test_id_cannot_be_used_again(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	for (int i = 0; i < 4; i++) {
		if (i)
			service_pass_until_asked(&f->s, 20000);
		answer(f, USERS_MAKE, 409);
		answer(f, ASK, 404);
	}
	service_expect(&f->s, USERS_MAKE);
	assert_string_not_equal(
		service_string(&f->s, "AppInstanceUserId"), "irc:net:bob");
	service_answer(&f->s, 201, "{}");
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 1, CHIME_OK);
}

static void test_cancel_between_two_takes(void **state)
{
	struct users_rig *f = *state;
	struct users_wait *wait = ensure_bob(f);
	answer(f, USERS_MAKE, 409);
	answer(f, ASK, 404);
	service_settle(&f->s);
	users_cancel(wait);
	service_pass(&f->s, 20000);
	users_rig_expect(f, 0, CHIME_OK);
}

/* Our keys may not look: what is remembered is believed, all else is not. */
static void test_may_not_look(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	answer(f, USERS_MAKE, 409);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 403, USERS_DENIED);
	users_rig_expect(f, 1, CHIME_FORBIDDEN);
	assert_false(users_knows(f->users, "net/bob"));
	users_rig_know(f, "net/bob", "Bob");
	users_doubt(f->users, "net/bob");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	ensure_bob(f);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 403, USERS_DENIED);
	answer(f, USERS_MAKE, 409);
	service_expect(&f->s, ASK);
	service_answer(&f->s, 403, USERS_DENIED);
	answer(f, USERS_JOIN, 201);
	/* The name that it has is not known: it gets the right one. */
	service_expect(&f->s, "PUT " USERS_AT "irc:net:bob");
	service_answer(&f->s, 200, "{}");
	users_rig_expect(f, 1, CHIME_OK);
}

static void test_several_wait_for_one(void **state)
{
	struct users_rig *f = *state;
	struct users_wait *first =
		users_rig_ensure(f, "net/bob", "Bob", CHIME_BACKGROUND);
	struct users_wait *second = ensure_bob(f);
	assert_non_null(ensure_bob(f));
	service_expect(&f->s, USERS_MAKE);
	users_cancel(first);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	users_cancel(second);
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
	users_cancel(NULL);
}

/* In two channels at once: made once. */
static void test_two_channels(void **state)
{
	struct users_rig *f = *state;
	const struct users_request elsewhere = {
		.person_id = "net/bob",
		.nick = "Bob",
		.channel = WORLD_APP "/channel/d",
	};
	ensure_bob(f);
	struct users_wait *other =
		users_ensure(f->users, &elsewhere, NULL, NULL);
	service_expect(&f->s, USERS_MAKE);
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 1);
	service_answer(&f->s, 201, "{}");
	service_expect_any(&f->s);
	service_answer(&f->s, 201, "{}");
	service_expect_any(&f->s);
	users_cancel(other);
	if (f->s.w.held_count)
		service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
}

/* Whoever was to make it has gone: another one does. */
static void test_maker_is_cancelled(void **state)
{
	struct users_rig *f = *state;
	const struct users_request elsewhere = {
		.person_id = "net/bob",
		.nick = "Bob",
		.channel = WORLD_APP "/channel/d",
	};
	struct users_wait *maker =
		users_ensure(f->users, &elsewhere, NULL, NULL);
	ensure_bob(f);
	service_expect(&f->s, USERS_MAKE);
	users_cancel(maker);
	service_cut(&f->s);
	answer(f, USERS_MAKE, 201);
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 1, CHIME_OK);
}

static void test_full(void **state)
{
	struct users_rig *f = *state;
	f->max_puppets = 1;
	users_rig_restart(f);
	users_rig_know(f, "net/bob", "Bob");
	log_catch_start();
	for (int i = 0; i < 3; i++) {
		assert_non_null(
			users_rig_ensure(f, "net/eve", "Eve", CHIME_LIVE));
		users_rig_expect(f, 1, CHIME_LIMIT);
		assert_non_null(strstr(f->why, "no room"));
	}
	/* Once, with what can be done. */
	assert_int_equal(log_catch_count("see max_puppets"), 1);
	log_catch_stop();
	assert_null(ensure_bob(f));
}

/* Those that are being made count. */
static void test_nearly_full(void **state)
{
	struct users_rig *f = *state;
	f->max_puppets = 1;
	users_rig_restart(f);
	ensure_bob(f);
	service_expect(&f->s, USERS_MAKE);
	users_rig_ensure(f, "net/eve", "Eve", CHIME_LIVE);
	service_settle(&f->s);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->error, CHIME_LIMIT);
	service_answer(&f->s, 201, "{}");
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 2, CHIME_OK);
}

/* The service has no room: it is not asked with each line. */
static void test_service_is_full(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	service_expect(&f->s, USERS_MAKE);
	service_answer(&f->s, 400,
		"{\"Code\":\"ResourceLimitExceeded\",\"Message\":\"full\"}");
	users_rig_expect(f, 1, CHIME_LIMIT);
	ensure_bob(f);
	users_rig_expect(f, 1, CHIME_LIMIT);
	clock_advance(10 * 60 * 1000);
	ensure_bob(f);
	answer(f, USERS_MAKE, 201);
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 1, CHIME_OK);
}

/* Nor is a channel that has no room. */
static void test_channel_is_full(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	log_catch_start();
	ensure_bob(f);
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 400,
		"{\"Code\":\"ResourceLimitExceeded\",\"Message\":\"full\"}");
	users_rig_expect(f, 1, CHIME_LIMIT);
	ensure_bob(f);
	users_rig_expect(f, 1, CHIME_LIMIT);
	assert_int_equal(log_catch_count("no room for another member"), 1);
	log_catch_stop();
	clock_advance(10 * 60 * 1000);
	ensure_bob(f);
	answer(f, USERS_JOIN, 201);
	users_rig_expect(f, 1, CHIME_OK);
}

/* It was another name by the time that the user was there. */
static void test_name_changes_meanwhile(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	service_expect(&f->s, USERS_MAKE);
	users_rig_ensure(f, "net/bob", "Bobby", CHIME_LIVE);
	service_answer(&f->s, 201, "{}");
	answer(f, USERS_JOIN, 201);
	service_expect(&f->s, "PUT " USERS_AT "irc:net:bob");
	assert_string_equal(service_string(&f->s, "Name"), "Bobby");
	service_answer(&f->s, 200, "{}");
	users_rig_expect(f, 2, CHIME_OK);
}

static void test_released_under_way(void **state)
{
	struct users_rig *f = *state;
	ensure_bob(f);
	service_expect(&f->s, USERS_MAKE);
	users_free(f->users);
	f->users = NULL;
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 0, CHIME_OK);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, users_rig_setup, users_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_user_of_another),
		T(test_marked_for_another),
		T(test_all_belong_to_others),
		T(test_id_cannot_be_used_again),
		T(test_cancel_between_two_takes),
		T(test_may_not_look),
		T(test_several_wait_for_one),
		T(test_two_channels),
		T(test_maker_is_cancelled),
		T(test_full),
		T(test_nearly_full),
		T(test_service_is_full),
		T(test_channel_is_full),
		T(test_name_changes_meanwhile),
		T(test_released_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
