/*
 * The part of a fake end that is asked to change standings and attributes: it
 * keeps the calls until the test answers them. Stands alone as a room too.
 *
 * The contract is checked: no more calls under way than may be, and no two for
 * one person.
 */
#ifndef SUPPORT_FAKE_STANDS_H
#define SUPPORT_FAKE_STANDS_H

#include "model/end.h"

#include <stdbool.h>
#include <stddef.h>

enum { FAKE_STANDS_MAX = 24, FAKE_STAND_WORD = 64, FAKE_SETS_MAX = 3 };

struct fake_stand {
	enum standing_kind kind;
	bool is_set;
	bool is_native;
	bool has_rule;
	char id[FAKE_STAND_WORD];
	char name[FAKE_STAND_WORD];
	char rule[FAKE_STAND_WORD];
	char by[FAKE_STAND_WORD];
};

struct fake_set {
	enum attribute attribute;
	char value[FAKE_STAND_WORD];
	char by[FAKE_STAND_WORD];
};

struct fake_stands {
	struct end_room room;
	struct fake_stand calls[FAKE_STANDS_MAX];
	size_t count;
	size_t most; /* of them at once, so far */
	unsigned asked;
	struct fake_set sets[FAKE_SETS_MAX];
	size_t set_count;
	unsigned moderated;
	const char *rule; /* for whoever is to be banned; NULL: no say */
};

/* As a room of its own. */
void fake_stands_init(struct fake_stands *stands);
/* Takes the n-th call out. Aborts when there is none. */
struct fake_stand fake_stands_take(struct fake_stands *stands, size_t n);
struct fake_set fake_sets_take(struct fake_stands *stands);

/* For another end's verbs. */
void fake_stands_note(
	struct fake_stands *stands, const struct standing_change *change);
void fake_stands_set(struct fake_stands *stands, enum attribute attribute,
	const char *value, const char *by);

#endif
