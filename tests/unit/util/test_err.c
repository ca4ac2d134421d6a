#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/err.h"

#include <errno.h>
#include <string.h>

static void test_set(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	assert_int_equal(err_set(&err, -EINVAL, "%s %d", "bad", 7), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, "bad 7");
	err_clear(&err);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "");
}

static void test_set_from_itself(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	err_set(&err, -EIO, "inner");
	err_set(&err, -EINVAL, "outer (%s)", err.text);
	assert_string_equal(err.text, "outer (inner)");
}

static void test_prefix(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	err_set(&err, -ENOENT, "no such file");
	assert_int_equal(err_prefix(&err, "file %s", "a"), -ENOENT);
	assert_string_equal(err.text, "file a: no such file");
}

static void test_is_bounded(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	char big[ERR_TEXT_BYTES * 2];
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&err, -EINVAL, "%s", big);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	err_prefix(&err, "prefix");
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	assert_memory_equal(err.text, "prefix: yyy", 11);
}

/* The cut falls after 1, 2 and 3 of the four bytes, and behind them. */
static void test_cut_keeps_code_points_whole(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	for (int kept = 1; kept <= 4; kept++) {
		int room = ERR_TEXT_BYTES - 1 - kept;
		err_set(&err, -EINVAL, "%*s%s", room, "",
			"\xF0\x9F\x98\x80tail");
		size_t want = (size_t)room + (kept == 4 ? 4 : 0);
		assert_int_equal(strlen(err.text), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_from_itself),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_is_bounded),
		cmocka_unit_test(test_cut_keeps_code_points_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
