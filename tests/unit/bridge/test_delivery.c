#include "bridge/delivery.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "../support/store_cases.h"
#include "store/memory.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void say_and_take(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++) {
		fake_say(&rig->chime, "a message");
		fake_present(rig->chime_end);
	}
	rig_turns(rig, 3); /* until the intents are durable */
}

static void confirm(struct rig *rig)
{
	assert_true(fake_arrive(rig->irc_end));
	assert_true(fake_confirm(rig->irc_end));
}

static void test_window_is_freed_by_the_disk(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say_and_take(rig, 2);
	assert_int_equal(1, rig->irc_end->held_count);
	store_memory_hold(rig->store, true);
	confirm(rig);
	rig_turns(rig, 5);
	assert_int_equal(0, rig->irc_end->held_count);
	store_memory_hold(rig->store, false);
	rig_turns(rig, 3);
	assert_int_equal(1, rig->irc_end->held_count);
}

static void test_window_of_three(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.window = 3});
	rig_up(rig);
	say_and_take(rig, 5);
	assert_int_equal(3, rig->irc_end->held_count);
	confirm(rig);
	assert_int_equal(2, rig->irc_end->held_count);
	rig_turns(rig, 3);
	assert_int_equal(3, rig->irc_end->held_count);
	rig_finish(rig);
	rig_check(rig);
}

static void test_later_keeps_its_place(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say_and_take(rig, 2);
	assert_true(fake_later(rig->irc_end, 5000));
	assert_int_equal(1, log_catch_count("chime-0 must wait: busy"));
	rig_turns(rig, 3);
	assert_int_equal(0, rig->irc_end->held_count);
	clock_advance(4999);
	rig_turns(rig, 2);
	assert_int_equal(0, rig->irc_end->held_count);
	clock_advance(1);
	rig_turns(rig, 4);
	assert_int_equal(1, rig->irc_end->held_count);
	assert_string_equal("chime-0", rig->irc_end->held[0].message->id);
	assert_true(fake_later(rig->irc_end, 5000));
	assert_int_equal(1, log_catch_count("must wait"));
	rig_finish(rig);
	rig_check(rig);
}

static void test_later_backs_off(void **state)
{
	struct rig *rig = *state;
	int64_t waited_ms = 0;

	rig_up(rig);
	say_and_take(rig, 1);
	for (int i = 0; i < 10; i++) {
		assert_true(fake_later(rig->irc_end, 0));
		for (waited_ms = 0; rig->irc_end->held_count == 0;
			waited_ms += 100) {
			assert_true(waited_ms <= LANE_RETRY_MAX_MS);
			clock_advance(100);
			rig_turns(rig, 4);
		}
		assert_true(waited_ms >= LANE_RETRY_MIN_MS / 2);
	}
	assert_true(waited_ms >= LANE_RETRY_MAX_MS / 2);
}

static void test_ready_cuts_the_wait(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say_and_take(rig, 1);
	fake_later(rig->irc_end, 600000);
	fake_ready(rig->irc_end, false);
	fake_ready(rig->irc_end, true);
	rig_turns(rig, 3);
	assert_int_equal(1, rig->irc_end->held_count);
}

static void test_nothing_is_overtaken(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.window = 3});
	rig_up(rig);
	say_and_take(rig, 4);
	assert_true(fake_later_one(rig->irc_end));
	rig_step(rig, STEP_WAIT);
	rig_turns(rig, 3);
	assert_int_equal(2, rig->irc_end->held_count);
	assert_true(fake_later_one(rig->irc_end));
	assert_true(fake_later_one(rig->irc_end));
	rig_step(rig, STEP_WAIT);
	rig_turns(rig, 3);
	assert_int_equal(3, rig->irc_end->held_count);
	assert_string_equal("chime-0", rig->irc_end->held[0].message->id);
	rig_finish(rig);
	rig_check(rig);
}

static void test_refused_is_handled(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say_and_take(rig, 2);
	assert_true(fake_refuse(rig->irc_end));
	assert_int_equal(1, log_catch_count("chime-0 was refused: no"));
	rig_finish(rig);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(1, rig->irc.order[0]);
	rig_check(rig);
}

static void test_refused_line_is_counted(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->irc, "no");
	fake_present(rig->irc_end);
	rig_turns(rig, 3);
	assert_true(fake_refuse(rig->chime_end));
	rig_finish(rig);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).refused);
	assert_int_equal(0, rig->chime.order_count);
}

static void test_doubt_is_resent(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say_and_take(rig, 1);
	fake_arrive(rig->irc_end);
	rig_step(rig, STEP_CUT_IRC);
	assert_int_equal(1, log_catch_count("chime-0 is in doubt (link lost); "
					    "it will be sent again"));
	rig_finish(rig);
	assert_int_equal(2, rig->chime.messages[0].arrived[0]);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).in_doubt);
	rig_check(rig);
}

