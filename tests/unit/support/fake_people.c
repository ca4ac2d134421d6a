#include "fake_people.h"

#include "fake_end.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_end *of(struct end_room *room)
{
	return (struct fake_end *)room;
}

static struct fake_likeness *find(
	const struct fake_people *people, const char *id)
{
	struct fake_likeness *likeness = NULL;

	HASH_FIND_STR(people->shown, id, likeness);
	return likeness;
}

const struct fake_likeness *fake_shown(
	const struct fake_people *people, const char *id)
{
	return find(people, id);
}

size_t fake_shown_count(const struct fake_people *people)
{
	return HASH_COUNT(people->shown);
}

void fake_show(struct fake_people *people, const char *id, const char *name)
{
	struct fake_likeness *likeness = find(people, id);

	fake_must(strlen(id) < FAKE_ID_MAX, "id too long");
	if (!likeness) {
		likeness = xcalloc(1, sizeof(*likeness));
		snprintf(likeness->id, sizeof(likeness->id), "%s", id);
		HASH_ADD_STR(people->shown, id, likeness);
	}
	snprintf(likeness->name, sizeof(likeness->name), "%s", name);
	likeness->is_unasked = true;
}

void fake_unshow(struct fake_people *people, const char *id)
{
	struct fake_likeness *likeness = find(people, id);

	if (!likeness)
		return;
	HASH_DEL(people->shown, likeness);
	free(likeness);
}

void fake_people_release(struct fake_people *people)
{
	while (people->shown)
		fake_unshow(people, people->shown->id);
}

/* --- verbs -----------------------------------------------------------------
 */

static void fake_watch(struct end_room *room, bool on)
{
	struct fake_calls *calls = &of(room)->calls;

	fake_must(of(room)->started, "watched before it was started");
	calls->is_watching = on;
	calls->watched += on;
}

static void call(
	struct fake_end *end, bool is_admit, const char *id, const char *name)
{
	struct fake_calls *calls = &end->calls;
	struct fake_call *one = &calls->calls[calls->count];

	fake_must(calls->count < FAKE_CALLS_MAX, "too many calls under way");
	for (size_t i = 0; i < calls->count; i++)
		fake_must(!str_eq(calls->calls[i].id, id),
			"two calls for one person");
	fake_must(strlen(id) < FAKE_ID_MAX, "id too long");
	calls->count++;
	one->is_admit = is_admit;
	snprintf(one->id, sizeof(one->id), "%s", id);
	snprintf(one->name, sizeof(one->name), "%s", str_or_empty(name));
}

static void fake_admit(struct end_room *room, const struct person *person)
{
	const struct fake_likeness *is =
		find(&of(room)->world->people, person->id);

	fake_must(!is || is->is_unasked || !str_eq(is->name, person->name),
		"who is shown is to be shown");
	of(room)->world->people.admits++;
	call(of(room), true, person->id, person->name);
}

static void note_removal(
	struct fake_people *people, const struct removal *removal)
{
	snprintf(people->person, sizeof(people->person), "%s",
		removal->person_id);
	snprintf(people->actor, sizeof(people->actor), "%s",
		str_or_empty(removal->actor));
	snprintf(people->reason, sizeof(people->reason), "%s",
		str_or_empty(removal->reason));
}

static void fake_dismiss(struct end_room *room, const struct removal *removal)
{
	fake_must(find(&of(room)->world->people, removal->person_id) != NULL,
		"who is not shown is to go");
	of(room)->world->people.dismisses++;
	note_removal(&of(room)->world->people, removal);
	call(of(room), false, removal->person_id, removal->name);
}

static void fake_each_shown(struct end_room *room,
	void (*fn)(void *arg, const struct shown *shown), void *arg)
{
	struct fake_likeness *likeness = NULL;
	struct fake_likeness *next = NULL;

	HASH_ITER (hh, of(room)->world->people.shown, likeness, next) {
		char as[FAKE_WORD_MAX + 2];
		struct shown shown = {
			.person_id = likeness->id,
			.name = likeness->name,
			.as = as,
			.is_in_doubt = likeness->is_in_doubt,
		};

		snprintf(as, sizeof(as), "<%s>", likeness->name);
		fn(arg, &shown);
	}
}

static int fake_expel(struct end_room *room, const struct removal *removal)
{
	struct fake_people *people = &of(room)->world->people;

	people->expels++;
	note_removal(people, removal);
	return people->expel_code;
}

static void fake_has_read(
	struct end_room *room, const char *person_id, int64_t at_ms)
{
	struct fake_people *people = &of(room)->world->people;

	people->reads++;
	people->read_ms = at_ms;
	snprintf(people->person, sizeof(people->person), "%s", person_id);
}

void fake_people_ops(struct end_ops *ops)
{
	ops->watch = fake_watch;
	ops->admit = fake_admit;
	ops->dismiss = fake_dismiss;
	ops->shown = fake_each_shown;
	ops->expel = fake_expel;
	ops->has_read = fake_has_read;
}

/* --- steps -----------------------------------------------------------------
 */

static void take_effect(struct fake_people *people, const struct fake_call *one,
	enum mirror_outcome outcome)
{
	if (outcome == MIRROR_NOT_SHOWN ||
		(outcome == MIRROR_DONE && !one->is_admit))
		fake_unshow(people, one->id);
	if (outcome == MIRROR_DONE && one->is_admit) {
		fake_show(people, one->id, one->name);
		find(people, one->id)->is_unasked = false;
	}
}

bool fake_answer_at(
	struct fake_end *end, size_t n, const struct mirror_receipt *receipt)
{
	struct fake_calls *calls = &end->calls;
	struct mirror_receipt answer = *receipt;
	struct fake_call one;

	if (n >= calls->count)
		return false;
	one = calls->calls[n];
	calls->count--;
	memmove(&calls->calls[n], &calls->calls[n + 1],
		(calls->count - n) * sizeof(one));
	take_effect(&end->world->people, &one, receipt->outcome);
	answer.person_id = one.id;
	answer.is_here = one.is_admit;
	end->sink.mirrored(end->sink.arg, &answer);
	return true;
}

bool fake_answer(struct fake_end *end, enum mirror_outcome outcome)
{
	struct mirror_receipt receipt = {
		.outcome = outcome,
		.why = outcome == MIRROR_DONE ? NULL : "because",
	};

	return fake_answer_at(end, 0, &receipt);
}

void fake_tell(struct fake_end *end, enum presence_kind kind, const char *id,
	const char *name)
{
	struct presence presence = {
		.kind = kind,
		.person = {.id = id, .name = name},
	};

	end->sink.presence(end->sink.arg, &presence);
}
