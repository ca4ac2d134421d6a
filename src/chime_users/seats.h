/*
 * Who is a member of which channel, among those that we know: for each channel
 * a sorted array of 16 bytes a member, so that asking costs a binary search.
 * Members are addresses of the owner's objects; they are not looked into.
 */
#ifndef CHIME_USERS_SEATS_H
#define CHIME_USERS_SEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seats_channel;

/* Begins as {0}. */
struct seats {
	struct seats_channel *channels;
};

struct seat {
	const void *who;
	uint32_t since_s; /* wall; 0: not known, long ago */
	bool is_made;     /* by us, for certain */
	/* We were about to make or to end it: is it one? */
	bool is_in_doubt;
};

void seats_release(struct seats *seats);

/* Replaces what was known of that one there. */
void seats_put(
	struct seats *seats, const char *channel, const struct seat *seat);
/* False: there was none. */
bool seats_drop(struct seats *seats, const char *channel, const void *who);
/* NULL: none. Valid until the next change. */
const struct seat *seats_find(
	const struct seats *seats, const char *channel, const void *who);
size_t seats_count(const struct seats *seats, const char *channel);
/* Of the channel, in no order; valid until the next change. */
const struct seat *seats_at(
	const struct seats *seats, const char *channel, size_t index);

/* It is at another address now. */
void seats_move(struct seats *seats, const void *from, const void *to);
/* Drops it everywhere; fn, when given, is told where that was. */
void seats_forget(struct seats *seats, const void *who,
	void (*fn)(void *arg, const char *channel), void *arg);

/* Those who are in this channel are minded: somebody tells when they go. */
void seats_set_minded(struct seats *seats, const char *channel, bool is_minded);
/* Is it in a channel that is minded? */
bool seats_is_minded(const struct seats *seats, const void *who);

#endif
