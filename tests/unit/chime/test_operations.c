/* Every row of the table against the published contract, and the look-ups,
 * value checks and routing that the rows drive. */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/arn.h"
#include "chime/operations.h"
#include "util/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TSV_BYTES = 1 << 20, COLUMNS = 16 };

enum column {
	COLUMN_SET,
	COLUMN_OPERATION,
	COLUMN_PLANE,
	COLUMN_METHOD,
	COLUMN_PATH,
	COLUMN_STATUS,
	COLUMN_BEARER,
	COLUMN_REQUEST,
	COLUMN_RESPONSE,
};

static bool contains(struct span s, const char *word)
{
	return memmem(s.p, s.len, word, strlen(word)) != NULL;
}

/* The next entry of a "; " list. */
static struct span cut_entry(struct span *rest)
{
	const char *mark = memmem(rest->p, rest->len, "; ", 2);
	struct span entry = *rest;
	if (!mark) {
		*rest = (struct span){NULL, 0};
		return entry;
	}
	entry.len = (size_t)(mark - rest->p);
	rest->p = mark + 2;
	rest->len -= entry.len + 2;
	return entry;
}

/* The number after "key=" among the constraints; 0 when there is none. */
static unsigned number_after(struct span constraints, const char *key)
{
	const char *at =
		memmem(constraints.p, constraints.len, key, strlen(key));
	return at ? (unsigned)strtoul(at + strlen(key), NULL, 10) : 0;
}

static const char *type_word(enum chime_type type)
{
	static const char *const words[] = {
		[CHIME_STRING] = "type=string",
		[CHIME_INTEGER] = "type=integer",
		[CHIME_TIMESTAMP] = "type=timestamp(iso8601)",
		[CHIME_TAGS] = "type=list",
		[CHIME_ARNS] = "type=list",
	};
	return words[type];
}

static void check_words(const struct chime_member *member, struct span all)
{
	char want[256] = "enum=";
	const char *at = memmem(all.p, all.len, "enum=", 5);
	if (!member->values) {
		assert_null(at);
		return;
	}
	for (size_t i = 0; member->values[i]; i++) {
		size_t used = strlen(want);
		snprintf(want + used, sizeof(want) - used, "%s%s",
			i > 0 ? "|" : "", member->values[i]);
	}
	assert_non_null(at);
	assert_int_equal(strncmp(at, want, strlen(want)), 0);
}

/* What the pattern column says for each of our patterns. */
static void check_pattern(const struct chime_member *member, struct span all)
{
	static const char *const regex[] = {
		[CHIME_ANY] = "[\\s\\S]*",
		[CHIME_ONE_LINE] = ".*",
		[CHIME_ARN] = "arn:[a-z0-9-\\.]{1,63}:[a-z0-9-\\.]{0,63}:"
			      "[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:"
			      "[^/].{0,1023}",
		[CHIME_ID] = "[-_a-zA-Z0-9]*",
		[CHIME_NAME] = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085"
			       "\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-"
			       "\\u10FFFF]*",
		[CHIME_NOT_BLANK] = ".*\\S.*",
		[CHIME_USER_ID] = "[A-Za-z0-9][A-Za-z0-9\\:\\-\\_\\.\\@]{3,50}"
				  "[A-Za-z0-9]",
	};
	const char *at = memmem(all.p, all.len, "pattern=", 8);
	if (!at) {
		assert_int_equal(member->pattern, CHIME_ANY);
		return;
	}
	struct span pattern = {at + 8, (size_t)(all.p + all.len - at - 8)};
	assert_true(span_is(pattern, regex[member->pattern]));
}

