#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/bucket.h"

static void test_burst_then_rate(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 3, 10, 1000);
	for (int i = 0; i < 3; i++)
		assert_true(bucket_take(&b, 1000));
	assert_false(bucket_take(&b, 1000));
	assert_int_equal(bucket_wait_ms(&b, 1000), 100);
	assert_false(bucket_take(&b, 1099));
	assert_true(bucket_take(&b, 1100));
	assert_false(bucket_take(&b, 1100));
}

static void test_never_more_than_the_burst(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 2, 1000, 0);
	assert_true(bucket_take(&b, 1000000));
	assert_true(bucket_take(&b, 1000000));
	assert_false(bucket_take(&b, 1000000));
}

static void test_has_takes_nothing(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 1, 1, 0);
	for (int i = 0; i < 5; i++)
		assert_true(bucket_has(&b, 0));
	assert_true(bucket_take(&b, 0));
	assert_false(bucket_has(&b, 0));
}

/* After the wait it asks for there is a token, at rates of odd fractions. */
static void test_wait_is_enough(void **state)
{
	(void)state;
	static const double rates[] = {0.1, 0.3, 1, 3, 7, 10, 29.97, 300, 5000};
	for (int r = 0; r < 9; r++) {
		struct bucket b;
		int64_t now = 12345;
		bucket_init(&b, 1, rates[r], now);
		for (int i = 0; i < 500; i++) {
			assert_true(bucket_take(&b, now));
			int64_t wait = bucket_wait_ms(&b, now);
			assert_true(wait >= 1);
			now += wait;
			assert_int_equal(bucket_wait_ms(&b, now), 0);
		}
	}
}

/* The rate holds over many small steps: none is lost to rounding. */
static void test_long_run(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 1, 100, 0);
	int taken = 0;
	for (int64_t now = 0; now < 10000; now++)
		taken += bucket_take(&b, now);
	assert_int_equal(taken, 1000);
}

static void test_unlimited(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 1, 0, 50);
	for (int i = 0; i < 1000; i++)
		assert_true(bucket_take(&b, 50));
	assert_int_equal(bucket_wait_ms(&b, 50), 0);
}

static void test_drain(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 5, 10, 0);
	bucket_drain(&b, 1000, 500);
	assert_false(bucket_has(&b, 1000));
	assert_int_equal(bucket_wait_ms(&b, 1000), 600);
	assert_false(bucket_has(&b, 1500));
	assert_false(bucket_has(&b, 1599));
	assert_true(bucket_take(&b, 1600));
	bucket_drain(&b, 2000, 1000);
	bucket_drain(&b, 2000, 10); /* does not end the longer one */
	assert_int_equal(bucket_wait_ms(&b, 2000), 1100);
}

static void test_drain_unlimited(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 1, 0, 0);
	bucket_drain(&b, 1000, 500);
	assert_false(bucket_take(&b, 1499));
	assert_int_equal(bucket_wait_ms(&b, 1100), 400);
	assert_true(bucket_take(&b, 1500));
}

static void test_burst_below_one(void **state)
{
	(void)state;
	struct bucket b;
	bucket_init(&b, 0, 1, 0);
	assert_true(bucket_take(&b, 0));
	assert_int_equal(bucket_wait_ms(&b, 0), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_rate),
		cmocka_unit_test(test_never_more_than_the_burst),
		cmocka_unit_test(test_has_takes_nothing),
		cmocka_unit_test(test_wait_is_enough),
		cmocka_unit_test(test_long_run),
		cmocka_unit_test(test_unlimited),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_drain_unlimited),
		cmocka_unit_test(test_burst_below_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
