#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/holders.h"

#include "util/attr.h"

static void test_names(void **state UNUSED)
{
	struct holders holders = {0};
	struct holder *al = holders_put(&holders, "arn:x/user/al", NULL);
	assert_string_equal(al->name, "al");
	assert_int_equal(al->look, HOLDER_LOOK_NONE);
	assert_ptr_equal(holders_put(&holders, "arn:x/user/al", "Al"), al);
	assert_string_equal(al->name, "Al");
	(void)holders_put(&holders, "arn:x/user/al", "");
	assert_string_equal(al->name, "Al");
	assert_string_equal(holders_put(&holders, "bo", "")->name, "bo");
	assert_int_equal(holders_count(&holders), 2);
	assert_ptr_equal(holders_find(&holders, "arn:x/user/al"), al);
	holders_drop(&holders, al);
	assert_null(holders_find(&holders, "arn:x/user/al"));
	holders_release(&holders);
	assert_int_equal(holders_count(&holders), 0);
}

static void test_looking(void **state UNUSED)
{
	struct holders holders = {0};
	struct holder *a = holders_put(&holders, "a", NULL);
	struct holder *b = holders_put(&holders, "b", NULL);
	struct holder *c = holders_put(&holders, "c", NULL);
	assert_null(holders_to_look(&holders));
	a->look = HOLDER_LOOK_DETAILS;
	b->look = HOLDER_LOOK_DETAILS;
	assert_ptr_equal(holders_to_look(&holders), a);
	c->look = HOLDER_LOOK_GONE;
	assert_ptr_equal(holders_to_look(&holders), c);
	b->look = HOLDER_LOOK_NEW;
	assert_ptr_equal(holders_to_look(&holders), b);
	holders_release(&holders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_looking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
