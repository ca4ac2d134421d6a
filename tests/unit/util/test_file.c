#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/file.h"

#include "util/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/belfry-test-file-XXXXXX";

static void put_file(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void test_read(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	struct err err = {.code = 0};
	buf_init(&b, 1000);
	put_file("a\0b\n", 4);
	buf_adds(&b, "x");
	assert_int_equal(file_read(path, 4, &b, &err), 0);
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "xa\0b\n", 6);
	assert_int_equal(err.code, 0);
}

static void test_read_large(void **state)
{
	(void)state;
	enum { SIZE = 100000 };
	struct buf AUTOBUF b;
	struct err err = {.code = 0};
	char AUTOFREE *bytes = xcalloc(SIZE, 1);
	for (int i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 7);
	buf_init(&b, SIZE);
	put_file(bytes, SIZE);
	assert_int_equal(file_read(path, SIZE, &b, &err), 0);
	assert_int_equal(b.len, SIZE);
	assert_memory_equal(b.data, bytes, SIZE);
}

static void test_read_limit(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	struct err err = {.code = 0};
	buf_init(&b, 1000);
	buf_adds(&b, "kept");
	put_file("12345", 5);
	assert_int_equal(file_read(path, 4, &b, &err), -EFBIG);
	assert_int_equal(err.code, -EFBIG);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "4 bytes"));
	assert_string_equal(b.data, "kept");
	/* The buffer's own ceiling is a limit as well. */
	b.ceiling = 8;
	assert_int_equal(file_read(path, 100, &b, &err), -EFBIG);
	assert_string_equal(b.data, "kept");
	assert_false(b.overflow);
}

static void test_read_fails(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	struct err err = {.code = 0};
	buf_init(&b, 1000);
	assert_int_equal(file_read("/nonexistent/x", 10, &b, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/x: "));
	assert_int_equal(file_read("/tmp", 10, &b, &err), -EISDIR);
}

static void check_secret(const char *content, size_t len, const char *want)
{
	struct err err = {.code = 0};
	char AUTOFREE *secret = NULL;
	put_file(content, len);
	assert_int_equal(file_read_secret(path, &secret, &err), 0);
	assert_string_equal(secret, want);
}

static void test_secret(void **state)
{
	(void)state;
	check_secret("pw", 2, "pw");
	check_secret("pw\n", 3, "pw");
	check_secret("pw\r\nmore\n", 9, "pw");
	check_secret(" p w \n", 6, " p w ");
	check_secret("pw\n\0\0", 5, "pw");
}

static void test_secret_refuses(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	char *secret = NULL;
	put_file("", 0);
	assert_int_equal(file_read_secret(path, &secret, &err), -EINVAL);
	put_file("\npw\n", 4);
	assert_int_equal(file_read_secret(path, &secret, &err), -EINVAL);
	put_file("p\0w\n", 4);
	assert_int_equal(file_read_secret(path, &secret, &err), -EINVAL);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(
		file_read_secret("/nonexistent/x", &secret, &err), -ENOENT);
	assert_null(secret);
}

static int setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_large),
		cmocka_unit_test(test_read_limit),
		cmocka_unit_test(test_read_fails),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_secret_refuses),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
