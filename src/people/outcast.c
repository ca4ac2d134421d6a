#include "people/outcast.h"

#include "model/facts.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static const char space[] = "outcast";

/* A tab in the name of a mapping would at worst make strangers known. */
static char *key_of(
	enum lane_way way, const char *mapping, const char *person_id)
{
	return xasprintf("%s\t%s\t%s", way == LANE_TO_IRC ? "irc" : "chime",
		mapping, person_id);
}

static char *make_key(const struct mirror *mirror, const char *person_id)
{
	return key_of(mirror->setup.way, mirror->setup.mapping, person_id);
}

/* Who is shown has been taken back, though that was not written down. */
static void on_fact(const struct store_record *record, void *arg)
{
	struct mirror *mirror = arg;
	char *AUTOFREE prefix = make_key(mirror, "");
	struct member *member;
	const char *id;

	if (!str_starts(record->key, prefix))
		return;
	id = record->key + strlen(prefix);
	member = roster_find(&mirror->roster, id);
	if (!member)
		member = mirror_meet(mirror, id, "");
	if (!member)
		return;
	member->is_noted_out = true;
	if (member->is_shown)
		return;
	member->place = MEMBER_UNSURE;
	member_cast_out(member, record->value);
}

void outcast_recall(struct mirror *mirror)
{
	struct store_query query = {.kind = STORE_FACT, .space = space};

	if (!mirror->setup.store)
		return;
	if (store_each(mirror->setup.store, &query, on_fact, mirror) < 0)
		log_warn(mirror->setup.object,
			"who was removed on %s cannot be read",
			mirror_side(mirror));
}

void outcast_note(struct mirror *mirror, struct member *member, bool is_over)
{
	bool is_out = member->bar == BAR_OUT && !is_over;
	char *AUTOFREE key = NULL;
	struct store_record record = {.kind = STORE_FACT, .space = space};

	if (is_out == member->is_noted_out || !mirror->setup.store)
		return;
	key = make_key(mirror, member->id);
	record.key = key;
	if (is_out)
		record.value =
			str_or_empty(member->words ? member->words->why : NULL);
	store_append(mirror->setup.store, &record);
	member->is_noted_out = is_out;
}

void outcast_forget(struct store *store, const char *mapping)
{
	char *AUTOFREE to_irc = key_of(LANE_TO_IRC, mapping, "");
	char *AUTOFREE to_chime = key_of(LANE_TO_CHIME, mapping, "");

	if (facts_forget(store, space, to_irc) < 0 ||
		facts_forget(store, space, to_chime) < 0)
		log_warn("bridge", "mapping %s: who was removed cannot be read",
			mapping);
}
