#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/buf.h"

#include <stdlib.h>
#include <string.h>

static void test_starts_empty(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 10);
	assert_string_equal(b.data, "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
	buf_truncate(&b, 0);
	buf_add(&b, NULL, 0);
	assert_string_equal(b.data, "");
	assert_false(b.overflow);
}

static void test_appends(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 1000);
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_add(&b, "d\0e", 3);
	buf_addf(&b, "%05d%s", 42, "!");
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.data, "abcd\0e00042!", 13);
}

static void test_grows(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100000);
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	assert_false(b.overflow);
	assert_true(b.size <= 100001);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	assert_int_equal(b.data[100000], 0);
}

static void test_ceiling(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 5);
	buf_adds(&b, "abcde");
	assert_false(b.overflow);
	buf_addc(&b, 'f');
	assert_true(b.overflow);
	assert_string_equal(b.data, "abcde");
	buf_truncate(&b, 2);
	assert_true(b.overflow);
	buf_addf(&b, "%s", "long text");
	assert_string_equal(b.data, "ab");
	buf_adds(&b, "c");
	assert_string_equal(b.data, "abc");
	buf_clear(&b);
	assert_false(b.overflow);
	assert_string_equal(b.data, "");
}

static void test_truncate(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	buf_adds(&b, "abcdef");
	buf_truncate(&b, 10);
	assert_string_equal(b.data, "abcdef");
	buf_truncate(&b, 3);
	assert_string_equal(b.data, "abc");
	assert_int_equal(b.len, 3);
}

static void test_take(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 3);
	char *empty = buf_take(&b);
	assert_string_equal(empty, "");
	free(empty);
	buf_adds(&b, "abc");
	buf_adds(&b, "d");
	char *s = buf_take(&b);
	assert_string_equal(s, "abc");
	free(s);
	assert_int_equal(b.len, 0);
	assert_false(b.overflow);
	buf_adds(&b, "xyz");
	assert_string_equal(b.data, "xyz");
}

static void test_release_and_reuse(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 3);
	buf_adds(&b, "abc");
	buf_release(&b);
	assert_string_equal(b.data, "");
	buf_adds(&b, "abcd");
	assert_true(b.overflow);
	buf_release(&b);
	buf_release(&b);
}

static void test_without_ceiling(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, SIZE_MAX);
	buf_adds(&b, "abc");
	assert_string_equal(b.data, "abc");
	assert_false(b.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_empty),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_truncate),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_release_and_reuse),
		cmocka_unit_test(test_without_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
