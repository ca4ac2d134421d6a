#include "net/lines.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_LINE = 10 };

static int setup(void **state)
{
	static struct lines lines;

	lines_init(&lines, MAX_LINE);
	*state = &lines;
	return 0;
}

static int teardown(void **state)
{
	lines_release(*state);
	return 0;
}

static void put(struct lines *lines, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t size;
		char *room = lines_room(lines, &size);

		assert_true(size > 0);
		size = size < len ? size : len;
		memcpy(room, bytes, size);
		lines_commit(lines, size);
		bytes += size;
		len -= size;
	}
}

static void puts_(struct lines *lines, const char *text)
{
	put(lines, text, strlen(text));
}

static void next_is(struct lines *lines, const char *expected)
{
	char *line = NULL;
	size_t len = 0;

	assert_int_equal(lines_next(lines, &line, &len), 1);
	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
}

static void next_code_is(struct lines *lines, int code)
{
	char *line;
	size_t len;

	assert_int_equal(lines_next(lines, &line, &len), code);
}

static void test_line_ends(void **state)
{
	struct lines *lines = *state;

	next_code_is(lines, 0);
	puts_(lines, "a\r\nb\nc\rd\n\r\n\ne");
	next_is(lines, "a");
	next_is(lines, "b");
	next_is(lines, "c\rd");
	next_is(lines, "");
	next_is(lines, "");
	next_code_is(lines, 0);
	assert_false(lines_is_empty(lines));
	puts_(lines, "f\n");
	next_is(lines, "ef");
	next_code_is(lines, 0);
	assert_true(lines_is_empty(lines));
}

static void test_in_pieces(void **state)
{
	static const char text[] = "one\r\ntwo\nthree\r\n";
	struct lines *lines = *state;
	int found = 0;
	char *line;
	size_t len;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		put(lines, &text[i], 1);
		found += lines_next(lines, &line, &len);
	}
	assert_int_equal(found, 3);
	assert_string_equal(line, "three");
}

static void test_nul_bytes_stay(void **state)
{
	struct lines *lines = *state;
	char *line;
	size_t len;

	put(lines, "a\0b\r\n", 5);
	assert_int_equal(lines_next(lines, &line, &len), 1);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "a\0b", 4);
}

static void test_limit_is_exact(void **state)
{
	struct lines *lines = *state;

	puts_(lines, "0123456789\n0123456789\r\n0123456789a\nx\n");
	next_is(lines, "0123456789");
	next_is(lines, "0123456789");
	next_code_is(lines, -EMSGSIZE);
	next_is(lines, "x");
	/* The CR may come alone. */
	puts_(lines, "0123456789\r");
	next_code_is(lines, 0);
	puts_(lines, "\n");
	next_is(lines, "0123456789");
}

static void test_long_line_is_skipped_once(void **state)
{
	struct lines *lines = *state;

	for (int i = 0; i < 100000; i++) {
		puts_(lines, "0123456789abcdef");
		next_code_is(lines, 0);
		assert_true(lines->size <= lines->ceiling);
	}
	puts_(lines, "end\nnext\n");
	next_code_is(lines, -EMSGSIZE);
	next_is(lines, "next");
}

static void test_room_is_bounded(void **state)
{
	struct lines *lines = *state;
	size_t size;
	size_t all = 0;

	while (lines_has_room(lines)) {
		char *room = lines_room(lines, &size);

		assert_true(size > 0);
		memset(room, '\n', size);
		lines_commit(lines, size);
		all += size;
	}
	assert_int_equal(all, MAX_LINE + 2 + LINES_SLACK_BYTES);
	(void)lines_room(lines, &size);
	assert_int_equal(size, 0);
	next_is(lines, "");
	assert_true(lines_has_room(lines));
	(void)lines_room(lines, &size);
	assert_int_equal(size, 1);
}

static void test_rest(void **state)
{
	struct lines *lines = *state;
	size_t size;
	char *room = lines_room(lines, &size);

	memcpy(room, "one\ntwo", 7);
	lines_commit(lines, 7);
	next_is(lines, "one");
	/* Something is there still. */
	lines_rest(lines);
	assert_non_null(lines->data);
	room = lines_room(lines, &size);
	*room = '\n';
	lines_commit(lines, 1);
	next_is(lines, "two");
	lines_rest(lines);
	assert_null(lines->data);
	next_code_is(lines, 0);
	/* As many came as there was room for: more will. */
	room = lines_room(lines, &size);
	memset(room, '\n', size);
	lines_commit(lines, size);
	while (size-- > 0)
		next_is(lines, "");
	lines_rest(lines);
	assert_non_null(lines->data);
}

#define LINES_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINES_TEST(test_line_ends),
		LINES_TEST(test_in_pieces),
		LINES_TEST(test_nul_bytes_stay),
		LINES_TEST(test_limit_is_exact),
		LINES_TEST(test_long_line_is_skipped_once),
		LINES_TEST(test_room_is_bounded),
		LINES_TEST(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
