#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/state_json.h"

#include "util/alloc.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const struct store_record *record)
{
	json_t AUTOJSON *object = state_json_of(record);

	return json_text(object);
}

static void expect(const struct store_record *record, const char *wanted)
{
	AUTOFREE char *text = text_of(record);

	assert_string_equal(wanted, text);
}

static const struct store_record line = {
	.kind = STORE_ASIDE_ADD,
	.way = LANE_TO_CHIME,
	.mapping = "m",
	.seq = 7,
	.source_id = "\xff",
	.token = NULL,
	.payload = "a\0b",
	.payload_len = 3,
	.position = INT64_MIN,
	.at_ms = 9,
	.value = "why \"so\"\n",
};

static const char line_text[] =
	"{\"kind\":\"aside\",\"mapping\":\"m\",\"way\":\"to_chime\",\"seq\":7,"
	"\"source_id\":{\"base64\":\"/w==\"},\"token\":\"\","
	"\"payload\":{\"base64\":\"YQBi\"},"
	"\"position\":-9223372036854775808,\"at_ms\":9,"
	"\"reason\":\"why \\\"so\\\"\\n\"}";

static void test_each_kind_has_its_members(void **state UNUSED)
{
	expect(&line, line_text);
	expect(&(struct store_record){.kind = STORE_CURSOR,
		       .mapping = "\xc3\xa9",
		       .position = 4},
		"{\"kind\":\"cursor\",\"mapping\":\"\xc3\xa9\","
		"\"way\":\"to_irc\",\"position\":4}");
	expect(&(struct store_record){.kind = STORE_DONE,
		       .mapping = "m",
		       .source_id = "s",
		       .progress = 3,
		       .complete = true,
		       .dest_id = "d"},
		"{\"kind\":\"done\",\"mapping\":\"m\",\"way\":\"to_irc\","
		"\"source_id\":\"s\",\"progress\":3,\"complete\":true,"
		"\"dest_id\":\"d\",\"position\":0}");
	expect(&(struct store_record){.kind = STORE_INTENT, .at_ms = 1},
		"{\"kind\":\"intent\",\"mapping\":\"\",\"way\":\"to_irc\","
		"\"source_id\":\"\",\"progress\":0,\"at_ms\":1}");
	expect(&(struct store_record){.kind = STORE_FACT, .value = "v"},
		"{\"kind\":\"fact\",\"space\":\"\",\"key\":\"\","
		"\"value\":\"v\"}");
}

static void test_reads_what_it_writes(void **state UNUSED)
{
	json_t AUTOJSON *object = state_json_of(&line);
	struct err err = {0};
	struct state_row row;

	assert_int_equal(0, state_json_read(object, &row, &err));
	assert_int_equal(3, row.record.payload_len);
	assert_memory_equal("a\0b", row.record.payload, 3);
	assert_string_equal("\xff", row.record.source_id);
	expect(&row.record, line_text);
	state_row_release(&row);
}

static void expect_refused(const char *text, const char *words)
{
	struct err err = {0};
	json_t AUTOJSON *object = json_parse_strict(text, strlen(text), &err);
	struct state_row row;

	assert_non_null(object);
	assert_int_equal(-EINVAL, state_json_read(object, &row, &err));
	assert_non_null(strstr(err.text, words));
	state_row_release(&row);
}

#define FACT "{\"kind\":\"fact\",\"space\":\"s\",\"key\":\"k\","
#define CURSOR "{\"kind\":\"cursor\",\"mapping\":\"m\","

static void test_refusals(void **state UNUSED)
{
	expect_refused("{}", "no such kind");
	expect_refused("[]", "no such kind");
	expect_refused("{\"kind\":\"outbox_drop\"}", "no such kind");
	expect_refused(FACT "\"value\":5}", "value: text");
	expect_refused(FACT "\"x\":5}", "value is missing");
	expect_refused(FACT "\"value\":\"\",\"x\":5}", "no other members");
	expect_refused(FACT "\"value\":{\"base64\":\"?\"}}", "value: text");
	expect_refused(FACT "\"value\":{\"base64\":\"\",\"x\":1}}", "value");
	expect_refused(FACT "\"value\":{\"base64\":\"AA==\"}}", "without NUL");
	expect_refused(CURSOR "\"way\":\"up\",\"position\":1}", "to_chime");
	expect_refused(CURSOR "\"way\":3,\"position\":1}", "to_chime");
	expect_refused(
		CURSOR "\"way\":\"to_irc\",\"position\":1.5}", "whole number");
	expect_refused("{\"kind\":\"intent\",\"mapping\":\"\",\"way\":"
		       "\"to_irc\",\"source_id\":\"\",\"progress\":-1,"
		       "\"at_ms\":1}",
		"not negative");
	expect_refused("{\"kind\":\"done\",\"mapping\":\"\",\"way\":"
		       "\"to_irc\",\"source_id\":\"\",\"progress\":1,"
		       "\"complete\":1}",
		"true or false");
}

static void test_names(void **state UNUSED)
{
	assert_string_equal("outbox", state_kind_name(STORE_OUTBOX_ADD));
	assert_string_equal("?", state_kind_name(STORE_FORGET));
	assert_string_equal("to_irc", state_way_name(LANE_TO_IRC));
	assert_string_equal("to_chime", state_way_name(LANE_TO_CHIME));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_has_its_members),
		cmocka_unit_test(test_reads_what_it_writes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
