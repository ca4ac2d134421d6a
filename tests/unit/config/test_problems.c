#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/problems.h"

static void add(struct problems *problems, const char *file, unsigned line,
	const char *setting)
{
	struct place place = {file, line, setting};

	problems_add(problems, &place, "text %u", line);
}

static void assert_line(
	const struct problems *problems, size_t i, const char *expected)
{
	struct buf AUTOBUF out;

	buf_init(&out, 1024);
	problems_format(problems, i, &out);
	assert_string_equal(out.data, expected);
}

static void test_format(void **state UNUSED)
{
	struct problems problems;

	problems_init(&problems);
	add(&problems, "f", 7, "a.b");
	add(&problems, "f", 8, NULL);
	add(&problems, "f", 0, NULL);
	assert_line(&problems, 0, "f:7: a.b: text 7");
	assert_line(&problems, 1, "f:8: text 8");
	assert_line(&problems, 2, "f: text 0");
	problems_release(&problems);
	assert_int_equal(problems.count, 0);
}

static void test_sort(void **state UNUSED)
{
	struct problems problems;

	problems_init(&problems);
	add(&problems, "main", 9, "first");
	add(&problems, "part", 1, NULL);
	add(&problems, "main", 2, NULL);
	add(&problems, "main", 9, "second");
	problems_sort(&problems);
	assert_line(&problems, 0, "main:2: text 2");
	assert_line(&problems, 1, "main:9: first: text 9");
	assert_line(&problems, 2, "main:9: second: text 9");
	assert_line(&problems, 3, "part:1: text 1");
	problems_release(&problems);
}

static void test_ceiling(void **state UNUSED)
{
	struct problems problems;

	problems_init(&problems);
	for (unsigned i = 0; i < PROBLEMS_MAX + 3; i++)
		add(&problems, "f", i, NULL);
	assert_int_equal(problems.count, PROBLEMS_MAX);
	assert_int_equal(problems.dropped, 3);
	problems_sort(&problems);
	assert_int_equal(problems.dropped, 3);
	problems_release(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
