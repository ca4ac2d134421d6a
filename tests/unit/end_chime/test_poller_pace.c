/* How often a poller asks, and for how much, when there is much to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_poller_rig.h"

#include "util/clock.h"

#include <inttypes.h>

/* `count` messages, one a millisecond. */
static void answer_many(struct poller_rig *f, int from, int count)
{
	struct buf body AUTOBUF;
	buf_init(&body, 1 << 16);
	for (int i = 0; i < count; i++) {
		int64_t at = poller_rig_start_ms + from + i;
		buf_addf(&body,
			"%s{\"MessageId\":\"n%d\",\"Content\":\"x\","
			"\"CreatedTimestamp\":%" PRId64 ".%03d}",
			i ? "," : "", i, at / 1000, (int)(at % 1000));
	}
	service_answer(&f->s, 200, "{\"ChannelMessages\":[%s]}", body.data);
}

/* Pokes that follow each other closely do not put the poll off. */
static void test_pokes_without_end(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 0);
	service_settle(&f->s);
	for (int i = 0; i < 8; i++) {
		poller_poke(f->poller);
		service_pass(&f->s, MIN_MS / 10);
	}
	poller_poke(f->poller);
	int64_t got = service_pass_until_asked(&f->s, MAX_MS);
	assert_in_range(got, 0, MIN_MS / 2);
	poller_rig_expect_list(f, -2001, PAGE, "");
	poller_rig_answer(f, "", 0);
}

/* At a short interval most passes begin at the cursor. */
static void test_looks_back_once_a_second(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_set_pace(f->poller, 100, MAX_MS);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 1, 10000);
	poller_rig_expect_log(f, "m10000 ");
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 10000 - 1, PAGE, "");
	poller_rig_answer(f, "", 1, 10001);
	service_settle(&f->s);
	clock_advance(800);
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 10001 - 2001, PAGE, "");
	poller_rig_answer(f, "", 0);
}

/* What is more than a page is listed once more, four seconds later. */
static void test_looks_back_seldom_when_busy(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_set_pace(f->poller, 100, MAX_MS);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer_many(f, 10000, PAGE);
	for (int i = 0; i < 3; i++) {
		service_settle(&f->s);
		clock_advance(1000);
		service_pass_until_asked(&f->s, MAX_MS);
		poller_rig_expect_list(f, 10000 + PAGE - 1 - 1, PAGE, "");
		poller_rig_answer(f, "", 0);
	}
	service_settle(&f->s);
	clock_advance(1000);
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 10000 + PAGE - 1 - 5001, PAGE, "");
	poller_rig_answer(f, "", 0);
}

/* The pause is ten times what the answer took. */
static void test_slow_service_is_asked_less(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	clock_advance(700);
	poller_rig_answer(f, "", 1, 5);
	poller_rig_expect_log(f, "m5 ");
	poller_poke(f->poller);
	int64_t got = service_pass_until_asked(&f->s, MAX_MS);
	assert_in_range(got, 6200, 7900);
}

/* One with a date far ahead hides nothing of what is said until then. */
static void test_date_in_the_future(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 2, 1, 500000000);
	poller_rig_expect_log(f, "m1 m500000000 ");
	service_pass_until_asked(&f->s, MAX_MS);
	/* Both talk: it looks back to the first of them. */
	poller_rig_expect_list(f, 1 - 1, PAGE, "");
	poller_rig_answer(f, "", 3, 1, 1500, 500000000);
	poller_rig_expect_log(f, "m1 m1500 m500000000 ");
	/* It is no news when it is listed again: the pace falls. */
	int64_t slow_ms = 0;
	for (int i = 0; i < 12; i++) {
		slow_ms = service_pass_until_asked(&f->s, 2 * MAX_MS);
		service_expect_any(&f->s);
		poller_rig_answer(f, "", 1, 500000000);
		service_settle(&f->s);
	}
	assert_in_range(slow_ms, MAX_MS / 2, 2 * MAX_MS);
}

/* A deep pass costs no more when much is said. */
static void test_deep_pass_is_bounded(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	for (int i = 0; i < 25; i++) {
		answer_many(f, 1 + i * 100, 100);
		service_settle(&f->s);
		service_pass_until_asked(&f->s, MAX_MS);
		service_expect_any(&f->s);
	}
	poller_rig_answer(f, "", 0);
	service_settle(&f->s);
	clock_advance(60000);
	service_pass_until_asked(&f->s, MAX_MS);
	/* 25 marks of 100; the oldest of the last 20. */
	poller_rig_expect_list(f, 600 - 1, PAGE, "");
	poller_rig_answer(f, "", 0);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, poller_rig_setup, poller_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_pokes_without_end),
		T(test_looks_back_once_a_second),
		T(test_date_in_the_future),
		T(test_deep_pass_is_bounded),
		T(test_looks_back_seldom_when_busy),
		T(test_slow_service_is_asked_less),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
