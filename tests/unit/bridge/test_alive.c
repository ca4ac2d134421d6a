#include "bridge/alive.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "store/memory.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_first_time(void **state)
{
	struct rig *rig = *state;
	struct alive *alive = alive_new(rig->loop, rig->store);

	assert_int_equal(0, alive_died_ms(alive));
	alive_free(alive);
	alive_free(NULL);
}

static void test_is_marked_now_and_then(void **state)
{
	struct rig *rig = *state;
	struct alive *alive = alive_new(rig->loop, rig->store);
	int64_t last_ms;

	clock_advance(ALIVE_EVERY_MS);
	rig_turns(rig, 3);
	last_ms = clock_wall_ms();
	clock_advance(ALIVE_EVERY_MS - 1);
	rig_turns(rig, 3);
	alive_free(alive);
	alive = alive_new(rig->loop, rig->store);
	assert_int_equal(last_ms, alive_died_ms(alive));
	alive_free(alive);
}

static void test_is_marked_at_the_end(void **state)
{
	struct rig *rig = *state;
	struct alive *alive = alive_new(rig->loop, rig->store);

	clock_advance(1234);
	alive_mark(alive);
	rig_turns(rig, 3);
	alive_free(alive);
	alive = alive_new(rig->loop, rig->store);
	assert_int_equal(clock_wall_ms(), alive_died_ms(alive));
	alive_free(alive);
}

static void test_nonsense_in_the_state(void **state)
{
	struct rig *rig = *state;
	struct store_record record = {
		.kind = STORE_FACT,
		.space = "bridge",
		.key = "alive",
		.value = "yesterday",
	};
	struct alive *alive;

	store_append(rig->store, &record);
	rig_turns(rig, 3);
	alive = alive_new(rig->loop, rig->store);
	assert_int_equal(0, alive_died_ms(alive));
	assert_int_equal(1, log_catch_count("unreadable"));
	alive_free(alive);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_time),
		TEST(is_marked_now_and_then),
		TEST(is_marked_at_the_end),
		TEST(nonsense_in_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