static void check_member(
	const struct chime_operation *row, struct span field, size_t position)
{
	static const char *const places[] = {
		[CHIME_IN_PATH] = "uri",
		[CHIME_IN_QUERY] = "query",
		[CHIME_IN_HEADER] = "header",
		[CHIME_IN_BODY] = "body",
	};
	struct span name = span_cut(&field, ':');
	struct span place = span_cut(&field, ':');
	struct span wire = span_cut(&field, ':');
	struct span required = span_cut(&field, ':');
	assert_true(position < row->member_count);
	const struct chime_member *member = &row->members[position];
	assert_true(span_is(name, member->name));
	assert_true(span_is(wire, member->wire));
	assert_true(span_is(place, places[member->where]));
	assert_int_equal(span_is(required, "required"), member->required);
	assert_true(contains(field, type_word(member->type)));
	assert_int_equal(number_after(field, "min="), member->min);
	assert_int_equal(number_after(field, "max="), member->max);
	assert_int_equal(contains(field, "idempotency-token"),
		str_eq(row->token, member->name));
	check_words(member, field);
	check_pattern(member, field);
}

/* Elements of lists; and what only elastic channels have. */
static bool is_left_out(struct span field)
{
	struct span name = span_cut(&field, ':');
	return memchr(name.p, '[', name.len) || span_is(name, "SubChannelId");
}

static void check_members(const struct chime_operation *row, struct span all)
{
	size_t count = 0;
	while (all.p) {
		struct span field = cut_entry(&all);
		if (is_left_out(field))
			continue;
		check_member(row, field, count++);
	}
	assert_int_equal(count, row->member_count);
}

/* The only list at the top of an answer, for List operations. */
static void check_list(const struct chime_operation *row, struct span all)
{
	bool found = false;
	while (all.p) {
		struct span field = cut_entry(&all);
		struct span name = span_cut(&field, ':');
		if (!span_is(field, "list") || memchr(name.p, '.', name.len) ||
			span_is(name, "Errors"))
			continue;
		assert_true(row->list && span_is(name, row->list));
		found = true;
	}
	assert_int_equal(found, row->list != NULL);
}

static void check_path(const struct chime_operation *row, struct span path)
{
	char want[256];
	snprintf(want, sizeof(want), "%s%s%s%s%s", row->path,
		row->fixed_name ? "?" : "", str_or_empty(row->fixed_name),
		row->fixed_name ? "=" : "", str_or_empty(row->fixed_value));
	assert_true(span_is(path, want));
}

/* False: a line about an operation beyond the table. */
static bool check_row(struct span line)
{
	struct span columns[COLUMNS];
	char name[128];
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = span_cut(&line, '\t');
	struct span op = columns[COLUMN_OPERATION];
	snprintf(name, sizeof(name), "%.*s", (int)op.len, op.p);
	const struct chime_operation *row = chime_operation_by_name(name);
	if (!row && span_is(columns[COLUMN_SET], "beyond"))
		return false;
	assert_non_null(row);
	assert_int_equal(span_is(columns[COLUMN_PLANE], "messaging"),
		row->plane == CHIME_MESSAGING);
	assert_true(span_is(columns[COLUMN_METHOD], row->method));
	check_path(row, columns[COLUMN_PATH]);
	char status[8];
	snprintf(status, sizeof(status), "%d", row->status);
	assert_true(span_is(columns[COLUMN_STATUS], status));
	assert_int_equal(
		span_is(columns[COLUMN_BEARER], "required"), row->bearer);
	check_members(row, columns[COLUMN_REQUEST]);
	check_list(row, columns[COLUMN_RESPONSE]);
	return true;
}

static void test_rows_match_the_contract(void **state)
{
	(void)state;
	struct err err;
	struct buf AUTOBUF text;
	int count = 0;
	buf_init(&text, TSV_BYTES);
	assert_int_equal(file_read(TEST_DATA_DIR "/chime-api.tsv", TSV_BYTES,
				 &text, &err),
		0);
	struct span rest = {text.data, text.len};
	while (rest.p) {
		struct span line = span_cut(&rest, '\n');
		if (line.len < 5 || memcmp(line.p, "set\t", 4) == 0)
			continue;
		count += check_row(line);
	}
	assert_int_equal(count, CHIME_OP_COUNT);
}