static void test_doubt_is_skipped(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.in_doubt = IN_DOUBT_SKIP});
	rig_up(rig);
	say_and_take(rig, 2);
	rig_turns(rig, 3);
	fake_arrive(rig->irc_end);
	rig_step(rig, STEP_CUT_IRC);
	assert_int_equal(1, log_catch_count("chime-0 is in doubt (link lost); "
					    "skipped"));
	rig_finish(rig);
	assert_int_equal(1, rig->chime.messages[0].arrived[0]);
	assert_int_equal(1, rig->chime.messages[1].arrived[0]);
}

/* Not in doubt: the end said that it was not delivered. */
static void test_skip_does_not_skip_what_was_put_back(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.in_doubt = IN_DOUBT_SKIP});
	rig_up(rig);
	say_and_take(rig, 1);
	rig_turns(rig, 3);
	assert_true(fake_later(rig->irc_end, 60000));
	rig_turns(rig, 3);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(1, rig->chime.messages[0].arrived[0]);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).in_doubt);
}

static void test_resumes_at_the_confirmed_part(void **state)
{
	struct rig *rig = *state;
	const struct fake_message *m = fake_say(&rig->chime, "");

	rig_up(rig);
	m = fake_say(&rig->chime, "one|two|three");
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	confirm(rig);
	confirm(rig);
	rig_turns(rig, 2);
	rig_crash(rig);
	rig_finish(rig);
	for (int part = 0; part < 3; part++)
		assert_int_equal(1, m->arrived[part]);
}

static void test_line_resumes_at_the_confirmed_part(void **state)
{
	struct rig *rig = *state;
	const struct fake_message *m = fake_say(&rig->irc, "one|two");

	rig->chime.is_idempotent = false;
	rig_up(rig);
	fake_present(rig->irc_end);
	rig_turns(rig, 3);
	assert_true(fake_arrive(rig->chime_end));
	assert_true(fake_confirm(rig->chime_end));
	rig_turns(rig, 3);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(1, m->arrived[0]);
	assert_int_equal(1, m->arrived[1]);
}

static void test_stray_receipts(void **state)
{
	struct rig *rig = *state;
	struct receipt receipt = {.outcome = RECEIPT_DONE, .complete = true};
	struct end_sink sink = mapping_sink_irc(rig->mapping);

	rig_up(rig);
	say_and_take(rig, 2);
	for (receipt.ticket = 0; receipt.ticket < 5; receipt.ticket++)
		if (receipt.ticket != 1)
			sink.receipt(sink.arg, &receipt);
	assert_int_equal(4, log_catch_count("not under way"));
	rig_finish(rig);
	rig_check(rig);
}

/* A receipt that claims more than there is. */
static void test_progress_is_bounded(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink = mapping_sink_irc(rig->mapping);

	rig_up(rig);
	say_and_take(rig, 1);
	sink.receipt(sink.arg, &(struct receipt){.ticket = 1,
				       .outcome = RECEIPT_DONE,
				       .progress = SIZE_MAX});
	rig->irc_end->held_count = 0;
	sink.receipt(sink.arg,
		&(struct receipt){.ticket = 1, .outcome = RECEIPT_LATER});
	rig_step(rig, STEP_WAIT);
	rig_turns(rig, 3);
	assert_int_equal(
		strlen("v1 a message"), rig->irc_end->held[0].progress);
}

static void test_old_records_are_forgotten(void **state)
{
	struct rig *rig = *state;
	struct store_query query = {.kind = STORE_DONE,
		.way = LANE_TO_IRC,
		.mapping = "m",
		.since = INT64_MIN};
	char dump[512];

	rig_up(rig);
	say_and_take(rig, 1);
	rig_finish(rig);
	rig->chime.step_ms = 31 * 24 * 3600 * (int64_t)1000;
	clock_advance(rig->chime.step_ms);
	say_and_take(rig, 1);
	rig_finish(rig);
	store_dump(rig->store, &query, dump, sizeof(dump));
	assert_null(strstr(dump, "chime-0"));
	assert_non_null(strstr(dump, "chime-1"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(window_is_freed_by_the_disk),
		TEST(window_of_three),
		TEST(later_keeps_its_place),
		TEST(later_backs_off),
		TEST(ready_cuts_the_wait),
		TEST(nothing_is_overtaken),
		TEST(refused_is_handled),
		TEST(refused_line_is_counted),
		TEST(doubt_is_resent),
		TEST(doubt_is_skipped),
		TEST(skip_does_not_skip_what_was_put_back),
		TEST(resumes_at_the_confirmed_part),
		TEST(line_resumes_at_the_confirmed_part),
		TEST(stray_receipts),
		TEST(progress_is_bounded),
		TEST(old_records_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
