#include "chimed/handlers.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static void test_every_operation_has_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < CHIME_OP_COUNT; a++) {
		assert_non_null(handlers_find((enum chime_op)a));
		for (int b = 0; b < a; b++)
			assert_ptr_not_equal(handlers_find((enum chime_op)a),
				handlers_find((enum chime_op)b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_operation_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
