/*
 * A topic inside the Metadata of a channel, and names of channels: pure text.
 *
 * Metadata is an object of JSON that we share with others: the topic is its
 * member "topic", a string; all else in it stays as it is, byte for byte.
 * Without Metadata there is no topic. What is no such object (or has a "topic"
 * that is no string) is foreign: never read, never written.
 *
 * Control characters are dropped. What is too long (CHANNEL_METADATA_BYTES in
 * all; CHANNEL_NAME_CHARACTERS of a name, which may hold nothing outside the
 * BMP) is cut before a character and ends in U+2026.
 */
#ifndef CHIME_MODERATION_TOPIC_H
#define CHIME_MODERATION_TOPIC_H

#include "util/attr.h"

#include <stdbool.h>

enum {
	CHANNEL_METADATA_BYTES = 1024,
	CHANNEL_NAME_CHARACTERS = 256,
};

/* Owned; "" without one; NULL: foreign. `metadata` may be NULL. */
char *topic_read(const char *metadata) MUST_CHECK;
/* The Metadata with that topic, owned. NULL: foreign, or there is no room for
 * any topic. */
char *topic_write(const char *metadata, const char *topic) MUST_CHECK;
/* A name as the API takes it, owned; NULL: nothing is left of it. */
char *topic_name(const char *name) MUST_CHECK;

#endif