/* Things the contract does not say, but that follow from it. */
static void test_rows_are_consistent(void **state)
{
	(void)state;
	for (int i = 0; i < CHIME_OP_COUNT; i++) {
		const struct chime_operation *row =
			chime_operation((enum chime_op)i);
		assert_int_equal(row->op, i);
		bool safe = strcmp(row->method, "POST") != 0 || row->token;
		assert_int_equal(row->retry == CHIME_RETRY_SAFE, safe);
		assert_int_equal(
			row->bearer, chime_member(row, "ChimeBearer") != NULL);
		assert_int_equal(row->list != NULL,
			chime_member(row, "NextToken") != NULL);
		if (row->token)
			assert_non_null(chime_member(row, row->token));
		if (row->plane == CHIME_MESSAGING)
			assert_true(row->bearer);
	}
}

static void test_names(void **state)
{
	(void)state;
	char kebab[CHIME_KEBAB_BYTES];
	chime_kebab("ListChannelsModeratedByAppInstanceUser", kebab);
	assert_string_equal(
		kebab, "list-channels-moderated-by-app-instance-user");
	for (int i = 0; i < CHIME_OP_COUNT; i++) {
		const struct chime_operation *row =
			chime_operation((enum chime_op)i);
		chime_kebab(row->name, kebab);
		assert_true(strlen(kebab) < sizeof(kebab) - 2);
		assert_ptr_equal(chime_operation_by_name(kebab), row);
		assert_ptr_equal(chime_operation_by_name(row->name), row);
	}
	assert_null(chime_operation_by_name("SendMessage"));
	assert_null(chime_operation_by_name(""));
	const struct chime_operation *row =
		chime_operation(CHIME_LIST_CHANNELS);
	assert_ptr_equal(chime_member(row, "max-results"),
		chime_member(row, "MaxResults"));
	assert_null(chime_member(row, "Content"));
}

/* ---- values ---- */

#define ARN "arn:aws:chime:us-east-1:123456789012:app-instance/a"

static char long_text[5000];

static int check_value(enum chime_op op, const char *name, const char *json)
{
	struct err err = {.code = 0};
	const struct chime_member *member =
		chime_member(chime_operation(op), name);
	json_t *value =
		json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_non_null(member);
	assert_non_null(value);
	int r = chime_member_check(member, value, &err);
	if (r != 0)
		assert_true(
			str_starts(err.text, name) || !strcmp(name, "Tags"));
	json_decref(value);
	return r;
}

