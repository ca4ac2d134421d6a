#include "command/command_link.h"

#include "bridge/lane.h"
#include "bridge/moderation.h"
#include "util/str.h"

#include <inttypes.h>

enum { LIST_LINES = 12, LINE_BYTES = 1024 };

static struct mapping *first_word(struct asking *asking)
{
	return asking_mapping(asking, asking->count ? asking->words[0] : NULL);
}

/* ---- mappings ---- */

static void list_on_mapping(
	struct asking *asking UNUSED, struct mapping *mapping, void *arg)
{
	struct listing *listing = arg;
	struct buf AUTOBUF item;

	buf_init(&item, LINE_BYTES);
	buf_addf(&item, "%s (%s)", asking_label(mapping), mapping->name);
	listing_add(listing, item.data);
}

void command_mappings(struct asking *asking)
{
	struct listing listing;

	listing_init(&listing, asking, LIST_LINES);
	asking_each(asking, list_on_mapping, &listing);
	listing_end(&listing);
	if (asking->said == 0)
		asking_say(asking,
			"You are in none of the bridged channels of this "
			"network.");
}

/* ---- link ---- */

/* "45 s", "3 min", "2 h", "5 days". */
static void add_age(struct buf *out, int64_t age_ms)
{
	int64_t s = age_ms / 1000;

	if (s < 120)
		buf_addf(out, "%" PRId64 " s", s);
	else if (s < 120 * 60)
		buf_addf(out, "%" PRId64 " min", s / 60);
	else if (s < 48 * 60 * 60)
		buf_addf(out, "%" PRId64 " h", s / 3600);
	else
		buf_addf(out, "%" PRId64 " days", s / 86400);
}

static void say_lane(
	struct asking *asking, const struct mapping *mapping, enum lane_way way)
{
	struct lane_stats stats;
	struct buf AUTOBUF line;

	buf_init(&line, LINE_BYTES);
	mapping_stats(mapping, way, &stats);
	buf_addf(&line, "To %s: %s, %" PRIu64 " relayed, %zu waiting",
		way == LANE_TO_IRC ? "IRC" : "Chime",
		stats.ready ? "up" : "down", stats.relayed, stats.queued);
	if (stats.queued && stats.oldest_ms > 0) {
		buf_adds(&line, " (the oldest for ");
		add_age(&line, stats.oldest_ms);
		buf_addc(&line, ')');
	}
	if (stats.refused)
		buf_addf(&line, ", %" PRIu64 " refused", stats.refused);
	if (stats.dropped + stats.expired)
		buf_addf(&line, ", %" PRIu64 " lost to a full queue or age",
			stats.dropped + stats.expired);
	if (stats.trouble)
		buf_addf(&line, "; %s: %s",
			stats.ready ? "last trouble" : "why", stats.trouble);
	asking_say(asking, "%s", line.data);
}

static const char *const right_names[RIGHTS] = {
	[RIGHT_BANS] = "bans",
	[RIGHT_MODERATORS] = "operators",
	[RIGHT_TOPIC] = "the topic",
	[RIGHT_NAME] = "the name",
	[RIGHT_RESTRICTED] = "the mode",
};

/* Rights are often missing all at once, for one reason. */
static void say_denied(struct asking *asking, const char *side,
	const char *const denied[RIGHTS])
{
	struct buf AUTOBUF line;
	const char *why = NULL;

	buf_init(&line, LINE_BYTES);
	for (size_t i = 0; i < RIGHTS; i++) {
		if (!denied[i])
			continue;
		buf_addf(&line, "%s%s", why ? ", " : "", right_names[i]);
		why = denied[i];
	}
	if (why)
		asking_say(asking, "%s only looked at, not changed: %s (%s)",
			side, line.data, why);
}

static void say_moderation(struct asking *asking, const struct mapping *mapping)
{
	struct reconcile_stats stats;

	if (!mapping_moderation_stats(mapping, &stats))
		return;
	if (stats.held)
		asking_say(asking,
			"%zu changes of bans or operators are held, as they "
			"are so many: an operator of the bridge may "
			"\"confirm\" them.",
			stats.held);
	say_denied(asking, "On IRC", stats.denied[SIDE_IRC]);
	say_denied(asking, "In Chime", stats.denied[SIDE_CHIME]);
}

void command_link(struct asking *asking)
{
	struct mapping *mapping = first_word(asking);

	if (!mapping)
		return;
	asking_say(asking, "%s is bridged with %s%s%s", asking_label(mapping),
		"a Chime channel",
		mapping_is_paused(mapping) ? "; paused by " : "",
		mapping_is_paused(mapping) ? str_or_empty(mapping->pause.who)
					   : "");
	say_lane(asking, mapping, LANE_TO_IRC);
	say_lane(asking, mapping, LANE_TO_CHIME);
	say_moderation(asking, mapping);
}

/* ---- for operators ---- */

static void set_pause(struct asking *asking, bool is_paused)
{
	struct mapping *mapping = first_word(asking);
	bool before;

	if (!mapping)
		return;
	before = mapping_is_paused(mapping);
	mapping_pause(mapping, is_paused, asking->command->person->name);
	if (before == is_paused)
		asking_say(asking, "%s %s paused.", asking_label(mapping),
			is_paused ? "is already" : "was not");
	else if (is_paused)
		asking_say(asking,
			"%s is paused: what is said waits until \"resume\".",
			asking_label(mapping));
	else
		asking_say(asking, "%s goes on.", asking_label(mapping));
}

void command_pause(struct asking *asking)
{
	set_pause(asking, true);
}

void command_resume(struct asking *asking)
{
	set_pause(asking, false);
}

void command_resync(struct asking *asking)
{
	struct mapping *mapping = first_word(asking);

	if (!mapping)
		return;
	mapping_resync(mapping);
	asking_say(asking,
		"Both sides of %s are asked who is there, and what differs is "
		"put right.",
		asking_label(mapping));
}
