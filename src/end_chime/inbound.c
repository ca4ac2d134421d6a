#include "end_chime/inbound.h"

#include "end_chime/markdown.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <string.h>

enum { TEXT_BYTES = 64 * 1024 };

void chime_inbound_init(struct chime_inbound *inbound)
{
	memset(inbound, 0, sizeof(*inbound));
	text_init(&inbound->text, TEXT_BYTES);
}

void chime_inbound_release(struct chime_inbound *inbound)
{
	text_release(&inbound->text);
}

/* The metadata as an object when a bridge made it, else NULL. */
static json_t *bridge_mark(const char *metadata)
{
	struct err err = {0};
	if (!metadata || metadata[0] != '{' ||
		(!strstr(metadata, "\"belfry\"") &&
			!strstr(metadata, "\"irc\"")))
		return NULL;
	json_t *root = json_parse_repaired(metadata, strlen(metadata), &err);
	if (json_is_object(json_object_get(root, "belfry")) ||
		json_is_object(json_object_get(root, "irc")))
		return root;
	json_decref(root);
	return NULL;
}

char *chime_inbound_token(const char *metadata)
{
	json_t AUTOJSON *root = bridge_mark(metadata);
	return xstrdup_null(
		json_get_string(json_object_get(root, "belfry"), "tok"));
}

static enum event_origin origin_of(
	const struct users *users, const struct chime_message *message)
{
	if (users_is_own(users, message->sender_arn))
		return ORIGIN_SELF;
	json_t AUTOJSON *mark = bridge_mark(message->metadata);
	return mark ? ORIGIN_BRIDGE : ORIGIN_PERSON;
}

/* Display name, else the last part of the ARN, else that of a deleted user. */
static const char *name_of(const struct chime_message *message)
{
	if (message->sender_name && *message->sender_name)
		return message->sender_name;
	const char *slash =
		message->sender_arn ? strrchr(message->sender_arn, '/') : NULL;
	return slash && slash[1] ? slash + 1 : "someone";
}

bool chime_inbound_read(struct chime_inbound *inbound,
	const struct users *users, const struct chime_message *message)
{
	struct event *event = &inbound->event;
	struct span content = {message->content, message->content_len};
	if (!message->has_id || message->control || message->redacted ||
		message->targeted || message->undelivered || !content.len)
		return false;
	*event = (struct event){
		.kind = EVENT_MESSAGE,
		.origin = origin_of(users, message),
		.text = &inbound->text,
		.source_id = message->message_id,
		.position = message->created_ms,
	};
	event->sender.id = str_or_empty(message->sender_arn);
	event->sender.address = message->sender_arn;
	event->sender.name = name_of(message);
	if (content.len > 4 && memcmp(content.p, "/me ", 4) == 0) {
		event->kind = EVENT_ACTION;
		content.p += 4;
		content.len -= 4;
	}
	text_clear(&inbound->text);
	/* Our own words are dropped by the guard: no need to read them. */
	if (event->origin == ORIGIN_PERSON)
		markdown_read(&inbound->text, content.p, content.len);
	return true;
}
