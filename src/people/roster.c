#include "people/roster.h"

#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

void roster_init(struct roster *roster, size_t ceiling)
{
	*roster = (struct roster){.ceiling = ceiling};
}

static void words_free(struct member_words *words)
{
	if (!words)
		return;
	free(words->why);
	free(words->actor);
	free(words->reason);
	free(words);
}

static void member_free(struct member *member)
{
	words_free(member->words);
	free(member->name);
	free(member);
}

void roster_release(struct roster *roster)
{
	struct member *member = NULL;
	struct member *next = NULL;

	HASH_ITER (hh, roster->members, member, next) {
		HASH_DEL(roster->members, member);
		member_free(member);
	}
}

struct member *roster_find(const struct roster *roster, const char *id)
{
	struct member *member = NULL;

	HASH_FIND(hh, roster->members, id, strlen(id), member);
	return member;
}

struct member *roster_add(
	struct roster *roster, const char *id, const char *name)
{
	size_t len = strlen(id);
	struct member *member;

	if (roster_size(roster) >= roster->ceiling)
		return NULL;
	member = xcalloc(1, sizeof(*member) + len + 1);
	memcpy(member->id, id, len + 1);
	member->queue = QUEUE_NONE;
	member_rename(member, name);
	HASH_ADD_KEYPTR(hh, roster->members, member->id, len, member);
	return member;
}

static void count(struct roster *roster, struct member *member, uint8_t bits)
{
	for (unsigned i = 0; i < MEMBER_COUNTS; i++) {
		unsigned bit = 1U << i;

		roster->counts[i] -= (member->counted & bit) != 0;
		roster->counts[i] += (bits & bit) != 0;
	}
	member->counted = bits;
}

void roster_drop(struct roster *roster, struct member *member)
{
	count(roster, member, 0);
	HASH_DEL(roster->members, member);
	member_free(member);
}

size_t roster_size(const struct roster *roster)
{
	return HASH_COUNT(roster->members);
}

static bool is_waiting(const struct member *member)
{
	return member->queue != QUEUE_NONE || member->work != WORK_NONE ||
	       member->bar == BAR_LATER;
}

void roster_recount(struct roster *roster, struct member *member)
{
	unsigned bits = 0;

	bits |= (unsigned)(member->place == MEMBER_HERE && !member->is_hidden)
		<< COUNT_HERE;
	bits |= (unsigned)member->is_shown << COUNT_SHOWN;
	bits |= (unsigned)is_waiting(member) << COUNT_WAITING;
	bits |= (unsigned)(member->bar == BAR_REFUSED) << COUNT_REFUSED;
	count(roster, member, (uint8_t)bits);
}

/* --- a member --------------------------------------------------------------
 */

bool member_rename(struct member *member, const char *name)
{
	size_t len;

	name = str_or_empty(name);
	len = utf8_fit(name, strlen(name), ROSTER_NAME_BYTES);
	if (member->name && strlen(member->name) == len &&
		memcmp(member->name, name, len) == 0)
		return false;
	free(member->name);
	member->name = xstrndup(name, len);
	return true;
}

/* FNV-1a: it need only notice a change. */
uint32_t member_name_hash(const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619U;
	return hash ? hash : 1;
}

bool member_is_stale(const struct member *member)
{
	return member->is_shown && member->shown_name != 0 &&
	       member->shown_name != member_name_hash(member->name);
}

static struct member_words *words_of(struct member *member)
{
	if (!member->words)
		member->words = xcalloc(1, sizeof(*member->words));
	return member->words;
}

void member_set_why(struct member *member, const char *why)
{
	if (why || member->words)
		set_string(&words_of(member)->why, why);
}

void member_set_removal(
	struct member *member, const char *actor, const char *reason)
{
	if (!actor && !reason && !member->words)
		return;
	set_string(&words_of(member)->actor, actor);
	set_string(&words_of(member)->reason, reason);
}

void member_clear_bar(struct member *member)
{
	member->bar = BAR_NONE;
	member->tries = 0;
	member_set_why(member, NULL);
}

void member_cast_out(struct member *member, const char *why)
{
	member->bar = BAR_OUT;
	member->bar_work = WORK_ADMIT;
	member->until_ms = INT64_MAX;
	member_set_why(member, why && *why ? why : NULL);
}

static bool is_leaving(const struct member *member)
{
	return member->is_shown && (member->place == MEMBER_AWAY ||
					   member->place == MEMBER_LINGERS);
}

const char *member_state(const struct member *member)
{
	static const char *const barred[] = {
		[BAR_NONE] = "not shown",
		[BAR_LATER] = "waiting",
		[BAR_REFUSED] = "refused",
		[BAR_NOT_SHOWN] = "not shown",
		[BAR_OUT] = "removed",
		[BAR_RETIRED] = "retired",
	};

	if (is_leaving(member))
		return "leaving";
	if (member->is_shown)
		return "shown";
	if (member->queue != QUEUE_NONE || member->work != WORK_NONE)
		return "waiting";
	return barred[member->bar];
}

const char *member_why(const struct member *member)
{
	if (member->words && member->words->why)
		return member->words->why;
	if (!member->is_shown && member->is_ignored)
		return "a filter ignores them";
	if (!member->is_shown && member->is_unshown)
		return "by a filter, or as they wish";
	return NULL;
}
