#include "end_chime/bisect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A list with bad things (sorted, 0 ends it) and nothing else that matters;
 * `exclusive` when the upper bound is not part of a range. */
struct list {
	int64_t bad[4];
	bool exclusive;
};

static bool is_good(const struct list *list, const struct bisect *b)
{
	int64_t until = b->until ? b->until - list->exclusive : INT64_MAX;
	for (size_t i = 0; list->bad[i]; i++)
		if (list->bad[i] >= b->from && list->bad[i] <= until)
			return false;
	return true;
}

/* Counts the questions. */
static enum bisect_answer find(struct bisect *b, int64_t first,
	const struct list *list, unsigned *ret_asked)
{
	enum bisect_answer answer = BISECT_ASK;
	bisect_init(b, first);
	for (*ret_asked = 0; answer == BISECT_ASK; ++*ret_asked) {
		assert_true(*ret_asked < 200);
		assert_true(b->from >= first);
		assert_true(b->until == 0 || b->until > b->from);
		answer = bisect_take(b, is_good(list, b));
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
		const struct list list = {.bad = {first + distances[i]}};
		struct bisect b;
		unsigned asked;
		assert_int_equal(find(&b, first, &list, &asked), BISECT_FOUND);
		assert_int_equal(b.bad, first + distances[i]);
		assert_true(asked <= 130);
	}
}

static void test_every_small_distance(void **state)
{
	(void)state;
	for (int64_t distance = 0; distance < 1000; distance++) {
		const struct list list = {
			.bad = {1 + distance / 2}, .exclusive = distance % 2};
		struct bisect b;
		unsigned asked;
		assert_int_equal(find(&b, 1, &list, &asked), BISECT_FOUND);
		assert_int_equal(b.bad, 1 + distance / 2);
	}
}

/* Good ones may stand between: only the first is found. */
static void test_finds_the_first_of_several(void **state)
{
	(void)state;
	for (int64_t gap = 2; gap < 300; gap++) {
		const struct list list = {
			.bad = {1100, 1100 + gap, 1100 + 3 * gap},
			.exclusive = gap % 2};
		struct bisect b;
		unsigned asked;
		assert_int_equal(find(&b, 1000, &list, &asked), BISECT_FOUND);
		/* With an exclusive bound maybe the empty ms behind it. */
		assert_in_range(b.bad, 1100, 1100 + gap % 2);
	}
}

static void test_passing_fault(void **state)
{
	const struct list list = {.bad = {999}};
	struct bisect b;
	unsigned asked;
	(void)state;
	assert_int_equal(find(&b, 1000, &list, &asked), BISECT_NONE);
	assert_int_equal(asked, 1);
}

static void test_all_is_bad(void **state)
{
	struct bisect b;
	(void)state;
	bisect_init(&b, 1600000000000);
	assert_int_equal(bisect_take(&b, false), BISECT_ASK);
	assert_int_equal(bisect_take(&b, false), BISECT_LOST);
}

/* All answers are bad in [begin, end) of the questions, and nothing is bad in
 * the list: at no time is anything found. */
static void test_outage_is_no_bad_thing(void **state)
{
	const struct list list = {.bad = {0}};
	(void)state;
	for (unsigned begin = 0; begin < 60; begin++)
		for (unsigned end = begin + 1; end < 100; end++) {
			enum bisect_answer answer = BISECT_ASK;
			struct bisect b;
			bisect_init(&b, 1600000000000);
			for (unsigned n = 0; answer == BISECT_ASK; n++) {
				bool down = n >= begin && n < end;
				assert_true(n < 200);
				answer = bisect_take(
					&b, !down && is_good(&list, &b));
			}
			assert_int_not_equal(answer, BISECT_FOUND);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_every_small_distance),
		cmocka_unit_test(test_finds_the_first_of_several),
		cmocka_unit_test(test_passing_fault),
		cmocka_unit_test(test_all_is_bad),
		cmocka_unit_test(test_outage_is_no_bad_thing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
