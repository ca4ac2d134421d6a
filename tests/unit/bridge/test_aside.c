#include "bridge/aside.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "bridge/mapping.h"
#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What is set aside, as "SEQ ID WHY" lines. */
static void on_aside(const struct store_record *record, void *arg)
{
	char *out = arg;
	size_t len = strlen(out);

	snprintf(out + len, 512 - len, "%llu %s %s\n",
		(unsigned long long)record->seq, record->source_id,
		record->value);
}

static void expect_aside(struct rig *rig, enum lane_way way, const char *text)
{
	char out[512] = "";

	rig_turns(rig, 3);
	assert_int_equal(
		0, mapping_aside_each(rig->mapping, way, on_aside, out));
	assert_string_equal(text, out);
}

/* A line of IRC that Chime refuses. */
static void refuse_one(struct rig *rig)
{
	rig_up(rig);
	fake_say(&rig->irc, "no");
	fake_present(rig->irc_end);
	rig_turns(rig, 3);
	assert_true(fake_refuse(rig->chime_end));
	rig_turns(rig, 3);
}

static void test_refused_is_kept(void **state)
{
	struct rig *rig = *state;

	refuse_one(rig);
	expect_aside(rig, LANE_TO_CHIME, "1 irc-0 no\n");
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).queued);
	rig_crash(rig);
	rig_finish(rig);
	expect_aside(rig, LANE_TO_CHIME, "1 irc-0 no\n");
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(0, rig->chime.order_count);
}

/* It does not block those behind it. */
static void test_nothing_waits_for_it(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	for (int i = 0; i < 3; i++) {
		fake_say(&rig->chime, "text");
		fake_present(rig->chime_end);
	}
	rig_turns(rig, 3);
	assert_true(fake_refuse(rig->irc_end));
	rig_finish(rig);
	assert_int_equal(2, rig->irc.order_count);
	expect_aside(rig, LANE_TO_IRC, "1 chime-0 no\n");
	rig_check(rig);
}

static void test_retry_goes_to_the_tail(void **state)
{
	struct rig *rig = *state;
	char token[65];

	refuse_one(rig);
	memcpy(token, rig->irc.messages[0].token, sizeof(token));
	fake_say(&rig->irc, "other");
	fake_present(rig->irc_end);
	rig_turns(rig, 3);
	assert_int_equal(
		0, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
	assert_int_equal(
		-EALREADY, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
	assert_int_equal(-EALREADY,
		mapping_aside_forget(rig->mapping, LANE_TO_CHIME, 1));
	/* It is not in the outbox. */
	rig->chime_end->on_deliver = NULL;
	assert_true(fake_arrive(rig->chime_end));
	assert_true(fake_confirm(rig->chime_end));
	rig_turns(rig, 3);
	assert_string_equal("irc-0", rig->chime_end->held[0].message->id);
	assert_string_equal(token, rig->irc.messages[0].token);
	expect_aside(rig, LANE_TO_CHIME, "1 irc-0 no\n");
	assert_true(fake_arrive(rig->chime_end));
	assert_true(fake_confirm(rig->chime_end));
	expect_aside(rig, LANE_TO_CHIME, "");
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).aside);
}

static void test_retry_that_is_refused_again(void **state)
{
	struct rig *rig = *state;

	refuse_one(rig);
	rig->chime_end->on_deliver = NULL;
	assert_int_equal(
		0, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
	assert_true(fake_refuse(rig->chime_end));
	expect_aside(rig, LANE_TO_CHIME, "1 irc-0 no\n");
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(
		0, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
}

/* A crash while it is tried again leaves it set aside. */
static void test_retry_and_crash(void **state)
{
	struct rig *rig = *state;

	refuse_one(rig);
	rig->chime_end->on_deliver = NULL;
	assert_int_equal(
		0, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
	rig_crash(rig);
	expect_aside(rig, LANE_TO_CHIME, "1 irc-0 no\n");
	rig_finish(rig);
	assert_int_equal(0, rig->chime.order_count);
}

static void test_forget(void **state)
{
	struct rig *rig = *state;

	refuse_one(rig);
	assert_int_equal(
		-ENOENT, mapping_aside_forget(rig->mapping, LANE_TO_CHIME, 2));
	assert_int_equal(
		-ENOENT, mapping_aside_forget(rig->mapping, LANE_TO_IRC, 1));
	assert_int_equal(
		0, mapping_aside_forget(rig->mapping, LANE_TO_CHIME, 1));
	expect_aside(rig, LANE_TO_CHIME, "");
	assert_int_equal(
		-ENOENT, mapping_aside_retry(rig->mapping, LANE_TO_CHIME, 1));
}

/* There is no payload: the reason shows who said it, and its beginning. */
static void test_what_cannot_be_said(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	rig->irc_end->prepare_code = -EBADMSG;
	fake_say(&rig->chime, "odd");
	fake_present(rig->chime_end);
	fake_say(&rig->chime,
		"123456789 123456789 123456789 123456789 "
		"123456789 123456789 123456789 123456789 no more");
	fake_present(rig->chime_end);
	expect_aside(rig, LANE_TO_IRC,
		"1 chime-0 told to fail; said by Somebody: odd\n"
		"2 chime-1 told to fail; said by Somebody: "
		"123456789 123456789 123456789 123456789 "
		"123456789 123456789 123456789 123456789 \xe2\x80\xa6\n");
	assert_int_equal(
		-ENODATA, mapping_aside_retry(rig->mapping, LANE_TO_IRC, 1));
}

static void test_oldest_goes_when_there_are_too_many(void **state)
{
	struct rig *rig = *state;
	struct lane *lane = rig->mapping->to_chime;
	struct parcel parcel = {
		.source_id = "id", .token = "token", .payload = "v1 x"};
	char out[512] = "";

	parcel.payload_len = strlen(parcel.payload);
	for (int i = 0; i < ASIDE_MAX + 2; i++)
		lane_put_aside(lane, &parcel, 0, "why");
	assert_int_equal(ASIDE_MAX, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(2, rig_stats(rig, LANE_TO_CHIME).aside_lost);
	assert_int_equal(1, log_catch_count("the oldest are forgotten"));
	rig_turns(rig, 3);
	assert_int_equal(0, lane_aside_each(lane, on_aside, out));
	assert_memory_equal("3 id why\n4 ", out, 11);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refused_is_kept),
		TEST(nothing_waits_for_it),
		TEST(retry_goes_to_the_tail),
		TEST(retry_that_is_refused_again),
		TEST(retry_and_crash),
		TEST(forget),
		TEST(what_cannot_be_said),
		TEST(oldest_goes_when_there_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
