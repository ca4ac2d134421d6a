/*
 * What a channel is called and how it is set (model/standing.h): describes it
 * again and again (chime_moderation/pace.h), tells what has changed, and
 * changes it. The topic is the channel's name, or stands in its Metadata
 * (chime_moderation/topic.h).
 *
 * A change is made on what the channel is right then: it is described, and
 * Name, Mode and Metadata are said together, as they were but for what is
 * changed. One at a time. What we changed is not told; for ATTRIBUTES_YOUNG_MS
 * (or `every_ms`, when that is less) the channel is not described.
 *
 * Privacy is told in the log, once, and never changed.
 */
#ifndef CHIME_MODERATION_ATTRIBUTES_H
#define CHIME_MODERATION_ATTRIBUTES_H

#include "chime/client.h"
#include "model/standing.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>

enum {
	ATTRIBUTES_YOUNG_MS = 10 * 1000,
	ATTRIBUTES_WISHES = 32, /* more are told to come later */
};

struct attributes;

struct attributes_params {
	struct chime_client *client; /* borrowed, as load */
	const char *object;          /* for logs; copied, as all strings */
	const char *bridge;          /* ARN of the bridge's own user */
	int64_t every_ms;
	unsigned *load; /* see chime_moderation/pace.h */
	bool topic_is_name;
	/* From the loop only; each may close the attributes. */
	void (*attribute)(void *arg, const struct attribute_state *state);
	void (*set)(void *arg, const struct attribute_receipt *receipt);
	/* The Metadata is (no more) somebody else's; NULL: it is fine. */
	void (*foreign)(void *arg, const char *why);
	/* A change was forbidden. */
	void (*refused)(void *arg, enum attribute attribute,
		const struct chime_result *result);
	void *arg;
};

/* May all be called inside its callbacks. */
struct attributes *attributes_new(
	struct loop *loop, const struct attributes_params *params) MUST_CHECK;
/* Frees at the end of the turn; no callback comes any more. NULL is fine. */
void attributes_close(struct attributes *attributes);

/* The channel (ARN) can be used; NULL: not any more, all is to come later. */
void attributes_open(struct attributes *attributes, const char *channel);
/* Tell of them, or no more. Said again while on: all anew. */
void attributes_watch(struct attributes *attributes, bool on);
/* Answered by `set`, once, from the loop. */
void attributes_change(struct attributes *attributes, enum attribute attribute,
	const char *value);

#endif
