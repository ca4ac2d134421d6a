/*
 * Channels of the service as several lists tell of them, by ARN. Owns its
 * strings.
 */
#ifndef CTL_CHANNELS_H
#define CTL_CHANNELS_H

#include "config/belfry.h"
#include "util/hash.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct found_channel {
	char *arn; /* the key */
	char *name;
	bool is_private, restricted;
	bool member, moderator;  /* is the bridge's user one? */
	int64_t last_message_ms; /* wall time; 0: none, or not told */
	const char *mapping;     /* that has it, borrowed; NULL: none */
	UT_hash_handle hh;
};

struct channels {
	struct found_channel *first; /* uthash; HASH_ITER keeps the order */
};

enum channels_role { CHANNELS_SEEN, CHANNELS_MEMBER, CHANNELS_MODERATOR };

void channels_init(struct channels *channels);
void channels_release(struct channels *channels);
/* Elements of Channels or ChannelMemberships; what the list says of the
 * bridge's user. */
void channels_add(struct channels *channels, const json_t *items,
	enum channels_role role);
/* By name, then ARN. */
void channels_sort(struct channels *channels);
/* Which mapping has them? The configuration must outlive the channels. */
void channels_map(
	struct channels *channels, const struct belfry_config *config);

#endif
