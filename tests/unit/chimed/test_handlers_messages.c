#include "../support/chimed_rig.h"

#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

struct house {
	struct rig rig;
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], admin[RIG_ARN_BYTES];
	char room[RIG_ARN_BYTES], id[RIG_ARN_BYTES];
};

static int build(void **state)
{
	static struct house house;

	rig_init(&house.rig);
	rig_user(&house.rig, "alice", house.alice);
	rig_user(&house.rig, "bobby", house.bobby);
	rig_user(&house.rig, "admin", house.admin);
	rig_channel(
		&house.rig, house.alice, "UNRESTRICTED", "PUBLIC", house.room);
	rig_join(&house.rig, house.room, house.alice, house.bobby, "DEFAULT");
	rig_send(&house.rig, house.room, house.bobby, "hello é\n", house.id);
	*state = &house;
	return 0;
}

static int wreck(void **state)
{
	struct house *house = *state;

	rig_release(&house->rig);
	return 0;
}

struct text {
	const char *content, *type, *persistence, *metadata, *token;
};

static int send_text(struct house *house, const struct text *text)
{
	return rig_call(&house->rig, CHIME_SEND_CHANNEL_MESSAGE, house->bobby,
		"{s:s, s:s, s:s, s:s, s:s*, s:s}", "ChannelArn", house->room,
		"Content", text->content, "Type", text->type, "Persistence",
		text->persistence, "Metadata", text->metadata,
		"ClientRequestToken", text->token);
}

static int get(struct house *house, const char *bearer, const char *id)
{
	return rig_call(&house->rig, CHIME_GET_CHANNEL_MESSAGE, bearer,
		"{s:s, s:s}", "ChannelArn", house->room, "MessageId", id);
}

static int list(
	struct house *house, const char *order, int size, const char *token)
{
	return rig_call(&house->rig, CHIME_LIST_CHANNEL_MESSAGES, house->admin,
		"{s:s, s:s*, s:i, s:s*}", "ChannelArn", house->room,
		"SortOrder", order, "MaxResults", size, "NextToken", token);
}

