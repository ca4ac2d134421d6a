#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/clock.h"

#include <errno.h>

static void test_system(void **state)
{
	(void)state;
	int64_t before = clock_mono_ms();
	assert_true(before > 0);
	assert_true(clock_mono_ms() >= before);
	assert_true(clock_wall_ms() > 1600000000000);
}

static void test_freeze(void **state)
{
	(void)state;
	clock_freeze(1000, 5000);
	assert_int_equal(clock_mono_ms(), 1000);
	assert_int_equal(clock_wall_ms(), 5000);
	clock_advance(250);
	assert_int_equal(clock_mono_ms(), 1250);
	assert_int_equal(clock_wall_ms(), 5250);
	clock_unfreeze();
	assert_true(clock_wall_ms() > 1600000000000);
}

static void test_format(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *iso;
		const char *amz;
	} rows[] = {
		{1611079200123, "2021-01-19T18:00:00.123Z", "20210119T180000Z"},
		{0, "1970-01-01T00:00:00.000Z", "19700101T000000Z"},
		{-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z"},
		{951782400000, "2000-02-29T00:00:00.000Z", "20000229T000000Z"},
		{INT64_MAX, "9999-12-31T23:59:59.999Z", "99991231T235959Z"},
		{INT64_MIN, "0000-01-01T00:00:00.000Z", "00000101T000000Z"},
	};
	char out[CLOCK_ISO8601_BYTES];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clock_format_iso8601(rows[i].ms, out);
		assert_string_equal(out, rows[i].iso);
		clock_format_amz(rows[i].ms, out);
		assert_string_equal(out, rows[i].amz);
	}
}

static void test_parse_iso8601(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"2021-01-19T18:00:00Z", 1611079200000},
		{"2021-01-19T18:00:00.1Z", 1611079200100},
		{"2021-01-19T18:00:00.123Z", 1611079200123},
		{"2021-01-19T18:00:00.123999999Z", 1611079200123},
		{"2021-01-19T18:00:00.123+00:00", 1611079200123},
		{"1970-01-01T00:00:00Z", 0},
		{"1969-12-31T23:59:59.999Z", -1},
		{"2000-02-29T00:00:00Z", 951782400000},
		{"2016-12-31T23:59:60Z", 1483228800000},
		{"0000-01-01T00:00:00Z", -62167219200000},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = 42;
		assert_int_equal(clock_parse_iso8601(rows[i].text, &ms), 0);
		assert_int_equal(ms, rows[i].ms);
	}
}

static void test_parse_iso8601_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "2021", "2021-01-19",
		"2021-01-19T18:00:00", "2021-01-19 18:00:00Z",
		"2021-01-19T18:00:00.Z", "2021-01-19T18:00:00.1234567890Z",
		"2021-01-19T18:00:00Zx", "2021-01-19T18:00:00+01:00",
		"2021-13-19T18:00:00Z", "2021-00-19T18:00:00Z",
		"2021-02-29T18:00:00Z", "1900-02-29T18:00:00Z",
		"2021-04-31T18:00:00Z", "2021-01-00T18:00:00Z",
		"2021-01-19T24:00:00Z", "2021-01-19T18:60:00Z",
		"2021-01-19T18:00:61Z", "-021-01-19T18:00:00Z",
		"2021-01-19T18:00:0 Z"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = 42;
		assert_int_equal(clock_parse_iso8601(rows[i], &ms), -EINVAL);
		assert_int_equal(ms, 42);
	}
}

/* Every day of four centuries there and back. */
static void test_round_trip(void **state)
{
	(void)state;
	const int64_t day_ms = 86400000;
	char text[CLOCK_ISO8601_BYTES];
	for (int64_t day = -60000; day < 90000; day++) {
		int64_t ms = 0;
		clock_format_iso8601(day * day_ms + 4321, text);
		assert_int_equal(clock_parse_iso8601(text, &ms), 0);
		assert_int_equal(ms, day * day_ms + 4321);
	}
}

static void test_parse_http_date(void **state)
{
	(void)state;
	int64_t ms = 42;
	assert_int_equal(
		clock_parse_http_date("Tue, 19 Jan 2021 18:00:00 GMT", &ms), 0);
	assert_int_equal(ms, 1611079200000);
	assert_int_equal(
		clock_parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", &ms), 0);
	assert_int_equal(ms, 784111777000);
	static const char *const broken[] = {"", "Tue, 19 Jan 2021 18:00:00",
		"Tue, 19 Jan 2021 18:00:00 UTC",
		"Txx, 19 Jan 2021 18:00:00 GMT",
		"Tue, 19 Jax 2021 18:00:00 GMT", "Tue, 9 Jan 2021 18:00:00 GMT",
		"Tue, 32 Jan 2021 18:00:00 GMT",
		"Tue, 19 Jan 2021 18:00:00 GMT ",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_int_equal(
			clock_parse_http_date(broken[i], &ms), -EINVAL);
	assert_int_equal(ms, 784111777000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_parse_iso8601),
		cmocka_unit_test(test_parse_iso8601_refuses),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_parse_http_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
