#include "chime/decode.h"

#include "util/json.h"
#include "util/str.h"

static const char *string_of(const json_t *object, const char *key)
{
	return str_or_empty(json_get_string(object, key));
}

static bool has(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return value && !json_is_null(value);
}

/* Wall ms; a time before 1970 is no time. */
static int64_t time_of(const json_t *object, const char *key)
{
	int64_t ms = json_get_time_ms(object, key);
	return ms > 0 ? ms : 0;
}

/* Channels with a flow hold messages back: they are not sent yet, or never. */
static bool is_undelivered(const json_t *object)
{
	static const char *const words[] = {"PENDING", "FAILED", "DENIED"};
	const json_t *status = json_object_get(object, "Status");
	const char *value = string_of(status, "Value");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(value, words[i]))
			return true;
	}
	return false;
}

void chime_decode_identity(const json_t *object, struct chime_identity *ret)
{
	*ret = (struct chime_identity){
		.arn = json_get_string(object, "Arn"),
		.name = json_get_string(object, "Name"),
	};
}

void chime_decode_message(const json_t *object, struct chime_message *ret)
{
	struct chime_identity sender;
	size_t len = 0;
	chime_decode_identity(json_object_get(object, "Sender"), &sender);
	const char *content = json_get_string_n(object, "Content", &len);
	const char *id = string_of(object, "MessageId");
	*ret = (struct chime_message){
		.has_id = id[0] != '\0',
		.message_id = id,
		.channel_arn = json_get_string(object, "ChannelArn"),
		.content = str_or_empty(content),
		.content_len = content ? len : 0,
		.metadata = json_get_string(object, "Metadata"),
		.control = str_eq(string_of(object, "Type"), "CONTROL"),
		.redacted = json_get_bool(object, "Redacted", false),
		.persistent = !str_eq(
			string_of(object, "Persistence"), "NON_PERSISTENT"),
		.undelivered = is_undelivered(object),
		.targeted = has(object, "Target"),
		.sender_arn = sender.arn,
		.sender_name = sender.name,
		.created_ms = time_of(object, "CreatedTimestamp"),
		.edited_ms = time_of(object, "LastEditedTimestamp"),
		.updated_ms = time_of(object, "LastUpdatedTimestamp"),
	};
}

/* The read marker is beside the summary, or below a membership. */
static int64_t read_marker(const json_t *object)
{
	static const char key[] = "ReadMarkerTimestamp";
	int64_t ms = time_of(object, key);
	const json_t *below =
		json_object_get(object, "AppInstanceUserMembershipSummary");
	return ms ? ms : time_of(below, key);
}

void chime_decode_channel(const json_t *object, struct chime_channel *ret)
{
	const json_t *summary = json_object_get(object, "ChannelSummary");
	const json_t *channel = json_is_object(summary) ? summary : object;
	*ret = (struct chime_channel){
		.arn = json_get_string(channel, "ChannelArn"),
		.name = json_get_string(channel, "Name"),
		.metadata = json_get_string(channel, "Metadata"),
		.is_private = str_eq(string_of(channel, "Privacy"), "PRIVATE"),
		.restricted = str_eq(string_of(channel, "Mode"), "RESTRICTED"),
		.created_ms = time_of(channel, "CreatedTimestamp"),
		.last_message_ms = time_of(channel, "LastMessageTimestamp"),
		.read_marker_ms = read_marker(object),
	};
}
