#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/rand.h"

#include <string.h>

static void test_bytes_differ(void **state)
{
	(void)state;
	unsigned char a[32] = {0};
	unsigned char b[32] = {0};
	rand_bytes(a, sizeof(a));
	rand_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	rand_bytes(a, 0);
}

static void test_below(void **state)
{
	(void)state;
	unsigned seen[3] = {0};
	for (int i = 0; i < 3000; i++) {
		uint32_t value = rand_below(3);
		assert_true(value < 3);
		seen[value]++;
	}
	/* 1000 each, give or take 10 standard deviations. */
	for (int i = 0; i < 3; i++)
		assert_in_range(seen[i], 740, 1260);
	assert_int_equal(rand_below(1), 0);
	/* Just over half of all values: half of the draws are thrown away. */
	for (int i = 0; i < 100; i++)
		assert_true(rand_below(0x80000001U) < 0x80000001U);
	for (int i = 0; i < 100; i++)
		assert_true(rand_below(UINT32_MAX) < UINT32_MAX);
}

/* A plain remainder would give the low third twice the share it is due. */
static void test_below_is_even(void **state)
{
	(void)state;
	unsigned low = 0;
	for (int i = 0; i < 3000; i++)
		low += rand_below(0xC0000000U) < 0x40000000U;
	assert_in_range(low, 740, 1260);
}

static void test_token(void **state)
{
	(void)state;
	char a[RAND_TOKEN_BYTES];
	char b[RAND_TOKEN_BYTES];
	rand_token(a);
	rand_token(b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_differ),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_below_is_even),
		cmocka_unit_test(test_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
