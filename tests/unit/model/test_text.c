#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/text.h"

#include <string.h>

static void check_run(const struct text *text, size_t i, struct text_run want)
{
	assert_true(i < text->run_count);
	assert_int_equal(text->runs[i].offset, want.offset);
	assert_int_equal(text->runs[i].len, want.len);
	assert_int_equal(text->runs[i].styles, want.styles);
}

static void test_starts_empty(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 100);
	assert_true(text_is_empty(&t));
	assert_false(text_overflowed(&t));
	assert_string_equal(text_plain(&t), "");
	assert_int_equal(t.run_count, 0);
}

static void test_runs(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 100);
	text_append_plain(&t, "a ");
	text_append(&t, "bold", 4, TEXT_BOLD);
	text_append(&t, "er", 2, TEXT_BOLD);
	text_append(&t, "both", 4, TEXT_BOLD | TEXT_ITALIC);
	text_append_plain(&t, "\nb ");
	text_append(&t, "code", 4, TEXT_CODE);
	assert_string_equal(text_plain(&t), "a bolderboth\nb code");
	assert_int_equal(t.run_count, 3);
	check_run(&t, 0, (struct text_run){ 2, 6, TEXT_BOLD });
	check_run(&t, 1, (struct text_run){ 8, 4, TEXT_BOLD | TEXT_ITALIC });
	check_run(&t, 2, (struct text_run){ 15, 4, TEXT_CODE });
	assert_false(text_is_empty(&t));
}

/* Plain text between two runs of one style keeps them apart. */
static void test_merges_neighbours_only(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 100);
	text_append(&t, "x", 1, TEXT_BOLD);
	text_append_plain(&t, "y");
	text_append(&t, "z", 1, TEXT_BOLD);
	assert_int_equal(t.run_count, 2);
	check_run(&t, 0, (struct text_run){ 0, 1, TEXT_BOLD });
	check_run(&t, 1, (struct text_run){ 2, 1, TEXT_BOLD });
}

static void test_empty_append_makes_no_run(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 100);
	text_append(&t, "", 0, TEXT_BOLD);
	text_append(&t, NULL, 0, TEXT_BOLD);
	assert_int_equal(t.run_count, 0);
	assert_true(text_is_empty(&t));
}

static void test_ceiling_bytes(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 4);
	text_append(&t, "abc", 3, TEXT_BOLD);
	text_append(&t, "de", 2, TEXT_ITALIC);
	assert_true(text_overflowed(&t));
	assert_string_equal(text_plain(&t), "abc");
	assert_int_equal(t.run_count, 1);
	text_clear(&t);
	assert_false(text_overflowed(&t));
	assert_true(text_is_empty(&t));
	assert_int_equal(t.run_count, 0);
	text_append(&t, "abcd", 4, 0);
	assert_false(text_overflowed(&t));
}

static void test_ceiling_runs(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 10000);
	for (int i = 0; i < TEXT_RUNS_MAX; i++)
		text_append(&t, "x", 1, i % 2 ? TEXT_BOLD : TEXT_ITALIC);
	assert_int_equal(t.run_count, TEXT_RUNS_MAX);
	text_append(&t, "y", 1, TEXT_BOLD); /* goes on with the last run */
	text_append(&t, "z", 1, TEXT_CODE);
	assert_int_equal(t.run_count, TEXT_RUNS_MAX);
	check_run(&t, TEXT_RUNS_MAX - 1,
		(struct text_run){ TEXT_RUNS_MAX - 1, 2, TEXT_BOLD });
	assert_int_equal(t.bytes.len, TEXT_RUNS_MAX + 2);
	assert_false(text_overflowed(&t));
}

static void test_copy(void **state)
{
	(void)state;
	struct text AUTOTEXT a;
	struct text AUTOTEXT b;
	text_init(&a, 6);
	text_init(&b, 2);
	text_append(&a, "bold", 4, TEXT_BOLD);
	text_append_plain(&a, "overflowing");
	text_append(&b, "y", 1, TEXT_CODE);
	text_copy(&b, &a);
	assert_string_equal(text_plain(&b), "bold");
	assert_true(text_overflowed(&b));
	assert_int_equal(b.bytes.ceiling, 6);
	assert_int_equal(b.run_count, 1);
	check_run(&b, 0, (struct text_run){ 0, 4, TEXT_BOLD });
	text_clear(&a);
	text_append_plain(&a, "other");
	assert_string_equal(text_plain(&b), "bold");
	text_copy(&b, &b);
	assert_string_equal(text_plain(&b), "bold");
}

static void test_release_and_reuse(void **state)
{
	(void)state;
	struct text AUTOTEXT t;
	text_init(&t, 100);
	text_append(&t, "x", 1, TEXT_BOLD);
	text_release(&t);
	assert_true(text_is_empty(&t));
	text_append(&t, "y", 1, TEXT_STRIKE | TEXT_UNDERLINE);
	assert_int_equal(t.run_count, 1);
	assert_int_equal(t.bytes.ceiling, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_empty),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_merges_neighbours_only),
		cmocka_unit_test(test_empty_append_makes_no_run),
		cmocka_unit_test(test_ceiling_bytes),
		cmocka_unit_test(test_ceiling_runs),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_release_and_reuse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
