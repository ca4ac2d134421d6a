#include "end_chime/inbound.h"

#include "unit/support/fake_store.h"
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define APP "arn:aws:chime:us-east-1:1:app-instance/a"

/* Reads one message and says what became of it, in one line. */
static void read_line(const char *json, struct buf *out)
{
	static const char *const kinds[] = {
		[EVENT_MESSAGE] = "says",
		[EVENT_ACTION] = "does",
		[EVENT_NOTICE] = "notes",
	};
	static const char *const origins[] = {
		[ORIGIN_PERSON] = "",
		[ORIGIN_SELF] = " (self)",
		[ORIGIN_BRIDGE] = " (bridge)",
	};
	struct err err;
	struct fake_store store;
	struct chime_message message;
	struct chime_inbound inbound;
	fake_store_init(&store);
	const struct users_params params = {
		.store = &store.base,
		.app_instance = APP,
		.bridge = APP "/user/bridge",
		.name_template = "{nick}",
	};
	struct users *users = users_new(&params);
	json_t AUTOJSON *object = json_parse_repaired(json, strlen(json), &err);
	assert_non_null(object);
	chime_decode_message(object, &message);
	chime_inbound_init(&inbound);
	if (chime_inbound_read(&inbound, users, &message)) {
		/* What patterns are held against. */
		assert_string_equal(inbound.event.sender.id,
			str_or_empty(inbound.event.sender.address));
		buf_addf(out, "%s|%s %s%s: %s [%s] @%lld",
			inbound.event.sender.id, inbound.event.sender.name,
			kinds[inbound.event.kind],
			origins[inbound.event.origin],
			text_plain(inbound.event.text), inbound.event.source_id,
			(long long)inbound.event.position);
	}
	chime_inbound_release(&inbound);
	users_free(users);
	fake_store_release(&store);
}

struct row {
	const char *more; /* members after MessageId and CreatedTimestamp */
	const char *seen; /* NULL: no event */
};

static void expect(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char json[2000], want[2000] = "";
		struct buf got AUTOBUF;
		buf_init(&got, 4000);
		snprintf(json, sizeof(json),
			"{\"MessageId\":\"m1\",\"CreatedTimestamp\":1600000000."
			"25%s%s}",
			*rows[i].more ? "," : "", rows[i].more);
		if (rows[i].seen)
			snprintf(want, sizeof(want), "%s [m1] @1600000000250",
				rows[i].seen);
		read_line(json, &got);
		assert_string_equal(got.data, want);
	}
}

#define AL                                                                     \
	"\"Sender\":{\"Arn\":\"" APP "/user/al\",\"Name\":\"Alice\"},"         \
	"\"Type\":\"STANDARD\""
#define ID APP "/user/al|Alice"

