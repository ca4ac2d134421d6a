#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

static void test_calloc_is_zeroed(void **state)
{
	(void)state;
	unsigned char *p = xcalloc(16, 4);
	for (int i = 0; i < 64; i++)
		assert_int_equal(p[i], 0);
	free(p);
	p = xcalloc(0, 4);
	assert_non_null(p);
	free(p);
}

static void test_reallocarray(void **state)
{
	(void)state;
	char *p = xreallocarray(NULL, 2, 2);
	memcpy(p, "abc", 4);
	p = xreallocarray(p, 100, 10);
	assert_string_equal(p, "abc");
	p = xreallocarray(p, 0, 10);
	assert_non_null(p);
	free(p);
}

static void test_duplicates(void **state)
{
	(void)state;
	char AUTOFREE *a = xstrdup("abc");
	char AUTOFREE *b = xstrndup("abcdef", 3);
	char AUTOFREE *c = xmemdup("abc", 4);
	char AUTOFREE *d = xmemdup(NULL, 0);
	char AUTOFREE *e = xstrdup_null("abc");
	assert_string_equal(a, "abc");
	assert_string_equal(b, "abc");
	assert_string_equal(c, "abc");
	assert_non_null(d);
	assert_string_equal(e, "abc");
	assert_null(xstrdup_null(NULL));
}

static void test_asprintf(void **state)
{
	(void)state;
	char AUTOFREE *s = xasprintf("%s-%d", "x", 42);
	char AUTOFREE *empty = xasprintf("%s", "");
	assert_string_equal(s, "x-42");
	assert_string_equal(empty, "");
}

static void test_set_string(void **state)
{
	(void)state;
	char *field = NULL;
	set_string(&field, "one");
	assert_string_equal(field, "one");
	set_string(&field, field);
	assert_string_equal(field, "one");
	set_string(&field, field + 1); /* a part of itself */
	assert_string_equal(field, "ne");
	set_string(&field, NULL);
	assert_null(field);
}

static void test_take(void **state)
{
	(void)state;
	char *a = xstrdup("x");
	char AUTOFREE *b = TAKE(a);
	assert_null(a);
	assert_string_equal(b, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calloc_is_zeroed),
		cmocka_unit_test(test_reallocarray),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_asprintf),
		cmocka_unit_test(test_set_string),
		cmocka_unit_test(test_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
