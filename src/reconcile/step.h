/*
 * What is to be done next about one entry: a pure function of what is known.
 */
#ifndef RECONCILE_STEP_H
#define RECONCILE_STEP_H

#include "reconcile/entry.h"

enum step_kind {
	STEP_NONE,
	STEP_SETTLE,  /* both agree: `value` is the base */
	STEP_CHANGE,  /* `side` is to become `value` */
	STEP_ORDERED, /* what was ordered is done, as far as it can be */
};

struct step {
	enum step_kind kind;
	enum reconcile_side side;
	bool value;
};

/* Both sides must be known as a whole. A bar does not change the step, but of
 * what is ordered. */
struct step step_of(
	const struct entry *entry, const struct reconcile_ways *ways);

#endif
