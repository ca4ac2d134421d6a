#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/backoff.h"

static void test_doubles_up_to_the_cap(void **state)
{
	(void)state;
	static const int64_t most[] = {100, 200, 400, 800, 1000, 1000};
	for (int round = 0; round < 50; round++) {
		struct backoff b;
		backoff_init(&b, 100, 1000);
		for (size_t i = 0; i < 6; i++) {
			int64_t ms = backoff_next_ms(&b);
			assert_true(ms >= most[i] / 2);
			assert_true(ms <= most[i]);
			assert_int_equal(b.failures, i + 1);
		}
	}
}

static void test_reset(void **state)
{
	(void)state;
	struct backoff b;
	backoff_init(&b, 100, 100000);
	for (int i = 0; i < 20; i++)
		assert_true(backoff_next_ms(&b) <= 100000);
	backoff_reset(&b);
	assert_int_equal(b.failures, 0);
	assert_true(backoff_next_ms(&b) <= 100);
}

static void test_spreads(void **state)
{
	(void)state;
	int64_t least = INT64_MAX;
	int64_t most = 0;
	for (int i = 0; i < 1000; i++) {
		struct backoff b;
		backoff_init(&b, 1000, 1000);
		int64_t ms = backoff_next_ms(&b);
		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	assert_true(least < 550);
	assert_true(most > 950);
}

static void test_never_overflows(void **state)
{
	(void)state;
	struct backoff b;
	backoff_init(&b, 3, INT64_MAX);
	for (int i = 0; i < 1000; i++)
		assert_true(backoff_next_ms(&b) > 0);
	backoff_init(&b, 0, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(backoff_next_ms(&b), 0);
	backoff_init(&b, 1000, 10); /* a base above the cap */
	assert_in_range(backoff_next_ms(&b), 5, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles_up_to_the_cap),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_spreads),
		cmocka_unit_test(test_never_overflows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
