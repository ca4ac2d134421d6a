#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/commands.h"

#include <string.h>

static void test_each_has_a_name_of_its_own(void **state)
{
	(void)state;
	assert_non_null(commands[0]);
	for (size_t i = 0; commands[i]; i++) {
		assert_non_null(commands[i]->run);
		assert_non_null(commands[i]->usage);
		assert_non_null(commands[i]->summary);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				commands[i]->name, commands[j]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
