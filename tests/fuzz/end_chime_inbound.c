/*
 * A message of Chime: any bytes as its JSON, its content and its Metadata are
 * read, without a crash, into an event that is whole: of valid UTF-8, not
 * longer than what came, and with a text only when a person said it.
 */
#include "end_chime/content.h"
#include "end_chime/inbound.h"
#include "unit/support/fake_store.h"
#include "util/json.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define APP "arn:aws:chime:us-east-1:1:app-instance/a"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_message(
	const struct users *users, const struct chime_message *message)
{
	struct chime_inbound inbound;
	chime_inbound_init(&inbound);
	if (chime_inbound_read(&inbound, users, message)) {
		const struct event *event = &inbound.event;
		require(event->sender.id && event->sender.name &&
			*event->sender.name);
		require(*event->source_id);
		require(event->text->bytes.len <= message->content_len);
		require(utf8_is_valid(
			event->text->bytes.data, event->text->bytes.len));
		require(event->origin == ORIGIN_PERSON ||
			text_is_empty(event->text));
	}
	chime_inbound_release(&inbound);
}

static void check_payload(const char *s, size_t size)
{
	struct content content;
	if (content_read(&content, s, size) < 0)
		return;
	require(content.content && content.name && content.kind);
	content_release(&content);
}

static void check(const struct users *users, const char *s, size_t size)
{
	struct err err;
	struct chime_message message;
	json_t *object = json_parse_repaired(s, size, &err);
	chime_decode_message(object, &message);
	check_message(users, &message);
	json_decref(object);
	free(chime_inbound_token(s));
	check_payload(s, size);
	if (utf8_is_valid(s, size))
		check_message(users, &(struct chime_message){
					     .has_id = true,
					     .message_id = "m1",
					     .content = s,
					     .content_len = size,
					     .metadata = s,
				     });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_store store;
	fake_store_init(&store);
	const struct users_params params = {
		.store = &store.base,
		.app_instance = APP,
		.bridge = APP "/user/bridge",
		.name_template = "{nick}",
	};
	struct users *users = users_new(&params);
	char *s = malloc(size + 1);
	require(s != NULL);
	memcpy(s, data, size);
	s[size] = '\0';
	check(users, s, size);
	free(s);
	users_free(users);
	fake_store_release(&store);
	return 0;
}
