#include "fake_stands.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fake stands: %s\n", what);
	abort();
}

static struct fake_stands *of(struct end_room *room)
{
	return (struct fake_stands *)room;
}

static void copy(char word[FAKE_STAND_WORD], const char *text)
{
	snprintf(word, FAKE_STAND_WORD, "%s", str_or_empty(text));
}

void fake_stands_note(
	struct fake_stands *stands, const struct standing_change *change)
{
	struct fake_stand *one = &stands->calls[stands->count];

	must(stands->count < FAKE_STANDS_MAX, "too many calls");
	for (size_t i = 0; i < stands->count; i++)
		must(stands->calls[i].kind != change->kind ||
				!str_eq(stands->calls[i].id, change->person_id),
			"two calls for one person");
	stands->count++;
	stands->asked++;
	if (stands->count > stands->most)
		stands->most = stands->count;
	*one = (struct fake_stand){
		.kind = change->kind,
		.is_set = change->is_set,
		.is_native = change->is_native,
		.has_rule = change->rule != NULL,
	};
	copy(one->id, change->person_id);
	copy(one->name, change->name);
	copy(one->rule, change->rule);
	copy(one->by, change->by);
}

void fake_stands_set(struct fake_stands *stands, enum attribute attribute,
	const char *value, const char *by)
{
	struct fake_set *one = &stands->sets[stands->set_count];

	must(stands->set_count < FAKE_SETS_MAX, "too many attributes");
	stands->set_count++;
	one->attribute = attribute;
	copy(one->value, value);
	copy(one->by, by);
}

struct fake_stand fake_stands_take(struct fake_stands *stands, size_t n)
{
	struct fake_stand one;

	must(n < stands->count, "no call to be answered");
	one = stands->calls[n];
	stands->count--;
	memmove(&stands->calls[n], &stands->calls[n + 1],
		(stands->count - n) * sizeof(one));
	return one;
}

struct fake_set fake_sets_take(struct fake_stands *stands)
{
	struct fake_set one;

	must(stands->set_count > 0, "no attribute to be answered");
	one = stands->sets[0];
	stands->set_count--;
	memmove(&stands->sets[0], &stands->sets[1],
		stands->set_count * sizeof(one));
	return one;
}

static void moderate(struct end_room *room, bool on)
{
	of(room)->moderated += on;
}

static void stand(struct end_room *room, const struct standing_change *change)
{
	fake_stands_note(of(room), change);
}

static char *rule_for(
	struct end_room *room, const struct standing_change *change)
{
	(void)change;
	return xstrdup_null(of(room)->rule);
}

static void set_attribute(struct end_room *room, enum attribute attribute,
	const char *value, const char *by)
{
	fake_stands_set(of(room), attribute, value, by);
}

void fake_stands_init(struct fake_stands *stands)
{
	static const struct end_ops ops = {
		.moderate = moderate,
		.stand = stand,
		.rule_for = rule_for,
		.set_attribute = set_attribute,
	};

	*stands = (struct fake_stands){.room = {.ops = &ops}};
}