static void test_kinds(void **state)
{
	static const struct row rows[] = {
		{AL ",\"Content\":\"hi\"", ID " says: hi"},
		{AL ",\"Content\":\"/me waves\"", ID " does: waves"},
		{AL ",\"Content\":\"/me\"", ID " says: /me"},
		{AL ",\"Content\":\"/me \"", ID " says: /me "},
		{AL ",\"Content\":\"/men\"", ID " says: /men"},
		{AL ",\"Content\":\"**hi** [x](y)\"", ID " says: hi x (y)"},
		{AL ",\"Content\":\"a\\nb\"", ID " says: a\nb"},
	};
	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void test_dropped(void **state)
{
	static const struct row rows[] = {
		{"", NULL},
		{AL, NULL},
		{AL ",\"Content\":\"\"", NULL},
		{AL ",\"Content\":null", NULL},
		{AL ",\"Content\":7", NULL},
		{AL ",\"Content\":\"hi\",\"MessageId\":null", NULL},
		{AL ",\"Content\":\"hi\",\"Type\":\"CONTROL\"", NULL},
		{AL ",\"Content\":\"hi\",\"Redacted\":true", NULL},
		{AL ",\"Content\":\"hi\",\"Redacted\":false", ID " says: hi"},
		{AL ",\"Content\":\"hi\",\"Target\":[{\"MemberArn\":\"x\"}]",
			NULL},
		{AL ",\"Content\":\"hi\",\"Status\":{\"Value\":\"DENIED\"}",
			NULL},
		{AL ",\"Content\":\"hi\",\"Status\":{\"Value\":\"PENDING\"}",
			NULL},
		{AL ",\"Content\":\"hi\",\"Status\":{\"Value\":\"SENT\"}",
			ID " says: hi"},
	};
	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void test_senders(void **state)
{
	static const struct row rows[] = {
		{"\"Content\":\"hi\"", "|someone says: hi"},
		{"\"Content\":\"hi\",\"Sender\":{\"Arn\":\"" APP "/user/al\"}",
			APP "/user/al|al says: hi"},
		{"\"Content\":\"hi\",\"Sender\":{\"Arn\":\"" APP
		 "/user/al\",\"Name\":\"\"}",
			APP "/user/al|al says: hi"},
		{"\"Content\":\"hi\",\"Sender\":{\"Arn\":\"odd\"}",
			"odd|someone says: hi"},
		{"\"Content\":\"hi\",\"Sender\":{\"Arn\":\"odd/\"}",
			"odd/|someone says: hi"},
	};
	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

#define FROM(arn) "\"Content\":\"hi\",\"Sender\":{\"Arn\":\"" arn "\"}"

static void test_origins(void **state)
{
	static const struct row rows[] = {
		/* What we said ourselves is not even read. */
		{FROM(APP "/user/bridge"),
			APP "/user/bridge|bridge says (self):  "},
		{FROM(APP "/user/irc:libera:bob"),
			APP "/user/irc:libera:bob|irc:libera:bob says "
			    "(self):  "},
		/* A like name somewhere else is a person. */
		{FROM("other/user/irc:libera:bob"),
			"other/user/irc:libera:bob|irc:libera:bob says: hi"},
		{FROM(APP "/user/bridge2"),
			APP "/user/bridge2|bridge2 says: hi"},
		{FROM(APP "b/user/irc:a:b"),
			APP "b/user/irc:a:b|irc:a:b says: hi"},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"{\\\"belfry\\\":{}}\"",
			ID " says (bridge):  "},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"{\\\"irc\\\":{}}\"",
			ID " says (bridge):  "},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"{\\\"belfry\\\":1}\"",
			ID " says: hi"},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"{\\\"belfry\\\":{}\"",
			ID " says: hi"},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"\"", ID " says: hi"},
		{AL ",\"Content\":\"hi\",\"Metadata\":\"belfry\"",
			ID " says: hi"},
	};
	char seen[ARRAY_LEN(rows)][200];
	struct row spaced[ARRAY_LEN(rows)];
	(void)state;
	/* "(self):  " stands for an empty text. */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(seen[i], sizeof(seen[i]), "%s", rows[i].seen);
		if (str_ends(seen[i], ":  "))
			seen[i][strlen(seen[i]) - 1] = '\0';
		spaced[i] = (struct row){rows[i].more, seen[i]};
	}
	expect(spaced, ARRAY_LEN(rows));
}

static void test_token(void **state)
{
	static const struct {
		const char *metadata;
		const char *token;
	} rows[] = {
		{"{\"belfry\":{\"v\":1,\"tok\":\"t1\"}}", "t1"},
		{" {\"belfry\":{\"tok\":\"t1\"}}", NULL},
		{"{\"belfry\":{\"tok\":7}}", NULL},
		{"{\"belfry\":{}}", NULL},
		{"{\"belfry\":[]}", NULL},
		{"{\"irc\":{\"tok\":\"t1\"}}", NULL},
		{"{\"tok\":\"t1\"}", NULL},
		{"{\"belfry\":{\"tok\":\"t1\"}", NULL},
		{"", NULL},
		{NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *token = chime_inbound_token(rows[i].metadata);
		if (rows[i].token)
			assert_string_equal(token, rows[i].token);
		else
			assert_null(token);
		free(token);
	}
}

/* Content may hold a NUL, and be as long as the service lets it be. */
static void test_hostile_content(void **state)
{
	struct fake_store store;
	struct chime_inbound inbound;
	static char stars[64 * 1024];
	(void)state;
	fake_store_init(&store);
	const struct users_params params = {
		.store = &store.base,
		.app_instance = APP,
		.bridge = APP "/user/bridge",
		.name_template = "{nick}",
	};
	struct users *users = users_new(&params);
	struct chime_message message = {
		.has_id = true,
		.message_id = "m1",
		.content = "a\0b",
		.content_len = 3,
	};
	chime_inbound_init(&inbound);
	assert_true(chime_inbound_read(&inbound, users, &message));
	assert_int_equal(inbound.text.bytes.len, 3);
	memset(stars, '*', sizeof(stars));
	message.content = stars;
	message.content_len = sizeof(stars);
	assert_true(chime_inbound_read(&inbound, users, &message));
	assert_int_equal(inbound.text.bytes.len, sizeof(stars));
	chime_inbound_release(&inbound);
	users_free(users);
	fake_store_release(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_hostile_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
