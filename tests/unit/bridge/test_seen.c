#include "bridge/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { CEILING = 100 };

static struct ident ident(int n)
{
	struct ident ident;
	char id[16];

	snprintf(id, sizeof(id), "id-%d", n);
	ident_of(&ident, LANE_TO_IRC, "m", id);
	return ident;
}

static void add(struct seen *seen, int n, int64_t position)
{
	struct ident i = ident(n);

	seen_add(seen, &i, position);
}

static bool has(const struct seen *seen, int n)
{
	struct ident i = ident(n);

	return seen_has(seen, &i);
}

static void test_add_and_has(void **state)
{
	struct seen seen;

	(void)state;
	seen_init(&seen, CEILING);
	assert_false(has(&seen, 1));
	add(&seen, 1, 10);
	add(&seen, 1, 20);
	assert_true(has(&seen, 1));
	assert_false(has(&seen, 2));
	assert_int_equal(1, seen_count(&seen));
	seen_release(&seen);
	assert_int_equal(0, seen_count(&seen));
}

static void test_prune(void **state)
{
	struct seen seen;

	(void)state;
	seen_init(&seen, CEILING);
	for (int i = 0; i < 10; i++)
		add(&seen, i, i);
	seen_prune(&seen, 4);
	for (int i = 0; i < 10; i++)
		assert_int_equal(i >= 4, has(&seen, i));
	seen_prune(&seen, 4);
	assert_int_equal(6, seen_count(&seen));
	seen_prune(&seen, INT64_MAX);
	assert_int_equal(0, seen_count(&seen));
	seen_prune(&seen, INT64_MAX);
	assert_true(seen.forgotten == INT64_MIN);
	seen_release(&seen);
}

/* One from the future keeps what came after it, until it goes itself. */
static void test_prune_stops_at_what_came_early(void **state)
{
	struct seen seen;

	(void)state;
	seen_init(&seen, CEILING);
	add(&seen, 0, 1);
	add(&seen, 1, 1000);
	add(&seen, 2, 2);
	seen_prune(&seen, 500);
	assert_false(has(&seen, 0));
	assert_true(has(&seen, 1));
	assert_true(has(&seen, 2));
	seen_prune(&seen, 1001);
	assert_int_equal(0, seen_count(&seen));
	seen_release(&seen);
}

static void test_ceiling_drops_the_oldest(void **state)
{
	struct seen seen;

	(void)state;
	seen_init(&seen, CEILING);
	for (int i = 0; i < CEILING; i++)
		add(&seen, i, 50 + i);
	assert_true(seen.forgotten == INT64_MIN);
	for (int i = CEILING; i < CEILING + 30; i++)
		add(&seen, i, 50 + i);
	assert_int_equal(CEILING, seen_count(&seen));
	assert_int_equal(50 + 29, seen.forgotten);
	assert_false(has(&seen, 29));
	assert_true(has(&seen, 30));
	seen_release(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_has),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_prune_stops_at_what_came_early),
		cmocka_unit_test(test_ceiling_drops_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
