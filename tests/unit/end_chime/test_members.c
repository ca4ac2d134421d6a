#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/members.h"

static void test_names(void **state)
{
	struct members all = {0};
	(void)state;
	assert_string_equal(members_put(&all, "a/user/al", "Al")->name, "Al");
	assert_string_equal(members_put(&all, "a/user/bo", "")->name, "bo");
	assert_string_equal(members_put(&all, "a/user/cy", NULL)->name, "cy");
	assert_string_equal(members_put(&all, "odd", NULL)->name, "odd");
	assert_string_equal(members_put(&all, "odd/", NULL)->name, "odd/");
	assert_int_equal(members_count(&all), 5);
	members_put(&all, "a/user/al", "Alice")->read_ms = 7;
	assert_int_equal(members_count(&all), 5);
	const struct member *al = members_find(&all, "a/user/al");
	assert_string_equal(al->name, "Alice");
	assert_int_equal(al->read_ms, 7);
	assert_null(members_find(&all, "a/user/dee"));
	members_release(&all);
	assert_int_equal(members_count(&all), 0);
}

static void test_hidden(void **state)
{
	struct members old = {0}, fresh = {0};
	(void)state;
	members_put(&old, "al", NULL);
	members_put(&old, "bo", NULL)->is_hidden = true;
	members_put(&old, "cy", NULL)->is_hidden = true;
	members_put(&fresh, "cy", NULL);
	members_keep_hidden(&fresh, &old);
	assert_int_equal(members_count(&old), 3);
	assert_int_equal(members_count(&fresh), 2);
	assert_true(members_find(&fresh, "bo")->is_hidden);
	assert_false(members_find(&fresh, "cy")->is_hidden);
	members_drop_all(&fresh, true);
	assert_int_equal(members_count(&fresh), 1);
	members_drop_all(&fresh, false);
	assert_int_equal(members_count(&fresh), 0);
	members_release(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
