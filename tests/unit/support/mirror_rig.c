#include "mirror_rig.h"

#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { START_MS = 1000000 };

static void on_roster(void *arg, enum roster_state state)
{
	struct mirror_rig *rig = arg;

	mirror_on_roster(rig->mirror, state);
}

static void on_native(void *arg, const struct presence *presence)
{
	struct mirror_rig *rig = arg;

	mirror_on_presence(rig->mirror, presence);
}

static void on_read(void *arg, const char *person_id, int64_t at_ms)
{
	struct mirror_rig *rig = arg;

	mirror_on_read(rig->mirror, person_id, at_ms);
}

static void on_likeness(void *arg, const struct presence *presence)
{
	struct mirror_rig *rig = arg;

	mirror_on_likeness(rig->mirror, presence);
}

static void on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	struct mirror_rig *rig = arg;

	mirror_on_receipt(rig->mirror, receipt);
}

static void shut_down(struct mirror_rig *rig)
{
	if (!rig->mirror)
		return;
	rig->source->ops.close(&rig->source->room);
	rig->dest->ops.close(&rig->dest->room);
	mirror_free(rig->mirror);
	rig->mirror = NULL;
}

void mirror_rig_boot(struct mirror_rig *rig)
{
	struct end_sink source = {
		.roster = on_roster,
		.presence = on_native,
		.has_read = on_read,
		.arg = rig,
	};
	struct end_sink dest = {
		.presence = on_likeness,
		.mirrored = on_mirrored,
		.arg = rig,
	};
	bool to_irc = rig->setup.way == LANE_TO_IRC;

	shut_down(rig);
	rig->mirror = mirror_new(&rig->setup);
	rig->source =
		fake_end_new(to_irc ? &rig->chime : &rig->irc, &source, 1);
	rig->dest = fake_end_new(to_irc ? &rig->irc : &rig->chime, &dest, 1);
	rig->source->started = true;
	rig->dest->started = true;
	mirror_attach(rig->mirror, &rig->source->room, &rig->dest->room, true);
	drip_set_ready(rig->mirror, true);
}

void mirror_rig_init(struct mirror_rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	clock_freeze(START_MS, START_MS);
	rig->loop = loop_new();
	fake_worlds_init(&rig->irc, &rig->chime);
	rig->irc.has_people = true;
	rig->chime.has_people = true;
	rig->setup = (struct mirror_setup){
		.loop = rig->loop,
		.object = "mapping m",
		.way = LANE_TO_CHIME,
		.params =
			{
				.to_irc = MEMBERS_FULL,
				.to_chime = MEMBERS_FULL,
				.kicks = true,
				.quit_ms = 60000,
				.split_ms = 600000,
			},
		.kicks = &rig->kicks,
	};
	mirror_rig_boot(rig);
}

void mirror_rig_release(struct mirror_rig *rig)
{
	shut_down(rig);
	fake_people_release(&rig->irc.people);
	fake_people_release(&rig->chime.people);
	kicks_release(&rig->kicks);
	loop_free(rig->loop);
	clock_unfreeze();
}

void mirror_rig_tell(struct mirror_rig *rig, enum presence_kind kind,
	const char *id, const char *name)
{
	fake_tell(rig->source, kind, id, name);
}

void mirror_rig_list(struct mirror_rig *rig, const char *words)
{
	struct span rest = span_of(words);

	mirror_on_roster(rig->mirror, ROSTER_BEGINS);
	while (rest.len > 0) {
		struct span word = span_cut(&rest, ' ');
		char name[FAKE_ID_MAX];

		snprintf(name, sizeof(name), "%.*s", (int)word.len, word.p);
		mirror_rig_tell(rig, PRESENCE_HERE, name, name);
	}
	mirror_on_roster(rig->mirror, ROSTER_COMPLETE);
}

void mirror_rig_likeness(struct mirror_rig *rig, enum presence_kind kind,
	const char *id, const char *actor)
{
	struct presence presence = {
		.kind = kind,
		.origin = ORIGIN_SELF,
		.person = {.id = id, .name = "likeness"},
		.actor = actor,
		.reason = actor ? "spam" : NULL,
	};

	if (kind != PRESENCE_HERE && kind != PRESENCE_RENAMED)
		fake_unshow(&rig->dest->world->people, id);
	rig->dest->sink.presence(rig->dest->sink.arg, &presence);
}

size_t mirror_rig_answer(struct mirror_rig *rig, enum mirror_outcome outcome)
{
	size_t answered = 0;

	while (fake_answer(rig->dest, outcome))
		answered++;
	return answered;
}

void mirror_rig_wait(struct mirror_rig *rig, int64_t ms)
{
	clock_advance(ms);
	loop_turn(rig->loop, 0);
	loop_turn(rig->loop, 0);
}
