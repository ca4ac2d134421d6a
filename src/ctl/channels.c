#include "ctl/channels.h"

#include "chime/decode.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

void channels_init(struct channels *channels)
{
	channels->first = NULL;
}

void channels_release(struct channels *channels)
{
	struct found_channel *channel, *next;

	HASH_ITER (hh, channels->first, channel, next) {
		HASH_DEL(channels->first, channel);
		free(channel->arn);
		free(channel->name);
		free(channel);
	}
}

static struct found_channel *find_or_add(
	struct channels *channels, const char *arn)
{
	struct found_channel *channel;

	HASH_FIND_STR(channels->first, arn, channel);
	if (channel)
		return channel;
	channel = xcalloc(1, sizeof(*channel));
	channel->arn = xstrdup(arn);
	HASH_ADD_KEYPTR(
		hh, channels->first, channel->arn, strlen(arn), channel);
	return channel;
}

void channels_add(
	struct channels *channels, const json_t *items, enum channels_role role)
{
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		struct chime_channel told;
		struct found_channel *channel;

		chime_decode_channel(item, &told);
		if (!told.arn)
			continue;
		channel = find_or_add(channels, told.arn);
		set_string(&channel->name, str_or_empty(told.name));
		channel->is_private = told.is_private;
		channel->restricted = told.restricted;
		if (told.last_message_ms > channel->last_message_ms)
			channel->last_message_ms = told.last_message_ms;
		channel->member |= role == CHANNELS_MEMBER;
		channel->moderator |= role == CHANNELS_MODERATOR;
	}
}

static int compare(const struct found_channel *a, const struct found_channel *b)
{
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->arn, b->arn);
}

void channels_sort(struct channels *channels)
{
	HASH_SORT(channels->first, compare);
}

/* A mapping by name is found among the channels that the bridge is in. */
static void map_by_name(
	struct channels *channels, const struct mapping_config *mapping)
{
	struct found_channel *channel, *next;

	HASH_ITER (hh, channels->first, channel, next)
		if (!channel->mapping && channel->member &&
			str_eq(channel->name, mapping->chime.name))
			channel->mapping = mapping->name;
}

static void map_by_arn(
	struct channels *channels, const struct mapping_config *mapping)
{
	struct found_channel *channel;

	HASH_FIND_STR(channels->first, mapping->chime.arn, channel);
	if (channel)
		channel->mapping = mapping->name;
}

void channels_map(struct channels *channels, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->mapping_count; i++)
		if (config->mappings[i].chime.arn)
			map_by_arn(channels, &config->mappings[i]);
	for (size_t i = 0; i < config->mapping_count; i++)
		if (!config->mappings[i].chime.arn)
			map_by_name(channels, &config->mappings[i]);
}
