#include "bridge/journal.h"

#include "../support/store_cases.h"
#include "store/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	struct loop *loop;
	struct journal journal;
};

static int setup(void **state)
{
	static struct fixture f;

	f.loop = loop_new();
	f.journal = (struct journal){.store = store_memory_new(f.loop),
		.mapping = "m",
		.way = LANE_TO_CHIME};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->journal.store);
	loop_free(f->loop);
	return 0;
}

static void expect(struct fixture *f, enum store_kind kind, const char *text)
{
	struct store_query query = {.kind = kind,
		.mapping = "m",
		.way = LANE_TO_CHIME,
		.since = INT64_MIN};
	char dump[1024];

	store_settle(f->loop, f->journal.store);
	store_dump(f->journal.store, &query, dump, sizeof(dump));
	assert_string_equal(text, dump);
}

static void test_done(void **state)
{
	struct fixture *f = *state;

	journal_done(&f->journal, &(struct journal_done){.source_id = "a",
					  .dest_id = "d",
					  .position = 7,
					  .progress = 3,
					  .complete = true});
	journal_done(&f->journal, &(struct journal_done){.source_id = "b"});
	journal_done(&f->journal,
		&(struct journal_done){.source_id = "", .complete = true});
	expect(f, STORE_DONE, "done b 0  0\ndone a 3! d 7\n");
	journal_forget(&f->journal, 7);
	expect(f, STORE_DONE, "done a 3! d 7\n");
}

static void test_of_items(void **state)
{
	struct fixture *f = *state;
	struct item *item = item_new(NULL,
		&(struct parcel){.source_id = "a",
			.token = "tok",
			.payload = "pay",
			.payload_len = 3,
			.progress = 1,
			.position = 2,
			.accepted_ms = 9},
		"Bob");

	item->seq = 4;
	journal_outbox_add(&f->journal, item);
	journal_intent(&f->journal, item, 77);
	expect(f, STORE_OUTBOX_ADD, "outbox 4 a tok pay 2 9\n");
	expect(f, STORE_INTENT, "intent a 1 77\n");
	journal_outbox_drop(&f->journal, item);
	journal_intent_back(&f->journal, item);
	expect(f, STORE_OUTBOX_ADD, "");
	expect(f, STORE_INTENT, "");
	item_free(item);
}

static void test_cursor_and_floor(void **state)
{
	struct fixture *f = *state;
	struct journal other = f->journal;
	int64_t floor = -1;

	assert_int_equal(0, journal_read_floor(&f->journal, &floor));
	assert_int_equal(-1, floor);
	journal_cursor(&f->journal, 12);
	journal_floor(&f->journal, INT64_MIN);
	expect(f, STORE_CURSOR, "cursor 12\n");
	assert_int_equal(0, journal_read_floor(&f->journal, &floor));
	assert_true(floor == INT64_MIN);
	other.way = LANE_TO_IRC;
	floor = -1;
	assert_int_equal(0, journal_read_floor(&other, &floor));
	assert_int_equal(-1, floor);
}

static void test_unreadable_floor(void **state)
{
	struct fixture *f = *state;
	int64_t floor = -1;

	store_append(
		f->journal.store, &(struct store_record){.kind = STORE_FACT,
					  .space = "mapping m",
					  .key = "floor to_chime",
					  .value = "soon"});
	store_settle(f->loop, f->journal.store);
	assert_int_equal(-EIO, journal_read_floor(&f->journal, &floor));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(done),
		TEST(of_items),
		TEST(cursor_and_floor),
		TEST(unreadable_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
