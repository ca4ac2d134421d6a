#include "bridge/recall.h"

#include "../support/bridge_rig.h"
#include "../support/store_cases.h"
#include "store/memory.h"
#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct lane *open_lane(struct rig *rig, enum lane_way way)
{
	struct lane_params params = {
		.loop = rig->loop,
		.store = rig->store,
		.mapping = "m",
		.way = way,
		.window = 1,
		.overlap_ms = 100,
	};
	int error = 0;
	struct lane *lane = lane_new(&params, &error);

	assert_non_null(lane);
	return lane;
}

static void put(struct rig *rig, struct store_record record)
{
	record.mapping = "m";
	store_append(rig->store, &record);
}

static void test_nothing(void **state)
{
	struct lane *lane = open_lane(*state, LANE_TO_IRC);

	assert_false(lane->has_cursor);
	assert_false(lane->cursor_durable);
	assert_true(lane->floor == INT64_MIN);
	assert_int_equal(0, lane->queue.count);
	assert_int_equal(1, lane->next_seq);
	lane_free(lane);
}

static void test_outbox_in_order(void **state)
{
	struct rig *rig = *state;
	static const uint64_t seqs[] = {30, 7, 12};
	struct lane *lane;

	for (size_t i = 0; i < ARRAY_LEN(seqs); i++)
		put(rig, (struct store_record){.kind = STORE_OUTBOX_ADD,
				 .way = LANE_TO_CHIME,
				 .seq = seqs[i],
				 .source_id = i == 0 ? "" : "id",
				 .token = "token",
				 .payload = "a\0b",
				 .payload_len = 3,
				 .position = 5,
				 .at_ms = 6});
	store_settle(rig->loop, rig->store);
	lane = open_lane(rig, LANE_TO_CHIME);
	assert_int_equal(3, lane->queue.count);
	assert_int_equal(31, lane->next_seq);
	assert_int_equal(7, queue_find(&lane->queue, 1)->seq);
	assert_int_equal(12, queue_find(&lane->queue, 2)->seq);
	assert_int_equal(30, queue_find(&lane->queue, 3)->seq);
	assert_string_equal("token", queue_head(&lane->queue)->parcel.token);
	assert_memory_equal(
		"a\0b", queue_head(&lane->queue)->parcel.payload, 3);
	assert_int_equal(6, queue_head(&lane->queue)->parcel.accepted_ms);
	assert_int_equal(6, queue_head(&lane->queue)->parcel.first_sent_ms);
	assert_true(lane_is_idle(lane));
	lane_free(lane);
}

/* Parts of a line that is older than the seen window. */
static void test_parts_of_an_old_line(void **state)
{
	struct rig *rig = *state;
	struct lane *lane;

	put(rig, (struct store_record){.kind = STORE_OUTBOX_ADD,
			 .way = LANE_TO_CHIME,
			 .seq = 1,
			 .source_id = "id",
			 .token = "token",
			 .payload = "abcdef",
			 .payload_len = 6,
			 .position = 5});
	put(rig, (struct store_record){.kind = STORE_DONE,
			 .way = LANE_TO_CHIME,
			 .source_id = "id",
			 .position = 5,
			 .progress = 4});
	store_settle(rig->loop, rig->store);
	lane = open_lane(rig, LANE_TO_CHIME);
	assert_int_equal(4, queue_head(&lane->queue)->parcel.progress);
	lane_free(lane);
}

static bool sees(struct lane *lane, const char *id)
{
	struct ident ident;

	ident_of(&ident, lane->params.way, "m", id);
	return seen_has(&lane->seen, &ident);
}

static void test_seen_window(void **state)
{
	struct rig *rig = *state;
	struct lane *lane;

	put(rig, (struct store_record){.kind = STORE_CURSOR, .position = 1000});
	put(rig, (struct store_record){.kind = STORE_DONE,
			 .source_id = "old",
			 .complete = true,
			 .position = 799});
	put(rig, (struct store_record){.kind = STORE_DONE,
			 .source_id = "edge",
			 .complete = true,
			 .position = 800});
	put(rig, (struct store_record){.kind = STORE_DONE,
			 .source_id = "part",
			 .progress = 9,
			 .position = 1000});
	put(rig, (struct store_record){.kind = STORE_INTENT,
			 .source_id = "doubt",
			 .at_ms = 50});
	store_settle(rig->loop, rig->store);
	lane = open_lane(rig, LANE_TO_IRC);
	assert_int_equal(1000, lane->cursor);
	assert_true(lane->cursor_durable);
	assert_false(sees(lane, "old"));
	assert_true(sees(lane, "edge"));
	assert_false(sees(lane, "part"));
	assert_int_equal(
		9, unfinished_take(&lane->unfinished, "part").progress);
	assert_int_equal(50, unfinished_take(&lane->unfinished, "doubt").at_ms);
	lane_free(lane);
}

static int fail_each(struct store *store, const struct store_query *query,
	store_each_fn *fn, void *arg)
{
	(void)store;
	(void)query;
	(void)fn;
	(void)arg;
	return -ENOMEM;
}

static void test_unreadable(void **state)
{
	struct rig *rig = *state;
	struct store_ops ops = *rig->store->ops;
	struct store broken = {.ops = &ops};
	struct lane_params params = {.loop = rig->loop,
		.store = &broken,
		.mapping = "m",
		.way = LANE_TO_IRC};
	int error = 0;

	ops.each = fail_each;
	assert_null(lane_new(&params, &error));
	assert_int_equal(-EIO, error);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing),
		TEST(outbox_in_order),
		TEST(parts_of_an_old_line),
		TEST(seen_window),
		TEST(unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