static void test_good_values(void **state)
{
	(void)state;
	static const struct {
		enum chime_op op;
		const char *name;
		const char *json;
	} cases[] = {
		{CHIME_SEND_CHANNEL_MESSAGE, "ChannelArn", "\"" ARN "\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Content", "\"a\\nb\\u0000\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Type", "\"CONTROL\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Metadata", "\"\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Metadata", "null"},
		{CHIME_SEND_CHANNEL_MESSAGE, "ClientRequestToken", "\"t4\""},
		{CHIME_LIST_CHANNELS, "MaxResults", "50"},
		{CHIME_LIST_CHANNELS, "MaxResults", "\"1\""},
		{CHIME_LIST_CHANNELS, "NextToken", "\"a/b+c=\""},
		{CHIME_LIST_CHANNEL_MESSAGES, "NotBefore", "1611079200.123"},
		{CHIME_LIST_CHANNEL_MESSAGES, "NotBefore",
			"\"2021-01-19T18:00:00.123Z\""},
		{CHIME_CREATE_CHANNEL, "Name", "\"caf\xc3\xa9 \xe2\x98\x83\""},
		{CHIME_CREATE_CHANNEL, "Tags",
			"[{\"Key\":\"k\",\"Value\":\"v\"}]"},
		{CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId",
			"\"bridge@example.org\""},
		{CHIME_CREATE_APP_INSTANCE_USER, "Name", "\" x \""},
		{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, "MemberArns",
			"[\"" ARN "\"]"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = check_value(cases[i].op, cases[i].name, cases[i].json);
		if (r != 0)
			fail_msg("%s %s", cases[i].name, cases[i].json);
	}
}

static void test_bad_values(void **state)
{
	(void)state;
	static const struct {
		enum chime_op op;
		const char *name;
		const char *json;
	} cases[] = {
		{CHIME_SEND_CHANNEL_MESSAGE, "ChannelArn", "\"arn\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "ChannelArn", "null"},
		{CHIME_SEND_CHANNEL_MESSAGE, "ChannelArn",
			"\"" ARN "\\u0000x\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "ChimeBearer",
			"\"" ARN "\\r\\nx: y\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Content", "\"\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Content", "1"},
		{CHIME_SEND_CHANNEL_MESSAGE, "Type", "\"standard\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "Metadata", "\"a\\nb\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "ClientRequestToken", "\"t\""},
		{CHIME_SEND_CHANNEL_MESSAGE, "ClientRequestToken", "\"a b\""},
		{CHIME_LIST_CHANNELS, "MaxResults", "51"},
		{CHIME_LIST_CHANNELS, "MaxResults", "0"},
		{CHIME_LIST_CHANNELS, "MaxResults", "1.5"},
		{CHIME_LIST_CHANNELS, "MaxResults", "\"x\""},
		{CHIME_LIST_CHANNEL_MESSAGES, "NotBefore", "\"yesterday\""},
		{CHIME_LIST_CHANNEL_MESSAGES, "NotBefore", "-1"},
		{CHIME_CREATE_CHANNEL, "Name", "\"\""},
		{CHIME_CREATE_CHANNEL, "Name", "\"\\u0002bold\""},
		{CHIME_CREATE_CHANNEL, "Name", "\"\xf0\x9f\x98\x80\""},
		{CHIME_CREATE_CHANNEL, "Tags", "[]"},
		{CHIME_CREATE_CHANNEL, "Tags", "{}"},
		{CHIME_CREATE_CHANNEL, "Tags", "[{\"Key\":\"k\"}]"},
		{CHIME_CREATE_CHANNEL, "Tags",
			"[{\"Key\":\"\",\"Value\":\"v\"}]"},
		{CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId",
			"\"four\""},
		{CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId",
			"\"a[b]cd\""},
		{CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId",
			"\"-abcdef\""},
		{CHIME_CREATE_APP_INSTANCE_USER, "Name", "\"  \""},
		{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, "MemberArns", "[]"},
		{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, "MemberArns",
			"\"" ARN "\""},
		{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, "MemberArns",
			"[\"" ARN "\", \"bob\"]"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = check_value(cases[i].op, cases[i].name, cases[i].json);
		if (r == 0)
			fail_msg("%s %s", cases[i].name, cases[i].json);
	}
}

static void test_byte_limit_is_named(void **state)
{
	(void)state;
	struct err err;
	const struct chime_member *content = chime_member(
		chime_operation(CHIME_SEND_CHANNEL_MESSAGE), "Content");
	/* 1366 snowmen: fewer than 4096 characters, more than 4096 bytes. */
	long_text[0] = '\0';
	for (size_t i = 0; i < 1366; i++)
		memcpy(long_text + 3 * i, "\xe2\x98\x83", 4);
	json_t *value = json_string(long_text);
	assert_int_equal(chime_member_check(content, value, &err), -EINVAL);
	assert_string_equal(err.text,
		"Content is 4098 bytes long, at most 4096 are allowed");
	json_decref(value);
	long_text[3 * 1365] = '\0';
	value = json_string(long_text);
	assert_int_equal(chime_member_check(content, value, &err), 0);
	json_decref(value);
	assert_int_equal(chime_member_check(content, NULL, &err), -EINVAL);
	assert_string_equal(err.text, "Content is missing");
}

static void test_name_counts_characters(void **state)
{
	(void)state;
	struct err err;
	const struct chime_member *name =
		chime_member(chime_operation(CHIME_CREATE_CHANNEL), "Name");
	for (size_t i = 0; i < 257; i++)
		memcpy(long_text + 2 * i, "\xc3\xa9", 3);
	json_t *value = json_string(long_text);
	assert_int_equal(chime_member_check(name, value, &err), -EINVAL);
	json_decref(value);
	value = json_stringn(long_text, 512);
	assert_int_equal(chime_member_check(name, value, &err), 0);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_match_the_contract),
		cmocka_unit_test(test_rows_are_consistent),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_good_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_byte_limit_is_named),
		cmocka_unit_test(test_name_counts_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
