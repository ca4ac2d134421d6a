#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/pace.h"

#include "unit/support/end_chime_service.h"
#include "util/clock.h"

#include <string.h>

enum { EVERY_MS = 30 * 1000 };

struct fixture {
	struct service s;
	struct pace pace;
	unsigned load;
	unsigned due;
};

static void on_due(void *arg)
{
	((struct fixture *)arg)->due++;
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	const struct pace_params params = {
		.loop = f.s.w.loop,
		.client = f.s.w.client,
		.bearer = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f.load,
		.due = on_due,
		.arg = &f,
	};
	pace_init(&f.pace, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pace_release(&f->pace);
	pace_release(&f->pace);
	assert_int_equal(f->load, 0);
	service_release(&f->s);
	return 0;
}

/* After how long? */
static int64_t wait(struct fixture *f, int64_t max_ms)
{
	int64_t passed = 0;
	f->due = 0;
	loop_turn(f->s.w.loop, 0);
	while (!f->due && passed < max_ms) {
		clock_advance(100);
		passed += 100;
		loop_turn(f->s.w.loop, 0);
	}
	return passed;
}

static void limit(struct fixture *f, double per_second)
{
	struct budget_limits limits = {{0}};
	limits.per_second[CHIME_BUDGET_BEARER] = per_second;
	budget_set_limits(chime_client_budget(f->s.w.client), &limits);
}

static void test_interval(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(wait(f, 1000), 1000);
	pace_in(&f->pace, 0);
	assert_int_equal(wait(f, 1000), 0);
	pace_next(&f->pace, 1);
	assert_in_range(wait(f, 100000), 27000, 33100);
	pace_next(&f->pace, 1);
	pace_stop(&f->pace);
	assert_int_equal(wait(f, 100000), 100000);
}

/* 400 pages a twentieth of 10 calls a second: 800 s. */
static void test_long_lists(void **state)
{
	struct fixture *f = *state;
	limit(f, 10);
	pace_next(&f->pace, 400);
	assert_int_equal(f->load, 400);
	assert_in_range(wait(f, 2000000), 720000, 880100);
	/* Others have more. */
	f->load += 5000;
	pace_next(&f->pace, 400);
	assert_in_range(wait(f, 4000000), 2430000, 2970100);
	f->load -= 5000;
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	pace_failed(&f->pace, 0);
	assert_in_range(wait(f, 100000), 15000, 30100);
	pace_failed(&f->pace, 50000);
	assert_in_range(wait(f, 100000), 50000, 60100);
	for (int i = 0; i < 20; i++)
		pace_failed(&f->pace, 0);
	assert_in_range(wait(f, 2 * PACE_RETRY_MAX_MS), PACE_RETRY_MAX_MS / 2,
		PACE_RETRY_MAX_MS + 100);
	pace_next(&f->pace, 1);
	assert_in_range(wait(f, 100000), 27000, 33100);
}

/* Who else asks as this bearer goes first, but not for ever. */
static void test_making_way(void **state)
{
	struct fixture *f = *state;
	struct budget *budget = chime_client_budget(f->s.w.client);
	limit(f, 10);
	budget_throttled(budget, WORLD_USER, 20 * 1000);
	pace_in(&f->pace, 0);
	assert_in_range(wait(f, 100000), 20000, 23000);
	budget_throttled(budget, WORLD_USER, PACE_PATIENCE_MS - 5000);
	pace_in(&f->pace, 0);
	loop_turn(f->s.w.loop, 0);
	clock_advance(PACE_PATIENCE_MS - 10000);
	loop_turn(f->s.w.loop, 0);
	budget_throttled(budget, WORLD_USER, PACE_PATIENCE_MS);
	assert_in_range(wait(f, 2 * PACE_PATIENCE_MS), 9900, 10100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_interval),
		T(test_long_lists),
		T(test_failures),
		T(test_making_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
