#include "chime_users/seats.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 4 };

struct seats_channel {
	char *arn;
	struct seat *list; /* by address */
	size_t count, size;
	bool is_minded;
	UT_hash_handle hh;
};

void seats_release(struct seats *seats)
{
	struct seats_channel *channel, *tmp;
	HASH_ITER (hh, seats->channels, channel, tmp) {
		HASH_DEL(seats->channels, channel);
		free(channel->arn);
		free(channel->list);
		free(channel);
	}
}

static struct seats_channel *find_channel(
	const struct seats *seats, const char *arn)
{
	struct seats_channel *channel;
	HASH_FIND_STR(seats->channels, arn, channel);
	return channel;
}

static struct seats_channel *get_channel(struct seats *seats, const char *arn)
{
	struct seats_channel *channel = find_channel(seats, arn);
	if (channel)
		return channel;
	channel = xcalloc(1, sizeof(*channel));
	channel->arn = xstrdup(arn);
	HASH_ADD_KEYPTR(
		hh, seats->channels, channel->arn, strlen(arn), channel);
	return channel;
}

/* Where it is, or where it would have to be. */
static size_t place_of(const struct seats_channel *channel, const void *who)
{
	size_t low = 0, high = channel->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((uintptr_t)channel->list[middle].who < (uintptr_t)who)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(
	const struct seats_channel *channel, size_t place, const void *who)
{
	return place < channel->count && channel->list[place].who == who;
}

static void insert(struct seats_channel *channel, const struct seat *seat)
{
	size_t place = place_of(channel, seat->who);
	if (!is_at(channel, place, seat->who)) {
		if (channel->count == channel->size) {
			channel->size =
				channel->size ? 2 * channel->size : FIRST_SIZE;
			channel->list = xreallocarray(channel->list,
				channel->size, sizeof(*channel->list));
		}
		memmove(&channel->list[place + 1], &channel->list[place],
			(channel->count - place) * sizeof(*channel->list));
		channel->count++;
	}
	channel->list[place] = *seat;
}

static bool take_out(struct seats_channel *channel, const void *who)
{
	size_t place = place_of(channel, who);
	if (!is_at(channel, place, who))
		return false;
	channel->count--;
	memmove(&channel->list[place], &channel->list[place + 1],
		(channel->count - place) * sizeof(*channel->list));
	return true;
}

void seats_put(
	struct seats *seats, const char *channel, const struct seat *seat)
{
	insert(get_channel(seats, channel), seat);
}

bool seats_drop(struct seats *seats, const char *channel, const void *who)
{
	struct seats_channel *found = find_channel(seats, channel);
	return found && take_out(found, who);
}

const struct seat *seats_find(
	const struct seats *seats, const char *channel, const void *who)
{
	const struct seats_channel *found = find_channel(seats, channel);
	size_t place = found ? place_of(found, who) : 0;
	return found && is_at(found, place, who) ? &found->list[place] : NULL;
}

size_t seats_count(const struct seats *seats, const char *channel)
{
	const struct seats_channel *found = find_channel(seats, channel);
	return found ? found->count : 0;
}

const struct seat *seats_at(
	const struct seats *seats, const char *channel, size_t index)
{
	return &find_channel(seats, channel)->list[index];
}

void seats_move(struct seats *seats, const void *from, const void *to)
{
	struct seats_channel *channel, *tmp;
	HASH_ITER (hh, seats->channels, channel, tmp) {
		size_t place = place_of(channel, from);
		if (!is_at(channel, place, from))
			continue;
		struct seat seat = channel->list[place];
		seat.who = to;
		(void)take_out(channel, from);
		insert(channel, &seat);
	}
}

void seats_forget(struct seats *seats, const void *who,
	void (*fn)(void *arg, const char *channel), void *arg)
{
	struct seats_channel *channel, *tmp;
	HASH_ITER (hh, seats->channels, channel, tmp)
		if (take_out(channel, who) && fn)
			fn(arg, channel->arn);
}

void seats_set_minded(struct seats *seats, const char *channel, bool is_minded)
{
	struct seats_channel *found = is_minded ? get_channel(seats, channel)
						: find_channel(seats, channel);
	if (found)
		found->is_minded = is_minded;
}

bool seats_is_minded(const struct seats *seats, const void *who)
{
	struct seats_channel *channel, *tmp;
	HASH_ITER (hh, seats->channels, channel, tmp)
		if (channel->is_minded &&
			is_at(channel, place_of(channel, who), who))
			return true;
	return false;
}
