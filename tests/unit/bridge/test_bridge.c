#include "bridge/bridge.h"

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

static void count_mapping(struct mapping *mapping, void *arg)
{
	char *names = arg;

	size_t len = strlen(names);

	snprintf(names + len, 16 - len, "%s", mapping_name(mapping));
}

static struct mapping *add(struct rig *rig, const char *name)
{
	int error = 0;
	struct mapping *mapping = bridge_add(
		rig->bridge, &(struct mapping_params){.name = name}, &error);

	assert_non_null(mapping);
	return mapping;
}

static void test_registry(void **state)
{
	struct rig *rig = *state;
	char names[16] = "";
	int error = 0;
	struct mapping *b = add(rig, "b");

	add(rig, "a");
	assert_ptr_equal(b, bridge_find(rig->bridge, "b"));
	assert_null(bridge_find(rig->bridge, "c"));
	assert_null(bridge_add(
		rig->bridge, &(struct mapping_params){.name = "b"}, &error));
	assert_int_equal(-EEXIST, error);
	bridge_each(rig->bridge, count_mapping, names);
	assert_string_equal("mba", names);
	bridge_remove(rig->bridge, b);
	assert_null(bridge_find(rig->bridge, "b"));
	add(rig, "b");
	bridge_free(NULL);
}

static void on_gone(void *arg)
{
	struct rig *rig = arg;

	assert_null(bridge_find(rig->bridge, "m"));
	rig->mapping = NULL;
	rig->irc_end = rig->chime_end = NULL;
}

/* A line is on its way to IRC; another waits behind it. */
static void retire_with_a_line_under_way(struct rig *rig, int64_t deadline_ms)
{
	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_say(&rig->chime, "two");
	while (fake_present(rig->chime_end))
		;
	rig_turns(rig, 10);
	fake_arrive(rig->irc_end);
	bridge_retire(rig->bridge, rig->mapping, deadline_ms, on_gone, rig);
	rig_turns(rig, 10);
	assert_ptr_equal(rig->mapping, bridge_find(rig->bridge, "m"));
}

/* And what waits is left to whoever comes after it. */
static void test_what_is_under_way_ends_first(void **state)
{
	struct rig *rig = *state;

	retire_with_a_line_under_way(rig, 60000);
	assert_int_equal(rig->irc.order_count, 1);
	fake_confirm(rig->irc_end);
	rig_turns(rig, 10);
	assert_null(rig->mapping);
	assert_int_equal(rig->irc.order_count, 1);
}

static void test_nothing_under_way_ends_at_once(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	bridge_retire(rig->bridge, rig->mapping, 60000, on_gone, rig);
	assert_non_null(rig->mapping);
	rig_turns(rig, 2);
	assert_null(rig->mapping);
}

static void test_not_waited_for_longer(void **state)
{
	struct rig *rig = *state;

	retire_with_a_line_under_way(rig, 5000);
	clock_advance(4999);
	rig_turns(rig, 2);
	assert_non_null(rig->mapping);
	clock_advance(1);
	rig_turns(rig, 2);
	assert_null(rig->mapping);
}

/* The bridge goes first: nobody is told. */
static void test_retiring_when_the_bridge_goes(void **state)
{
	struct rig *rig = *state;

	retire_with_a_line_under_way(rig, 60000);
	bridge_free(rig->bridge);
	rig->bridge = NULL;
	rig_turns(rig, 2);
	assert_non_null(rig->mapping);
}

static int fail_each(struct store *store, const struct store_query *query,
	store_each_fn *fn, void *arg)
{
	(void)store;
	(void)query;
	(void)fn;
	(void)arg;
	return -EIO;
}

static void test_unreadable_state(void **state)
{
	struct rig *rig = *state;
	struct store_ops ops = *rig->store->ops;
	struct store broken = {.ops = &ops};
	struct bridge *bridge;
	int error = 0;

	ops.each = fail_each;
	bridge = bridge_new(rig->loop, &broken);
	assert_null(bridge_add(
		bridge, &(struct mapping_params){.name = "m"}, &error));
	assert_int_equal(-EIO, error);
	assert_null(bridge_find(bridge, "m"));
	bridge_free(bridge);
}

static void test_stats(void **state)
{
	struct rig *rig = *state;
	struct bridge_stats stats;

	rig_up(rig);
	add(rig, "other");
	fake_say(&rig->chime, "one");
	fake_say(&rig->irc, "two");
	rig_finish(rig);
	bridge_stats(rig->bridge, &stats);
	assert_int_equal(2, stats.mappings);
	assert_int_equal(1, stats.ready);
	assert_int_equal(1, stats.to_irc.relayed);
	assert_int_equal(1, stats.to_chime.relayed);
	assert_false(stats.to_irc.ready);
}

static void on_drained(void *arg)
{
	(*(int *)arg)++;
}

static void test_drain_of_nothing(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	rig_up(rig);
	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	assert_int_equal(0, drained);
	rig_turns(rig, 3);
	assert_int_equal(1, drained);
}

static void test_drain_waits(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_say(&rig->chime, "two");
	fake_present(rig->chime_end);
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	fake_say(&rig->chime, "three");
	fake_present(rig->chime_end);
	assert_true(rig->chime_end->is_busy);
	rig_turns(rig, 3);
	assert_int_equal(0, drained);
	rig_step(rig, STEP_ARRIVE_IRC);
	rig_step(rig, STEP_CONFIRM_IRC);
	rig_turns(rig, 4);
	assert_int_equal(1, drained);
	assert_int_equal(0, rig->irc_end->held_count);
	rig_crash(rig);
	rig_finish(rig);
	rig->doubts = 0;
	rig_check(rig);
}

/* Lines that come while it drains are kept for the next start. */
static void test_drain_keeps_lines(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	rig_up(rig);
	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	fake_say(&rig->irc, "late");
	fake_present(rig->irc_end);
	rig_turns(rig, 4);
	assert_int_equal(1, drained);
	assert_int_equal(0, rig->chime_end->held_count);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(1, rig->chime.order_count);
}

static void test_drain_has_a_deadline(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	clock_advance(4999);
	rig_turns(rig, 3);
	assert_int_equal(0, drained);
	clock_advance(1);
	rig_turns(rig, 3);
	assert_int_equal(1, drained);
	/* What ends afterwards does not call again. */
	rig_step(rig, STEP_ARRIVE_IRC);
	rig_step(rig, STEP_CONFIRM_IRC);
	rig_turns(rig, 3);
	assert_int_equal(1, drained);
}

static void test_drain_with_what_comes_back(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	assert_true(fake_later(rig->irc_end, 0));
	rig_turns(rig, 3);
	assert_int_equal(1, drained);
	assert_int_equal(0, rig->irc_end->held_count);
}

static void test_free_cancels_the_drain(void **state)
{
	struct rig *rig = *state;
	int drained = 0;

	bridge_drain(rig->bridge, 5000, on_drained, &drained);
	rig_crash(rig);
	rig_turns(rig, 3);
	assert_int_equal(0, drained);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registry),
		TEST(what_is_under_way_ends_first),
		TEST(nothing_under_way_ends_at_once),
		TEST(not_waited_for_longer),
		TEST(retiring_when_the_bridge_goes),
		TEST(unreadable_state),
		TEST(stats),
		TEST(drain_of_nothing),
		TEST(drain_waits),
		TEST(drain_keeps_lines),
		TEST(drain_has_a_deadline),
		TEST(drain_with_what_comes_back),
		TEST(free_cancels_the_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
