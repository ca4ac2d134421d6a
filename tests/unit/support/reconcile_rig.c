#include "reconcile_rig.h"

#include "store/memory.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONO_MS = 1000000, LEAPS = 8 };
static const int64_t wall_ms = 1700000000000;

static void drop_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static size_t on_crowd(void *arg)
{
	struct reconcile_rig *rig = arg;

	return rig->crowd;
}

static void on_restored(
	void *arg, enum reconcile_side side, const char *person_id)
{
	struct reconcile_rig *rig = arg;

	rig->restores++;
	rig->restored_side = side;
	snprintf(rig->restored, sizeof(rig->restored), "%s", person_id);
}

static void on_say(void *arg, const char *text)
{
	struct reconcile_rig *rig = arg;

	rig->says++;
	snprintf(rig->said, sizeof(rig->said), "%s", text);
}

/* Three who are here: i1 "One", c1 "Two" and c2 "Two". */
static int on_find(void *arg, const char *who, struct reconcile_person *ret)
{
	(void)arg;
	if (str_eq_nocase(who, "two"))
		return -ENOTUNIQ;
	if (!str_eq(who, "i1") && !str_eq_nocase(who, "one"))
		return -ENOENT;
	*ret = (struct reconcile_person){
		.id = "i1",
		.name = "One",
		.home = SIDE_IRC,
	};
	return 0;
}

void reconcile_rig_init(struct reconcile_rig *rig)
{
	static const struct reconcile_ways both = {
		.to_irc = true,
		.to_chime = true,
	};

	*rig = (struct reconcile_rig){.crowd = 10};
	clock_freeze(MONO_MS, wall_ms);
	log_set_sink(drop_line, NULL);
	rig->loop = loop_new();
	rig->store = store_memory_new(rig->loop);
	rig->params = (struct reconcile_params){
		.loop = rig->loop,
		.store = rig->store,
		.mapping = "m",
		.winner = SIDE_IRC,
		.max_changes = 20,
		.crowd = on_crowd,
		.find = on_find,
		.restored = on_restored,
		.say = on_say,
		.arg = rig,
	};
	for (size_t i = 0; i < STANDING_KINDS; i++)
		rig->params.standings[i] = both;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		rig->params.attributes[i] = both;
	reconcile_rig_boot(rig);
}

void reconcile_rig_release(struct reconcile_rig *rig)
{
	reconcile_free(rig->reconcile);
	store_close(rig->store);
	loop_free(rig->loop);
	log_set_sink(NULL, NULL);
	clock_unfreeze();
}

void reconcile_rig_boot(struct reconcile_rig *rig)
{
	reconcile_free(rig->reconcile);
	for (size_t i = 0; i < SIDES; i++)
		fake_stands_init(&rig->ends[i]);
	rig->reconcile = reconcile_new(&rig->params);
	if (!rig->reconcile)
		abort();
	reconcile_attach(rig->reconcile, &rig->ends[SIDE_IRC].room,
		&rig->ends[SIDE_CHIME].room);
}

void reconcile_rig_crash(struct reconcile_rig *rig)
{
	reconcile_free(rig->reconcile);
	rig->reconcile = NULL;
	store_memory_crash(rig->store);
	reconcile_rig_boot(rig);
}

void reconcile_rig_wait(struct reconcile_rig *rig, int64_t ms)
{
	for (int i = 0; i < LEAPS; i++) {
		clock_advance(ms / LEAPS);
		loop_turn(rig->loop, 0);
	}
}

/* --- news ------------------------------------------------------------------
 */

void reconcile_rig_tell(struct reconcile_rig *rig, enum reconcile_side side,
	const struct standing *standing)
{
	reconcile_on_standing(rig->reconcile, side, standing);
}

static void tell_of(struct reconcile_rig *rig, enum reconcile_side side,
	const char *id, struct standing standing)
{
	struct person person = {.id = id, .name = id};

	standing.person = &person;
	standing.is_native = (id[0] == 'i') == (side == SIDE_IRC);
	standing.by = side == SIDE_IRC ? "oper" : "boss";
	reconcile_rig_tell(rig, side, &standing);
}

void reconcile_rig_ban(struct reconcile_rig *rig, enum reconcile_side side,
	const char *id, bool is_set)
{
	struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = is_set,
	};

	tell_of(rig, side, id, standing);
}

void reconcile_rig_mask(
	struct reconcile_rig *rig, const char *id, const char *rule)
{
	struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.rule = rule,
	};

	tell_of(rig, SIDE_IRC, id, standing);
}

void reconcile_rig_unmask(struct reconcile_rig *rig, const char *rule)
{
	struct standing standing = {.kind = STANDING_BANNED, .rule = rule};

	reconcile_rig_tell(rig, SIDE_IRC, &standing);
}

static void list_word(struct reconcile_rig *rig, enum reconcile_side side,
	enum standing_kind kind, char *word)
{
	char *rule = strchr(word, '=');
	struct standing standing = {.kind = kind, .is_set = true};

	if (rule)
		*rule++ = '\0';
	standing.rule = rule;
	if (*word)
		tell_of(rig, side, word, standing);
	else
		reconcile_rig_tell(rig, side, &standing);
}

void reconcile_rig_list(struct reconcile_rig *rig, enum reconcile_side side,
	enum standing_kind kind, const char *words)
{
	struct standing_list list = {
		.kind = kind,
		.state = ROSTER_BEGINS,
		.is_whole = true,
	};
	struct span rest = span_of(words);

	reconcile_on_standings(rig->reconcile, side, &list);
	while (rest.p) {
		struct span word = span_cut(&rest, ' ');
		char text[FAKE_STAND_WORD];

		snprintf(text, sizeof(text), "%.*s", (int)word.len, word.p);
		if (word.len > 0)
			list_word(rig, side, kind, text);
	}
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, side, &list);
}

/* --- answers ---------------------------------------------------------------
 */

void reconcile_rig_answer(struct reconcile_rig *rig, enum reconcile_side side,
	enum mirror_outcome outcome, const char *rule)
{
	struct fake_stand one = fake_stands_take(&rig->ends[side], 0);
	struct standing_receipt receipt = {
		.kind = one.kind,
		.is_set = one.is_set,
		.person_id = one.id,
		.outcome = outcome,
		.rule = rule,
		.why = outcome == MIRROR_DONE ? NULL : "because",
	};

	reconcile_on_stood(rig->reconcile, side, &receipt);
}

const char *reconcile_rig_asked(
	struct reconcile_rig *rig, enum reconcile_side side)
{
	static char text[3 * FAKE_STAND_WORD];
	const struct fake_stand *one = &rig->ends[side].calls[0];

	if (rig->ends[side].count == 0)
		return "";
	snprintf(text, sizeof(text), "%s %s%s%s", one->is_set ? "set" : "lift",
		one->id, one->has_rule ? " " : "",
		one->has_rule ? one->rule : "");
	return text;
}
