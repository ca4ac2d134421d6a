#include "command/command_mute.h"

#include "filter/filters.h"
#include "util/clock.h"
#include "util/duration.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

enum { LIST_LINES = 16, ITEM_BYTES = 700 };

static struct mutes *mutes_of(const struct asking *asking)
{
	return bridge_filters(asking->bridge)->mutes;
}

static void say_mute(struct asking *asking, const struct mute *mute,
	const char *before, const char *behind)
{
	char until[CLOCK_ISO8601_BYTES];

	clock_format_iso8601(mute->until_ms, until);
	asking_say(asking, "%s%s%s%s%s", before, mute->mask,
		mute->until_ms ? " until " : "", mute->until_ms ? until : "",
		behind);
}

/* ---- mute ---- */

/* A slip of one key shall not silence everybody. */
static bool fits_everybody(const char *mask)
{
	return mask[strspn(mask, "*?!@.")] == '\0';
}

static struct mapping *read_mute(struct asking *asking, struct mute *ret)
{
	const char *where = NULL;
	int64_t ms = 0;

	ret->mask = asking->words[0];
	for (size_t i = 1; i < asking->count; i++) {
		if (ms == 0 && duration_parse(asking->words[i], &ms) == 0)
			continue;
		if (where) {
			asking_say(asking,
				"Not understood: %s. A mask with blanks stands "
				"in \"quotes\", a time is like 30m, 2h or 7d.",
				asking->words[i]);
			return NULL;
		}
		where = asking->words[i];
	}
	ret->until_ms = ms ? clock_wall_ms() + ms : 0;
	return asking_mapping(asking, where);
}

static void add(
	struct asking *asking, struct mapping *mapping, const struct mute *mute)
{
	switch (mutes_add(mutes_of(asking), mute)) {
	case 0:
		mapping_refilter(mapping);
		log_info("bridge", "mapping %s: %s is muted by %s",
			mapping->name, mute->mask, mute->by);
		say_mute(asking, mute,
			"Not relayed any more: ", "; \"unmute\" ends this.");
		break;
	case -ENOSPC:
		asking_say(asking, "There are too many mutes: take one back "
				   "with \"unmute\" first.");
		break;
	default:
		asking_say(asking, "A mask is at most %d bytes long.",
			MUTE_MASK_BYTES_MAX);
	}
}

void command_mute(struct asking *asking)
{
	struct mute mute = {.by = asking->command->person->name};
	struct mapping *mapping;

	if (asking->count == 0) {
		asking_say(asking, "Mute whom? Say: mute MASK [#channel] [2h]");
		return;
	}
	if (fits_everybody(asking->words[0])) {
		asking_say(asking, "%s is everybody: \"pause\" does that.",
			asking->words[0]);
		return;
	}
	mapping = read_mute(asking, &mute);
	if (!mapping)
		return;
	mute.mapping = mapping->name;
	add(asking, mapping, &mute);
}

/* ---- unmute ---- */

void command_unmute(struct asking *asking)
{
	struct mapping *mapping;

	if (asking->count == 0) {
		asking_say(asking, "Unmute whom? Say: unmute MASK [#channel]");
		return;
	}
	mapping = asking_mapping(
		asking, asking->count > 1 ? asking->words[1] : NULL);
	if (!mapping)
		return;
	if (mutes_remove(mutes_of(asking), mapping->name, asking->words[0]) <
		0) {
		asking_say(asking,
			"%s is not muted in %s: \"mutes\" lists who is.",
			asking->words[0], asking_label(mapping));
		return;
	}
	mapping_refilter(mapping);
	log_info("bridge", "mapping %s: %s is no longer muted, by %s",
		mapping->name, asking->words[0], asking->command->person->name);
	asking_say(asking, "Relayed again: %s", asking->words[0]);
}

/* ---- mutes ---- */

static void mutes_on_mute(void *arg, const struct mute *mute)
{
	struct listing *listing = arg;
	char until[CLOCK_ISO8601_BYTES];
	struct buf AUTOBUF item;

	buf_init(&item, ITEM_BYTES);
	clock_format_iso8601(mute->until_ms, until);
	buf_addf(&item, "%s (by %s%s%s)", mute->mask, str_or_empty(mute->by),
		mute->until_ms ? ", until " : "", mute->until_ms ? until : "");
	listing_add(listing, item.data);
}

void command_mutes(struct asking *asking)
{
	struct mapping *mapping =
		asking_mapping(asking, asking->count ? asking->words[0] : NULL);
	struct listing listing;

	if (!mapping)
		return;
	listing_init(&listing, asking, LIST_LINES);
	mutes_each(mutes_of(asking), mapping->name, mutes_on_mute, &listing);
	listing_end(&listing);
	if (asking->said == 0)
		asking_say(asking, "Nobody is muted in %s.",
			asking_label(mapping));
}
