#include "reconcile/attribute_base.h"

#include "util/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_is_read_as_it_was_written(void **state)
{
	struct attribute_base base = {
		.forms = {xstrdup("cut"), xstrdup("not cut")},
		.is_doing = true,
		.doing_to = SIDE_IRC,
		.doing = xstrdup("to be"),
	};
	struct attribute_base read;
	char *AUTOFREE text = attribute_base_encode(&base);

	(void)state;
	assert_int_equal(0, attribute_base_decode(text, &read));
	assert_string_equal("cut", read.forms[SIDE_IRC]);
	assert_string_equal("not cut", read.forms[SIDE_CHIME]);
	assert_true(read.is_doing);
	assert_int_equal(SIDE_IRC, read.doing_to);
	assert_string_equal("to be", read.doing);
	attribute_base_release(&base);
	attribute_base_release(&read);
}

static void test_what_is_not_ours_is_refused(void **state)
{
	struct attribute_base read = {.is_doing = true};

	(void)state;
	assert_int_equal(-EBADMSG, attribute_base_decode("", &read));
	assert_int_equal(-EBADMSG, attribute_base_decode("[]", &read));
	assert_true(read.is_doing);
	assert_int_equal(0, attribute_base_decode("{\"irc\":1}", &read));
	assert_null(read.forms[SIDE_IRC]);
	assert_false(read.is_doing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_read_as_it_was_written),
		cmocka_unit_test(test_what_is_not_ours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
