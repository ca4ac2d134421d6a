#include "../support/store_cases.h"
#include "store/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	struct loop *loop;
	struct store *store;
};

static int setup(void **state)
{
	static struct fixture f;

	f.loop = loop_new();
	f.store = store_memory_new(f.loop);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	loop_free(f->loop);
	return 0;
}

/* Runs the case that the test was made with. */
static void run_case(void **state, store_case_fn *fn)
{
	struct fixture *f = *state;

	fn(f->loop, f->store);
}

#define CASE(name)                                                             \
	static void test_##name(void **state)                                  \
	{                                                                      \
		run_case(state, store_case_##name);                            \
	}

CASE(cursor)
CASE(done)
CASE(intent)
CASE(outbox)
CASE(aside)
CASE(forget)
CASE(fact)
CASE(odd_bytes)
CASE(sync_order)
CASE(sync_cancel)
CASE(sync_of_nothing)
CASE(sync_in_sync)
CASE(cannot_ask)

static void set_flag(void *arg)
{
	*(bool *)arg = true;
}

static void cursor(struct store *store, int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_CURSOR,
				    .mapping = "m",
				    .position = position});
}

static void expect_cursor(struct store *store, const char *text)
{
	struct store_query query = {.kind = STORE_CURSOR, .mapping = "m"};
	char dump[256];

	store_dump(store, &query, dump, sizeof(dump));
	assert_string_equal(text, dump);
}

static void test_crash_drops_what_was_not_synced(void **state)
{
	struct fixture *f = *state;
	bool called = false;

	cursor(f->store, 1);
	store_settle(f->loop, f->store);
	cursor(f->store, 2);
	(void)store_sync(f->store, set_flag, &called);
	store_memory_crash(f->store);
	for (int i = 0; i < 5; i++)
		loop_turn(f->loop, 0);
	assert_false(called);
	expect_cursor(f->store, "cursor 1\n");
	cursor(f->store, 3);
	store_settle(f->loop, f->store);
	expect_cursor(f->store, "cursor 3\n");
}

static void test_crash_between_commit_and_callback(void **state)
{
	struct fixture *f = *state;
	bool called = false;

	cursor(f->store, 2);
	(void)store_sync(f->store, set_flag, &called);
	loop_turn(f->loop, 0);
	assert_false(called);
	store_memory_crash(f->store);
	expect_cursor(f->store, "cursor 2\n");
}

static void test_hold(void **state)
{
	struct fixture *f = *state;
	bool called = false;

	store_memory_hold(f->store, true);
	cursor(f->store, 1);
	(void)store_sync(f->store, set_flag, &called);
	for (int i = 0; i < 5; i++)
		loop_turn(f->loop, 0);
	assert_false(called);
	expect_cursor(f->store, "");
	store_memory_hold(f->store, false);
	for (int i = 0; i < 5; i++)
		loop_turn(f->loop, 0);
	assert_true(called);
	expect_cursor(f->store, "cursor 1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cursor),
		TEST(done),
		TEST(intent),
		TEST(outbox),
		TEST(aside),
		TEST(forget),
		TEST(fact),
		TEST(odd_bytes),
		TEST(sync_order),
		TEST(sync_cancel),
		TEST(sync_of_nothing),
		TEST(sync_in_sync),
		TEST(cannot_ask),
		TEST(crash_drops_what_was_not_synced),
		TEST(crash_between_commit_and_callback),
		TEST(hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
