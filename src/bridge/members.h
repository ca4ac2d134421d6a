/*
 * People of one side as they are shown on the other, by mapping: for those who
 * ask. What mirrors them is people/mirror.h.
 */
#ifndef BRIDGE_MEMBERS_H
#define BRIDGE_MEMBERS_H

#include "model/store.h"
#include "people/people.h"

struct mapping;

/* One person of one side, as the mapping knows them. Borrowed. */
struct mapping_member {
	const char *person_id;
	const char *name;
	const char *as;    /* what shows them on the other side; or NULL */
	const char *state; /* "shown", "not shown", "waiting", "leaving", ... */
	const char *why;   /* they are not shown, for people; or NULL */
	int64_t read_ms;   /* their read marker; 0: not known */
};
/* Those whose words go this way; fn may change nothing. */
void mapping_members(struct mapping *mapping, enum lane_way way,
	void (*fn)(void *arg, const struct mapping_member *member), void *arg);
/* How far the mirror is, one way. */
void mapping_mirror_stats(const struct mapping *mapping, enum lane_way way,
	struct mirror_stats *ret);

#endif
