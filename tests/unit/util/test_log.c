#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/log.h"

#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char last[LOG_LINE_BYTES + 1];
static enum log_level last_level;
static int lines;

static void on_line(enum log_level level, const char *line, void *arg)
{
	assert_ptr_equal(arg, &lines);
	assert_true(strlen(line) < LOG_LINE_BYTES);
	assert_null(strchr(line, '\n'));
	snprintf(last, sizeof(last), "%s", line);
	last_level = level;
	lines++;
}

static int setup(void **state)
{
	(void)state;
	log_set_sink(on_line, &lines);
	log_set_level(LOG_LEVEL_INFO);
	log_set_format(LOG_FORMAT_TEXT);
	clock_freeze(1000000, 1611079200123);
	lines = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	clock_unfreeze();
	return 0;
}

static void test_text(void **state)
{
	(void)state;
	log_info("irc libera", "joined %s", "#a");
	assert_string_equal(
		last, "2021-01-19T18:00:00.123Z info irc libera: joined #a");
	log_error(NULL, "no object");
	assert_string_equal(last, "2021-01-19T18:00:00.123Z error no object");
	assert_int_equal(last_level, LOG_LEVEL_ERROR);
	log_warn("x", "y");
	assert_string_equal(last, "2021-01-19T18:00:00.123Z warn x: y");
	assert_int_equal(lines, 3);
}

static void test_levels(void **state)
{
	(void)state;
	log_debug("x", "y");
	assert_int_equal(lines, 0);
	assert_false(log_enabled(LOG_LEVEL_DEBUG));
	assert_true(log_enabled(LOG_LEVEL_INFO));
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("x", "y");
	assert_int_equal(lines, 1);
	log_set_level(LOG_LEVEL_ERROR);
	log_warn("x", "y");
	assert_int_equal(lines, 1);
	log_error("x", "y");
	assert_int_equal(lines, 2);
}

static void test_journal(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_DEBUG);
	log_set_format(LOG_FORMAT_JOURNAL);
	log_error("x", "y");
	assert_string_equal(last, "<3>x: y");
	log_warn("x", "y");
	assert_string_equal(last, "<4>x: y");
	log_info("x", "y");
	assert_string_equal(last, "<6>x: y");
	log_debug(NULL, "y");
	assert_string_equal(last, "<7>y");
}

static void test_json(void **state)
{
	(void)state;
	log_set_format(LOG_FORMAT_JSON);
	log_info("irc \"x\"", "a\\b\n\x1B\xFF\xE2\x80\xAE\xC3\xA4");
	assert_string_equal(last,
		"{\"time\":\"2021-01-19T18:00:00.123Z\",\"level\":\"info\","
		"\"object\":\"irc \\\"x\\\"\",\"message\":"
		"\"a\\\\b\\n\\u001b\\\\xFF\\u202e\xC3\xA4\"}");
	json_t *parsed = json_loads(last, 0, NULL);
	assert_non_null(parsed);
	json_decref(parsed);
	log_info(NULL, "x");
	assert_null(strstr(last, "object"));
}

static void test_escapes(void **state)
{
	(void)state;
	log_set_format(LOG_FORMAT_JOURNAL);
	log_info("a\nb", "%s",
		"1\n<3>2\r\x1B[31m\t\x7F\xC2\x85\xE2\x80\xAE\xE2\x80\xA8\xFF"
		"\xC3\xA4\"\\");
	assert_string_equal(last,
		"<6>a\\nb: 1\\n<3>2\\x0D\\x1B[31m\\x09\\x7F\\xC2\\x85"
		"\\xE2\\x80\\xAE\\xE2\\x80\\xA8\\xFF\xC3\xA4\"\\");
}

static void test_long_lines_are_cut(void **state)
{
	(void)state;
	static char big[3 * LOG_LINE_BYTES];
	memset(big, 'x', sizeof(big) - 1);
	log_info("object", "%s", big);
	size_t len = strlen(last);
	assert_in_range(len, LOG_LINE_BYTES - 10, LOG_LINE_BYTES - 1);
	assert_string_equal(last + len - 4, "x...");
	memset(big, '\x01', sizeof(big) - 1);
	log_info("object", "%s", big);
	len = strlen(last);
	assert_in_range(len, LOG_LINE_BYTES - 10, LOG_LINE_BYTES - 1);
	assert_string_equal(last + len - 7, "\\x01...");
	log_info(big, "%s", "message");
	assert_string_equal(last + strlen(last) - 9, ": message");
}

