#include "end_chime/bisect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A list with one bad thing at `bad`: what it answers about x is good once
 * the bad one lies before. Counts the questions. */
static enum bisect_answer find(
	struct bisect *b, int64_t first, int64_t bad, unsigned *ret_asked)
{
	enum bisect_answer answer = BISECT_ASK;
	bisect_init(b, first);
	for (*ret_asked = 0; answer == BISECT_ASK; ++*ret_asked) {
		assert_true(*ret_asked < 200);
		assert_true(b->probe >= first);
		answer = bisect_take(b, b->probe > bad);
	}
	return answer;
}

static void test_finds(void **state)
{
	static const int64_t distances[] = {
		0, 1, 2, 3, 7, 8, 9, 1000, 123456, 86400000, 31536000000};
	const int64_t first = 1600000000000;
	(void)state;
	for (size_t i = 0; i < sizeof(distances) / sizeof(*distances); i++) {
		struct bisect b;
		unsigned asked;
		assert_int_equal(find(&b, first, first + distances[i], &asked),
			BISECT_FOUND);
		assert_int_equal(b.bad, first + distances[i]);
		assert_true(asked <= 80);
	}
}

static void test_every_small_distance(void **state)
{
	(void)state;
	for (int64_t distance = 0; distance < 500; distance++) {
		struct bisect b;
		unsigned asked;
		assert_int_equal(
			find(&b, 1, 1 + distance, &asked), BISECT_FOUND);
		assert_int_equal(b.bad, 1 + distance);
	}
}

static void test_passing_fault(void **state)
{
	struct bisect b;
	unsigned asked;
	(void)state;
	assert_int_equal(find(&b, 1000, 999, &asked), BISECT_NONE);
	assert_int_equal(asked, 1);
}

static void test_all_is_bad(void **state)
{
	struct bisect b;
	unsigned asked;
	(void)state;
	assert_int_equal(
		find(&b, 1600000000000, INT64_MAX, &asked), BISECT_LOST);
	assert_true(asked < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_every_small_distance),
		cmocka_unit_test(test_passing_fault),
		cmocka_unit_test(test_all_is_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
