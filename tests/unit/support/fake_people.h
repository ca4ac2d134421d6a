/*
 * The people's part of the fake end (fake_end.h): who is shown in a world on
 * behalf of the other side outlives crashes; which calls are under way does
 * not. Nothing happens by itself: the test answers each call as it likes, and
 * tells of natives through the end's sink.
 *
 * The contract is checked: no more calls under way than CALLS_MAX, no two for
 * one person, none that would change nothing but where nobody
 * had asked for it.
 */
#ifndef SUPPORT_FAKE_PEOPLE_H
#define SUPPORT_FAKE_PEOPLE_H

#include "model/end.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>

enum { FAKE_CALLS_MAX = 6, FAKE_ID_MAX = 64, FAKE_WORD_MAX = 128 };

struct fake_likeness {
	char id[FAKE_ID_MAX];
	char name[FAKE_WORD_MAX];
	bool is_unasked;  /* nobody called for it */
	bool is_in_doubt; /* is said to be, when asked who is shown */
	UT_hash_handle hh;
};

/* In a world. */
struct fake_people {
	struct fake_likeness *shown;
	unsigned admits, dismisses; /* calls */
	unsigned expels;
	unsigned reads;
	int expel_code;
	/* Of the last call of expel(), dismiss() and has_read(). */
	char person[FAKE_ID_MAX];
	char actor[FAKE_WORD_MAX];
	char reason[FAKE_WORD_MAX];
	int64_t read_ms;
};

struct fake_call {
	bool is_admit;
	char id[FAKE_ID_MAX];
	char name[FAKE_WORD_MAX];
};

/* In an end. */
struct fake_calls {
	struct fake_call calls[FAKE_CALLS_MAX];
	size_t count;
	bool is_watching;
	unsigned watched; /* how often watch(true) came */
};

struct fake_end;

void fake_people_release(struct fake_people *people);
/* Gives the end its verbs. */
void fake_people_ops(struct end_ops *ops);

size_t fake_shown_count(const struct fake_people *people);
/* NULL when they are not shown. */
const struct fake_likeness *fake_shown(
	const struct fake_people *people, const char *id);
/* As if it was so, or is not any more, without a call. */
void fake_show(struct fake_people *people, const char *id, const char *name);
void fake_unshow(struct fake_people *people, const char *id);

/* Answers the n-th call under way; false when there is none. */
bool fake_answer_at(
	struct fake_end *end, size_t n, const struct mirror_receipt *receipt);
/* The oldest, done. */
bool fake_answer(struct fake_end *end, enum mirror_outcome outcome);

/* Tells of a person of this world. */
void fake_tell(struct fake_end *end, enum presence_kind kind, const char *id,
	const char *name);

#endif
