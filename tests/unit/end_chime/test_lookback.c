#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/lookback.h"

enum { OVERLAP_MS = 600 * 1000, CURSOR = 10000000, MINUTE_MS = 60 * 1000 };

/* The first pass, at `now_ms`, is over. */
static struct lookback make(int64_t now_ms)
{
	struct lookback back = {.overlap_ms = OVERLAP_MS};
	assert_int_equal(
		lookback_begin(&back, CURSOR, now_ms), CURSOR - OVERLAP_MS);
	lookback_end(&back, now_ms);
	return back;
}

static void test_first_is_deep(void **state)
{
	struct lookback back = {.overlap_ms = OVERLAP_MS};
	(void)state;
	/* Until one comes to its end. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(lookback_begin(&back, CURSOR, 1000 + i),
			CURSOR - OVERLAP_MS);
	lookback_end(&back, 1100);
	assert_int_equal(lookback_begin(&back, CURSOR, 1101), CURSOR);
}

static void test_soon_after_another(void **state)
{
	struct lookback back = make(1000);
	(void)state;
	assert_int_equal(lookback_begin(&back, CURSOR, 1799), CURSOR);
	assert_int_equal(lookback_begin(&back, CURSOR, 1800), CURSOR - 2000);
	assert_int_equal(lookback_begin(&back, CURSOR, 1801), CURSOR);
}

static void test_talk(void **state)
{
	struct lookback back = make(1000);
	(void)state;
	for (int i = 0; i < 30; i++)
		lookback_note(&back, CURSOR + i * 1000, 900);
	/* The twentieth from the end. */
	assert_int_equal(
		lookback_begin(&back, CURSOR + 29000, 2000), CURSOR + 10000);
	/* A minute after it, no more than a little. */
	assert_int_equal(lookback_begin(&back, CURSOR + 29000, 950 + MINUTE_MS),
		CURSOR + 27000);
}

static void test_busy(void **state)
{
	struct lookback back = make(1000);
	(void)state;
	for (int i = 0; i < 60; i++)
		lookback_note(&back, CURSOR + i, 1500);
	assert_int_equal(lookback_begin(&back, CURSOR + 59, 2000), CURSOR + 59);
	assert_int_equal(lookback_begin(&back, CURSOR + 59, 4999), CURSOR + 59);
	assert_int_equal(
		lookback_begin(&back, CURSOR + 59, 5000), CURSOR + 59 - 5000);
}

static void test_deep_while_there_is_talk(void **state)
{
	struct lookback back = make(1000);
	(void)state;
	/* Nobody has spoken. */
	(void)lookback_begin(&back, CURSOR, 1000 + MINUTE_MS);
	assert_false(back.is_deep);
	lookback_note(&back, CURSOR, 1000 + MINUTE_MS);
	assert_int_equal(lookback_begin(&back, CURSOR, 1001 + MINUTE_MS),
		CURSOR - OVERLAP_MS);
	/* It is owed until it is done. */
	(void)lookback_begin(&back, CURSOR, 1002 + MINUTE_MS);
	assert_true(back.is_deep);
	lookback_end(&back, 1003 + MINUTE_MS);
	(void)lookback_begin(&back, CURSOR, 1004 + MINUTE_MS);
	assert_false(back.is_deep);
}

static void test_deep_is_bounded(void **state)
{
	struct lookback back = make(1000);
	int64_t last = CURSOR + 3000;
	(void)state;
	for (int64_t at = CURSOR + 1; at <= last; at++)
		lookback_note(&back, at, 2000);
	/* The oldest mark: about 2000 messages before. */
	assert_int_equal(lookback_begin(&back, last, 2000 + MINUTE_MS),
		last - (LOOKBACK_MARKS - 1) * LOOKBACK_MARK_EVERY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_is_deep),
		cmocka_unit_test(test_soon_after_another),
		cmocka_unit_test(test_talk),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_deep_while_there_is_talk),
		cmocka_unit_test(test_deep_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
