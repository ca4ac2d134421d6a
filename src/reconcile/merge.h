/*
 * One step of a three-way merge, as pure functions: what one side has changed
 * since both agreed goes to the other.
 */
#ifndef RECONCILE_MERGE_H
#define RECONCILE_MERGE_H

#include <stdbool.h>

/* Of a yes or no: on, off, or not known. */
enum tri { TRI_UNKNOWN = -1, TRI_OFF = 0, TRI_ON = 1 };

struct merge_ways {
	bool to_a;
	bool to_b;
};

/* What is to be done. */
struct merge_step {
	bool set_a, set_b; /* change this side... */
	bool value;        /* ...to this */
	bool settles;      /* both agree: this is the base from now on */
};

/* No base (TRI_UNKNOWN) is as TRI_OFF: what is on anywhere goes to the other.
 */
struct merge_step merge_flag(
	enum tri base, enum tri a, enum tri b, struct merge_ways ways);

/* Of a text: each side's own form of what was agreed; NULL: none, not known. */
struct merge_text {
	const char *base_a, *base_b;
	const char *a, *b;
	bool a_wins;
};

enum merge_text_step {
	MERGE_NOTHING,
	MERGE_TO_A, /* a takes b's */
	MERGE_TO_B,
	MERGE_SETTLE, /* a and b, as they are, are the base from now on */
};

enum merge_text_step merge_text(
	const struct merge_text *text, struct merge_ways ways);

#endif
