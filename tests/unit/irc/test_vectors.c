/*
 * The parser vectors of ircdocs (tests/data/irc-parser-tests), turned into
 * JSON by the build.
 */
#include "irc/line.h"
#include "irc/mask.h"
#include "irc/message.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static json_t *load(const char *name, size_t *ret_count)
{
	char path[512];
	struct err err;
	struct buf text AUTOBUF;
	snprintf(path, sizeof(path), "%s/%s.json", IRC_VECTORS_DIR, name);
	buf_init(&text, 1 << 20);
	if (file_read(path, 1 << 20, &text, &err) != 0)
		fail_msg("%s", err.text);
	json_t *root = json_parse_repaired(text.data, text.len, &err);
	assert_non_null(root);
	json_t *tests = json_incref(json_object_get(root, "tests"));
	json_decref(root);
	*ret_count = json_array_size(tests);
	return tests;
}

static const char *string_in(const json_t *object, const char *key)
{
	return str_or_empty(json_get_string(object, key));
}

static void check_tags(const struct irc_message *msg, const json_t *tags)
{
	const char *key;
	json_t *value;
	assert_int_equal(msg->ntags, json_object_size(tags));
	json_object_foreach ((json_t *)(uintptr_t)tags, key, value) {
		const char *got = irc_message_tag(msg, key);
		assert_non_null(got);
		assert_string_equal(got, json_string_value(value));
	}
}

static void check_params(const struct irc_message *msg, const json_t *params)
{
	assert_int_equal(msg->nparams, json_array_size(params));
	for (size_t i = 0; i < msg->nparams; i++)
		assert_string_equal(irc_message_param(msg, i),
			json_string_value(json_array_get(params, i)));
}

static void test_split(void **state UNUSED)
{
	size_t count;
	json_t *tests AUTOJSON = load("msg-split", &count);
	assert_int_equal(count, 35);
	for (size_t i = 0; i < count; i++) {
		const json_t *test = json_array_get(tests, i);
		const json_t *atoms = json_object_get(test, "atoms");
		char *line AUTOFREE = xstrdup(string_in(test, "input"));
		struct irc_message msg;
		assert_int_equal(irc_message_parse(&msg, line, strlen(line)),
			IRC_PARSE_OK);
		check_tags(&msg, json_object_get(atoms, "tags"));
		assert_string_equal(msg.source.raw, string_in(atoms, "source"));
		assert_true(
			str_eq_nocase(msg.command, string_in(atoms, "verb")));
		check_params(&msg, json_object_get(atoms, "params"));
	}
}

static size_t read_tags(const json_t *object, struct irc_tag tags[4])
{
	const char *key;
	json_t *value;
	size_t n = 0;
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		assert_true(n < 4);
		tags[n++] = (struct irc_tag){key, json_string_value(value)};
	}
	return n;
}

static bool is_one_of(const char *line, const json_t *matches)
{
	for (size_t i = 0; i < json_array_size(matches); i++) {
		if (str_eq(line, json_string_value(json_array_get(matches, i))))
			return true;
	}
	return false;
}

static void test_join(void **state UNUSED)
{
	size_t count;
	json_t *tests AUTOJSON = load("msg-join", &count);
	assert_int_equal(count, 18);
	for (size_t i = 0; i < count; i++) {
		const json_t *test = json_array_get(tests, i);
		const json_t *atoms = json_object_get(test, "atoms");
		const json_t *params = json_object_get(atoms, "params");
		struct irc_tag tags[4];
		struct irc_line line = {
			.tags = tags,
			.ntags =
				read_tags(json_object_get(atoms, "tags"), tags),
			.source = json_get_string(atoms, "source"),
			.command = string_in(atoms, "verb"),
		};
		for (size_t n = 0; n < json_array_size(params); n++)
			line.params[n] =
				json_string_value(json_array_get(params, n));
		struct buf out AUTOBUF;
		buf_init(&out, 1024);
		assert_int_equal(irc_line_build(&out, &line), 0);
		assert_true(str_ends(out.data, "\r\n"));
		buf_truncate(&out, out.len - 2);
		assert_true(
			is_one_of(out.data, json_object_get(test, "matches")));
	}
}

