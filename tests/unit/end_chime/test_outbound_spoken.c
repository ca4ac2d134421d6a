#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* People without a puppet: the bridge's own user speaks for them. */
#include "unit/support/end_chime_outbound_rig.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

#define FULL "{\"Code\":\"ResourceLimitExceeded\",\"Message\":\"full\"}"

/* Bob's, and there is no room for him. */
static void find_no_room(struct outbound_rig *f)
{
	service_expect(&f->s, USER);
	service_answer(&f->s, 400, FULL);
}

static void expect_spoken_for(struct outbound_rig *f, const char *content)
{
	outbound_rig_expect_send(f, content);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_int_equal(
		strlen(service_string(&f->s, "ClientRequestToken")), 64);
	assert_non_null(
		strstr(service_string(&f->s, "Metadata"), "\"tok\":\"t1\""));
}

static void test_no_room_for_a_user(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	outbound_rig_add(f, 2, "", 0);
	find_no_room(f);
	expect_spoken_for(f, "\\<Bob> hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 done m1\n2 done m2\n");
	/* Nobody asks with each line. */
	outbound_rig_add(f, 3, BOB, 0);
	outbound_rig_expect_send(f, "\\<Bob> hi 3");
	outbound_rig_sent(f, "m3");
	outbound_rig_expect_receipts(f, "3 done m3\n");
}

static void test_no_room_for_a_member(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 400, FULL);
	expect_spoken_for(f, "\\<Bob> hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* It is not about him: all that may not speak is the bridge. */
static void test_bridge_may_not_speak(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	find_no_room(f);
	expect_spoken_for(f, "\\<Bob> hi 1");
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_receipts(f, "1 later\n");
	service_expect_none(&f->s);
}

/* The first try may have said it: as him, or for him. */
static void test_again_without_room(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - 1000;
	outbound_rig_add(f, 1, BOB, then);
	find_no_room(f);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_spoken_for(f, "\\<Bob> hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_was_spoken_for(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - 1000;
	outbound_rig_add(f, 1, BOB, then);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	/* A member since now only. */
	outbound_rig_expect_look_up(f, then);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m9", "t1") "]}");
	outbound_rig_expect_receipts(f, "1 done m9\n");
}

/* Admitted by somebody else between two tries. */
static void test_became_a_member_meanwhile(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - 1000;
	outbound_rig_know_bob(f);
	outbound_rig_add(f, 1, BOB, then);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(service_string(&f->s, "ClientRequestToken"), "t1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* A member since long before the first try: the same token says it all. */
static void test_old_member_is_not_looked_up(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_know_bob(f);
	clock_advance(60 * 1000);
	outbound_rig_add(f, 1, BOB, clock_wall_ms() - 10000);
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_has(void **state)
{
	struct outbound_rig *f = *state;
	assert_false(chime_outbound_has(f->outbound, "net/bob"));
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_add(f, 2, BOB, 0);
	assert_true(chime_outbound_has(f->outbound, "net/bob"));
	assert_false(chime_outbound_has(f->outbound, "net/eve"));
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_no_room_for_a_user),
		T(test_no_room_for_a_member),
		T(test_bridge_may_not_speak),
		T(test_again_without_room),
		T(test_was_spoken_for),
		T(test_became_a_member_meanwhile),
		T(test_old_member_is_not_looked_up),
		T(test_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