static void test_long_json_is_cut_and_whole(void **state)
{
	(void)state;
	static char big[2 * LOG_LINE_BYTES];
	log_set_format(LOG_FORMAT_JSON);
	for (int shift = 0; shift < 8; shift++) {
		memset(big, '"', sizeof(big) - 1);
		memset(big, 'x', (size_t)shift);
		log_info(big, "%s", big);
		json_t *parsed = json_loads(last, 0, NULL);
		assert_non_null(parsed);
		const char *message =
			json_string_value(json_object_get(parsed, "message"));
		assert_string_equal(message + strlen(message) - 4, "\"...");
		json_decref(parsed);
	}
}

static void test_keeps_errno(void **state)
{
	(void)state;
	errno = ENOENT;
	log_info("x", "y");
	assert_int_equal(errno, ENOENT);
}

/* Runs one log_info with stderr in a pipe; what came through it. */
static size_t through_stderr(const char *text, char *out, size_t size)
{
	int ends[2];
	char stream[64];
	struct stat st;
	assert_int_equal(pipe(ends), 0);
	int saved = dup(STDERR_FILENO);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	if (getenv("JOURNAL_STREAM")) {
		snprintf(stream, sizeof(stream), "%ju:%ju",
			(uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
		setenv("JOURNAL_STREAM", stream, 1);
	}
	log_info("x", "%s", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	ssize_t n = read(ends[0], out, size - 1);
	close(ends[0]);
	assert_true(n >= 0);
	out[n] = '\0';
	return (size_t)n;
}

static void test_stderr(void **state)
{
	(void)state;
	char out[LOG_LINE_BYTES * 2];
	log_set_sink(NULL, NULL);
	unsetenv("JOURNAL_STREAM");
	through_stderr("y", out, sizeof(out));
	assert_string_equal(out, "2021-01-19T18:00:00.123Z info x: y\n");
	static char big[2 * LOG_LINE_BYTES];
	memset(big, 'x', sizeof(big) - 1);
	size_t n = through_stderr(big, out, sizeof(out));
	assert_true(n <= LOG_LINE_BYTES);
	assert_string_equal(out + n - 4, "...\n");
}

static void test_stderr_is_the_journal(void **state)
{
	(void)state;
	char out[LOG_LINE_BYTES * 2];
	log_set_sink(NULL, NULL);
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_set_format(LOG_FORMAT_TEXT);
	through_stderr("y", out, sizeof(out));
	assert_string_equal(out, "<6>x: y\n");
	unsetenv("JOURNAL_STREAM");
}

static void test_once(void **state)
{
	(void)state;
	struct log_once once = {.suppressed = 0};
	assert_true(log_once_is_news(&once, "refused", 1000));
	assert_int_equal(once.suppressed, 0);
	for (unsigned i = 1; i <= 3; i++) {
		assert_false(log_once_is_news(&once, "refused", 1000));
		assert_int_equal(once.suppressed, i);
	}
	clock_advance(1001);
	assert_true(log_once_is_news(&once, "refused", 1000));
	assert_int_equal(once.suppressed, 3);
	assert_false(log_once_is_news(&once, "refused", 1000));
	assert_int_equal(once.suppressed, 1);
	assert_true(log_once_is_news(&once, "timed out", 1000));
	assert_int_equal(once.suppressed, 1);
	/* Occurrences of the same. */
	assert_true(log_once_is_news(&once, "no [right] [request 1]", 1000));
	assert_false(log_once_is_news(&once, "no [right] [request 2]", 1000));
	assert_true(log_once_is_news(&once, "no [left] [request 2]", 1000));
	assert_true(log_once_is_news(&once, "refused", 1000));
	assert_int_equal(once.suppressed, 0);
}

static void test_once_long_texts(void **state)
{
	(void)state;
	struct log_once once = {.suppressed = 0};
	char text[500];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(log_once_is_news(&once, text, 1000));
	assert_false(log_once_is_news(&once, text, 1000));
	text[sizeof(text) - 2] = 'y';
	assert_false(log_once_is_news(&once, text, 1000));
	text[0] = 'y';
	assert_true(log_once_is_news(&once, text, 1000));
	assert_true(log_once_is_news(&once, "", 1000));
	assert_false(log_once_is_news(&once, "", 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_long_lines_are_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_long_json_is_cut_and_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_keeps_errno, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stderr, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_stderr_is_the_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_once_long_texts, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
