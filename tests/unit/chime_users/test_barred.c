#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/barred.h"

#include <stdio.h>

static void test_remembers(void **state)
{
	struct barred barred = {0};
	(void)state;
	assert_false(barred_is(&barred, "a", "c"));
	barred_set(&barred, "a", "c", false);
	barred_set(&barred, "a", "c", true);
	barred_set(&barred, "a", "c", true);
	assert_true(barred_is(&barred, "a", "c"));
	assert_false(barred_is(&barred, "a", "d"));
	assert_false(barred_is(&barred, "b", "c"));
	barred_set(&barred, "a", "c", false);
	assert_false(barred_is(&barred, "a", "c"));
	barred_release(&barred);
}

static void test_forgets_the_oldest(void **state)
{
	struct barred barred = {0};
	char id[20];
	(void)state;
	for (int i = 0; i <= BARRED_MAX; i++) {
		snprintf(id, sizeof(id), "%d", i);
		barred_set(&barred, id, "c", true);
	}
	assert_false(barred_is(&barred, "0", "c"));
	assert_true(barred_is(&barred, "1", "c"));
	assert_true(barred_is(&barred, id, "c"));
	barred_release(&barred);
	assert_false(barred_is(&barred, id, "c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers),
		cmocka_unit_test(test_forgets_the_oldest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
