#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/state_report.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

static void expect(
	const struct store_record *records, size_t count, const char *wanted)
{
	struct state_report *report = state_report_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; i < count; i++)
		state_report_add(&records[i], report);
	state_report_print(report, 100000, out);
	fclose(out);
	assert_string_equal(wanted, text);
	free(text);
	state_report_free(report);
}

static void test_counts(void **state UNUSED)
{
	static const struct store_record records[] = {
		{.kind = STORE_FACT, .space = "puppet", .key = "a"},
		{.kind = STORE_FACT, .space = "puppet", .key = "b"},
		{.kind = STORE_CURSOR, .mapping = "m", .position = 77},
		{.kind = STORE_DONE, .mapping = "m"},
		{.kind = STORE_DONE, .mapping = "m"},
		{.kind = STORE_INTENT, .mapping = "m"},
		{.kind = STORE_OUTBOX_ADD,
			.mapping = "m",
			.way = LANE_TO_CHIME,
			.at_ms = 65000},
		{.kind = STORE_OUTBOX_ADD,
			.mapping = "m",
			.way = LANE_TO_CHIME,
			.at_ms = 60000},
		{.kind = STORE_OUTBOX_ADD,
			.mapping = "m",
			.way = LANE_TO_CHIME,
			.at_ms = 61000},
		{.kind = STORE_ASIDE_ADD, .mapping = "m", .way = LANE_TO_CHIME},
	};

	expect(records, ARRAY_LEN(records),
		"facts puppet: 2\n"
		"mapping                   way          done   intent   outbox "
		"   aside  cursor\n"
		"m                         to_irc          2        1        0 "
		"       0  77\n"
		"m                         to_chime        0        0        3 "
		"       1  -  oldest in the outbox: 40 s\n");
}

static void test_nothing(void **state UNUSED)
{
	expect(NULL, 0, "");
	state_report_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