/* Each accepted form parses to the atoms that it was made from. */
static void test_join_forms(void **state UNUSED)
{
	size_t count;
	size_t forms = 0;
	json_t *tests AUTOJSON = load("msg-join", &count);
	for (size_t i = 0; i < count; i++) {
		const json_t *test = json_array_get(tests, i);
		const json_t *atoms = json_object_get(test, "atoms");
		const json_t *matches = json_object_get(test, "matches");
		for (size_t n = 0; n < json_array_size(matches); n++) {
			char *line AUTOFREE = xstrdup(
				json_string_value(json_array_get(matches, n)));
			struct irc_message msg;
			assert_int_equal(
				irc_message_parse(&msg, line, strlen(line)),
				IRC_PARSE_OK);
			check_tags(&msg, json_object_get(atoms, "tags"));
			check_params(&msg, json_object_get(atoms, "params"));
			forms++;
		}
	}
	assert_int_equal(forms, 26);
}

static void test_userhost(void **state UNUSED)
{
	size_t count;
	json_t *tests AUTOJSON = load("userhost-split", &count);
	assert_int_equal(count, 7);
	for (size_t i = 0; i < count; i++) {
		const json_t *test = json_array_get(tests, i);
		const json_t *atoms = json_object_get(test, "atoms");
		char *text AUTOFREE = xstrdup(string_in(test, "source"));
		struct irc_source source;
		assert_int_equal(irc_source_parse(&source, text), 0);
		assert_string_equal(source.raw, string_in(test, "source"));
		assert_string_equal(source.nick, string_in(atoms, "nick"));
		assert_string_equal(source.user, string_in(atoms, "user"));
		assert_string_equal(source.host, string_in(atoms, "host"));
	}
}

static size_t check_matches(const json_t *test, const char *list, bool want)
{
	const json_t *texts = json_object_get(test, list);
	const char *mask = string_in(test, "mask");
	for (size_t i = 0; i < json_array_size(texts); i++) {
		const char *text = json_string_value(json_array_get(texts, i));
		if (irc_mask_match(IRC_CASEMAP_ASCII, mask, text) != want)
			fail_msg("%s %s %s", mask, list, text);
	}
	return json_array_size(texts);
}

static void test_masks(void **state UNUSED)
{
	size_t count;
	size_t texts = 0;
	json_t *tests AUTOJSON = load("mask-match", &count);
	for (size_t i = 0; i < count; i++) {
		const json_t *test = json_array_get(tests, i);
		texts += check_matches(test, "matches", true);
		texts += check_matches(test, "fails", false);
	}
	assert_int_equal(texts, 26);
}

/* A client takes any host that a server shows, valid or not. */
static void test_hosts(void **state UNUSED)
{
	size_t count;
	json_t *tests AUTOJSON = load("validate-hostname", &count);
	assert_int_equal(count, 19);
	for (size_t i = 0; i < count; i++) {
		const char *host = string_in(json_array_get(tests, i), "host");
		char *text AUTOFREE = xasprintf("nick!user@%s", host);
		char *line AUTOFREE = xasprintf(":nick!user@%s QUIT :x", host);
		struct irc_source source;
		assert_int_equal(irc_source_parse(&source, text), 0);
		assert_string_equal(source.host, host);
		struct irc_message msg;
		enum irc_parse result =
			irc_message_parse(&msg, line, strlen(line));
		if (strchr(host, ' '))
			continue; /* the host ends there: anything may follow */
		assert_int_equal(result, IRC_PARSE_OK);
		assert_string_equal(msg.source.host, host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_join_forms),
		cmocka_unit_test(test_userhost),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
