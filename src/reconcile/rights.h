/*
 * What we may change on each side. As long as nothing is told it is tried.
 */
#ifndef RECONCILE_RIGHTS_H
#define RECONCILE_RIGHTS_H

#include "reconcile/reconcile.h"

#include <stdbool.h>

struct right_state {
	bool is_denied;
	bool is_said; /* to the people in the rooms */
	char *why;    /* of a denial; owned */
};

/* Zero: all is allowed. */
struct rights {
	struct right_state states[SIDES][RIGHTS];
};

void rights_release(struct rights *rights);
/* Was it another? `why` may be NULL. */
bool rights_set(struct rights *rights, enum reconcile_side side,
	enum right right, bool may, const char *why);
/* Whether it may be changed. A denial is said to the people there when it first
 * matters, once; `say` may be NULL. */
struct rights_voice {
	void (*say)(void *arg, const char *text);
	void *arg;
};
bool rights_allow(struct rights *rights, enum reconcile_side side,
	enum right right, const struct rights_voice *voice);
/* "The bridge may not change bans on IRC: ..."; owned. */
char *rights_text(const struct rights *rights, enum reconcile_side side,
	enum right right) MUST_CHECK;
/* Why it may not be changed, for people; NULL: it may. */
const char *rights_denied(const struct rights *rights, enum reconcile_side side,
	enum right right);
enum right right_of_kind(enum standing_kind kind);
enum right right_of_attribute(enum attribute attribute);
/* "bans", "the topic", ... */
const char *right_name(enum right right);

#endif
