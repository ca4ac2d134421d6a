/*
 * JSON of answers as plain structs. Members that are absent, null or of the
 * wrong type read as NULL, 0 or false: one odd object never costs a page.
 * Strings are borrowed from the JSON value and live as long as it does; they
 * may be followed by more after a NUL, which is why content has a length.
 */
#ifndef CHIME_DECODE_H
#define CHIME_DECODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chime_message {
	bool has_id; /* false: message_id is "", not to be relayed */
	const char *message_id;
	const char *channel_arn; /* only of GetChannelMessage; else NULL */
	const char *content;     /* "" when redacted */
	size_t content_len;
	const char *metadata; /* or NULL */
	bool control;         /* Type is CONTROL: never text for people */
	bool redacted;
	bool persistent;        /* true unless NON_PERSISTENT is said */
	bool undelivered;       /* Status is PENDING, FAILED or DENIED */
	bool targeted;          /* meant for one member only (Target) */
	const char *sender_arn; /* or NULL */
	const char *sender_name;
	int64_t created_ms; /* wall time; 0: unknown */
	int64_t edited_ms;  /* 0: never */
	int64_t updated_ms;
};

/* `object` is one element of ChannelMessages, or ChannelMessage. */
void chime_decode_message(const json_t *object, struct chime_message *ret);

/* {"Arn", "Name"}; either may be NULL. */
struct chime_identity {
	const char *arn;
	const char *name;
};
void chime_decode_identity(const json_t *object, struct chime_identity *ret);

/* A channel, or the summary of one. */
struct chime_channel {
	const char *arn; /* NULL: not to be used */
	const char *name;
	const char *metadata;
	bool is_private; /* Privacy is PRIVATE */
	bool restricted; /* Mode is RESTRICTED */
	int64_t created_ms;
	int64_t last_message_ms; /* 0: none yet */
	int64_t read_marker_ms;  /* of ...ForAppInstanceUser; 0: none */
};
/*
 * `object` is a Channel, an element of Channels, or an element that holds a
 * ChannelSummary beside a membership.
 */
void chime_decode_channel(const json_t *object, struct chime_channel *ret);

#endif
