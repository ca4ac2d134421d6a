/*
 * People of one side as they are shown on the other, by mapping: what is to be
 * mirrored, and what is known of it. The rest of the bridge's interface is
 * bridge/bridge.h.
 */
#ifndef BRIDGE_PEOPLE_H
#define BRIDGE_PEOPLE_H

#include "model/store.h"
#include "reconcile/reconcile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping;

/* Who is shown on the other side (belfry.conf(5), mirror.members). */
enum members_policy { MEMBERS_OFF, MEMBERS_LAZY, MEMBERS_FULL };

/* Which way changes go, of what is kept alike (reconcile/reconcile.h). */
struct moderation_params {
	struct reconcile_ways standings[STANDING_KINDS];
	struct reconcile_ways attributes[ATTRIBUTES];
	enum reconcile_side winner;
	size_t max_changes;
	bool unban_restores;
};

struct mirror_params {
	enum members_policy to_irc;   /* people of Chime on IRC */
	enum members_policy to_chime; /* people of IRC in Chime */
	bool kicks;                   /* a removal there is one here */
	bool announce;                /* comings and goings on IRC, in words */
	int64_t quit_ms;              /* who quit IRC stays for so long */
	int64_t split_ms;             /* and whom a netsplit took */
};

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
struct mirror_stats {
	size_t here;    /* on their own side */
	size_t shown;   /* on the other */
	size_t waiting; /* to be shown, or to be taken away */
	size_t refused;
	bool is_known; /* the list of who is here has come */
	uint64_t admitted, dismissed, expelled; /* since the start */
};
void mapping_mirror_stats(const struct mapping *mapping, enum lane_way way,
	struct mirror_stats *ret);

#endif