static void test_get(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	assert_int_equal(strlen(house->id), 64);
	assert_int_equal(get(house, house->alice, house->id), 200);
	assert_string_equal(
		rig_text(rig, "ChannelMessage.ChannelArn"), house->room);
	assert_string_equal(
		rig_text(rig, "ChannelMessage.Content"), "hello é\n");
	assert_string_equal(
		rig_text(rig, "ChannelMessage.Persistence"), "PERSISTENT");
	assert_string_equal(rig_text(rig, "ChannelMessage.Type"), "STANDARD");
	assert_string_equal(
		rig_text(rig, "ChannelMessage.Sender.Arn"), house->bobby);
	assert_true(json_is_false(rig_get(rig, "ChannelMessage.Redacted")));
	assert_int_equal(rig_time_ms(rig, "ChannelMessage.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_null(rig_get(rig, "ChannelMessage.LastEditedTimestamp"));
	assert_int_equal(get(house, house->alice, "0123"), 404);
}

static void test_limits_of_content(void **state)
{
	struct house *house = *state;
	char content[4098];
	struct text text = {content, "STANDARD", "PERSISTENT", NULL, "t1"};

	memset(content, 'x', sizeof(content));
	content[4097] = '\0';
	assert_int_equal(send_text(house, &text), 400);
	content[4096] = '\0';
	assert_int_equal(send_text(house, &text), 201);
	text.type = "CONTROL";
	text.token = "t2";
	content[31] = '\0';
	assert_int_equal(send_text(house, &text), 400);
	content[30] = '\0';
	assert_int_equal(send_text(house, &text), 201);
	text.metadata = "{}";
	text.token = "t3";
	assert_int_equal(send_text(house, &text), 400);
}

static void test_transient_messages_leave_no_trace(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	struct text text = {"x", "STANDARD", "NON_PERSISTENT", NULL, "t1"};
	char id[RIG_ARN_BYTES];

	assert_int_equal(send_text(house, &text), 201);
	snprintf(id, sizeof(id), "%s", rig_text(rig, "MessageId"));
	assert_int_equal(strlen(id), 64);
	assert_int_equal(get(house, house->alice, id), 404);
	assert_int_equal(list(house, NULL, 50, NULL), 200);
	assert_int_equal(json_array_size(rig_get(rig, "ChannelMessages")), 1);
}

static void test_tokens(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	struct text text = {"x", "STANDARD", "PERSISTENT", NULL, "t1"};
	char id[RIG_ARN_BYTES];

	assert_int_equal(send_text(house, &text), 201);
	snprintf(id, sizeof(id), "%s", rig_text(rig, "MessageId"));
	clock_advance(60000);
	assert_int_equal(send_text(house, &text), 201);
	assert_string_equal(rig_text(rig, "MessageId"), id);
	text.content = "y";
	assert_int_equal(send_text(house, &text), 409);
	assert_int_equal(list(house, NULL, 50, NULL), 200);
	assert_int_equal(json_array_size(rig_get(rig, "ChannelMessages")), 2);
	/* A refusal is not remembered. */
	text.content = "";
	text.token = "t2";
	assert_int_equal(send_text(house, &text), 400);
	text.content = "z";
	assert_int_equal(send_text(house, &text), 201);
}

static int update(struct house *house, const char *bearer, const char *id,
	const char *content)
{
	return rig_call(&house->rig, CHIME_UPDATE_CHANNEL_MESSAGE, bearer,
		"{s:s, s:s, s:s, s:s}", "ChannelArn", house->room, "MessageId",
		id, "Content", content, "Metadata", "m");
}

static void test_update(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	clock_advance(7);
	assert_int_equal(update(house, house->alice, house->id, "no"), 403);
	assert_int_equal(update(house, house->admin, house->id, "no"), 403);
	assert_int_equal(update(house, house->bobby, "0123", "no"), 404);
	assert_int_equal(update(house, house->bobby, house->id, "new"), 200);
	assert_string_equal(rig_text(rig, "MessageId"), house->id);
	assert_int_equal(get(house, house->bobby, house->id), 200);
	assert_string_equal(rig_text(rig, "ChannelMessage.Content"), "new");
	assert_string_equal(rig_text(rig, "ChannelMessage.Metadata"), "m");
	assert_int_equal(rig_time_ms(rig, "ChannelMessage.CreatedTimestamp"),
		RIG_NOW_MS);
	assert_int_equal(rig_time_ms(rig, "ChannelMessage.LastEditedTimestamp"),
		RIG_NOW_MS + 7);
}

static int mark(struct house *house, enum chime_op op, const char *bearer,
	const char *id)
{
	return rig_call(&house->rig, op, bearer, "{s:s, s:s}", "ChannelArn",
		house->room, "MessageId", id);
}

static void test_redact(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	enum chime_op op = CHIME_REDACT_CHANNEL_MESSAGE;

	assert_int_equal(update(house, house->bobby, house->id, "new"), 200);
	assert_int_equal(mark(house, op, house->bobby, house->id), 403);
	assert_int_equal(mark(house, op, house->alice, "0123"), 404);
	assert_int_equal(mark(house, op, house->alice, house->id), 200);
	assert_int_equal(mark(house, op, house->alice, house->id), 200);
	assert_int_equal(get(house, house->bobby, house->id), 200);
	assert_null(rig_get(rig, "ChannelMessage.Content"));
	assert_string_equal(rig_text(rig, "ChannelMessage.Metadata"), "m");
	assert_true(json_is_true(rig_get(rig, "ChannelMessage.Redacted")));
	assert_int_equal(list(house, NULL, 50, NULL), 200);
	assert_string_equal(rig_text(rig, "ChannelMessages.0.Content"), "");
	assert_non_null(rig_get(rig, "ChannelMessages.0.Content"));
	assert_int_equal(update(house, house->bobby, house->id, "back"), 409);
}

static void test_delete(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	enum chime_op op = CHIME_DELETE_CHANNEL_MESSAGE;

	assert_int_equal(mark(house, op, house->alice, house->id), 403);
	assert_int_equal(mark(house, op, house->bobby, house->id), 403);
	assert_int_equal(mark(house, op, house->admin, house->id), 204);
	assert_int_equal(mark(house, op, house->admin, house->id), 204);
	assert_int_equal(get(house, house->bobby, house->id), 404);
	assert_int_equal(list(house, NULL, 50, NULL), 200);
	assert_int_equal(json_array_size(rig_get(rig, "ChannelMessages")), 0);
}

static void test_messages_stay_in_their_channel(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;

	rig_channel(rig, house->bobby, "UNRESTRICTED", "PUBLIC", house->room);
	assert_int_equal(get(house, house->bobby, house->id), 404);
	assert_int_equal(update(house, house->bobby, house->id, "x"), 404);
	assert_int_equal(mark(house, CHIME_REDACT_CHANNEL_MESSAGE, house->bobby,
				 house->id),
		404);
	assert_int_equal(mark(house, CHIME_DELETE_CHANNEL_MESSAGE, house->admin,
				 house->id),
		204);
	assert_int_equal(list(house, NULL, 50, NULL), 200);
	assert_int_equal(json_array_size(rig_get(rig, "ChannelMessages")), 0);
}

/* Walks all pages, and sends one more message between any two. */
static size_t walk(struct house *house, const char *order, char *seen)
{
	struct rig *rig = &house->rig;
	char token[128] = "";
	char id[RIG_ARN_BYTES];
	size_t count = 0;

	for (int page = 0; page < 20; page++) {
		assert_int_equal(list(house, order, 3, token), 200);
		const json_t *items = rig_get(rig, "ChannelMessages");

		for (size_t i = 0; i < json_array_size(items); i++)
			seen[count++] = json_string_value(json_object_get(
				json_array_get(items, i), "Content"))[0];
		snprintf(
			token, sizeof(token), "%s", rig_text(rig, "NextToken"));
		if (*token == '\0')
			break;
		if (page == 0)
			rig_send(rig, house->room, house->alice, "+", id);
	}
	seen[count] = '\0';
	return count;
}

static void test_pages(void **state)
{
	struct house *house = *state;
	char id[RIG_ARN_BYTES];
	char seen[64];

	/* Eight of them, many at the same millisecond. */
	for (char c = 'a'; c <= 'h'; c++) {
		char content[2] = {c, '\0'};

		if (c == 'e')
			clock_advance(1);
		rig_send(&house->rig, house->room, house->alice, content, id);
	}
	walk(house, NULL, seen);
	assert_string_equal(seen, "hgfedcbah");
	walk(house, "ASCENDING", seen);
	assert_string_equal(seen, "habcdefgh++");
	walk(house, "DESCENDING", seen);
	assert_string_equal(seen, "++hgfedcbah");
}

static void test_bounds_are_inclusive(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	char id[RIG_ARN_BYTES];
	char from[CLOCK_ISO8601_BYTES], to[CLOCK_ISO8601_BYTES];

	for (int i = 1; i < 5; i++) {
		clock_advance(1);
		rig_send(rig, house->room, house->alice, "x", id);
	}
	clock_format_iso8601(RIG_NOW_MS + 1, from);
	clock_format_iso8601(RIG_NOW_MS + 3, to);
	assert_int_equal(
		rig_call(rig, CHIME_LIST_CHANNEL_MESSAGES, house->bobby,
			"{s:s, s:s, s:s}", "ChannelArn", house->room,
			"NotBefore", from, "NotAfter", to),
		200);
	assert_int_equal(json_array_size(rig_get(rig, "ChannelMessages")), 3);
	assert_int_equal(rig_time_ms(rig, "ChannelMessages.0.CreatedTimestamp"),
		RIG_NOW_MS + 3);
	assert_int_equal(rig_time_ms(rig, "ChannelMessages.2.CreatedTimestamp"),
		RIG_NOW_MS + 1);
	assert_null(rig_get(rig, "NextToken"));
}

/* Nothing is both after the one and before the other. */
static void test_bounds_the_wrong_way_round(void **state)
{
	static const char *const orders[] = {"ASCENDING", "DESCENDING"};
	struct house *house = *state;
	struct rig *rig = &house->rig;
	char id[RIG_ARN_BYTES];
	char from[CLOCK_ISO8601_BYTES], to[CLOCK_ISO8601_BYTES];

	for (int i = 1; i < 5; i++) {
		clock_advance(1);
		rig_send(rig, house->room, house->alice, "x", id);
	}
	clock_format_iso8601(RIG_NOW_MS + 3, from);
	clock_format_iso8601(RIG_NOW_MS + 1, to);
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		assert_int_equal(rig_call(rig, CHIME_LIST_CHANNEL_MESSAGES,
					 house->bobby, "{s:s, s:s, s:s, s:s}",
					 "ChannelArn", house->room, "NotBefore",
					 from, "NotAfter", to, "SortOrder",
					 orders[i]),
			200);
		assert_int_equal(
			json_array_size(rig_get(rig, "ChannelMessages")), 0);
	}
}

static void test_tokens_belong_to_their_listing(void **state)
{
	struct house *house = *state;
	struct rig *rig = &house->rig;
	char id[RIG_ARN_BYTES], token[128];

	rig_send(rig, house->room, house->alice, "x", id);
	assert_int_equal(list(house, "ASCENDING", 1, NULL), 200);
	snprintf(token, sizeof(token), "%s", rig_text(rig, "NextToken"));
	assert_int_equal(list(house, "DESCENDING", 1, token), 400);
	/* The size of pages may change. */
	assert_int_equal(list(house, "ASCENDING", 9, token), 200);
	token[10] = (char)(token[10] == 'A' ? 'B' : 'A');
	assert_int_equal(list(house, "ASCENDING", 1, token), 400);
	assert_string_equal(rig->type, "BadRequestException");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_get, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_limits_of_content, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_transient_messages_leave_no_trace, build, wreck),
		cmocka_unit_test_setup_teardown(test_tokens, build, wreck),
		cmocka_unit_test_setup_teardown(test_update, build, wreck),
		cmocka_unit_test_setup_teardown(test_redact, build, wreck),
		cmocka_unit_test_setup_teardown(test_delete, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_messages_stay_in_their_channel, build, wreck),
		cmocka_unit_test_setup_teardown(test_pages, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_bounds_the_wrong_way_round, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_bounds_are_inclusive, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_tokens_belong_to_their_listing, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
