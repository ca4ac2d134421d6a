#include "reconcile/rulebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_remembers_the_last_list(void **state)
{
	struct rulebook book = {.rows = NULL};
	struct rulebook_row *row;

	(void)state;
	row = rulebook_add(&book, "a", 1);
	rulebook_set_by(row, "somebody", 7);
	rulebook_set_by(row, NULL, 0);
	assert_string_equal("somebody", rulebook_find(&book, "a")->by);
	assert_int_equal(7, rulebook_find(&book, "a")->at_ms);
	(void)rulebook_add(&book, "b", 1);
	(void)rulebook_add(&book, "b", 2);
	rulebook_keep(&book, 2);
	assert_null(rulebook_find(&book, "a"));
	assert_non_null(rulebook_find(&book, "b"));
	rulebook_remove(&book, "b");
	rulebook_remove(&book, "b");
	assert_null(book.rows);
}

static void test_has_a_ceiling(void **state)
{
	struct rulebook book = {.rows = NULL};
	char text[16];

	(void)state;
	for (int i = 0; i < RULEBOOK_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_non_null(rulebook_add(&book, text, 1));
	}
	assert_null(rulebook_add(&book, "more", 1));
	assert_non_null(rulebook_add(&book, "1", 1));
	rulebook_clear(&book);
	assert_null(book.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers_the_last_list),
		cmocka_unit_test(test_has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
