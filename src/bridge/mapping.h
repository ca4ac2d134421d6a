/*
 * One channel here and its counterpart there: two rooms, owned, and the two
 * lanes between them. For bridge.c; the rest of the world uses the functions
 * of bridge.h.
 */
#ifndef BRIDGE_MAPPING_H
#define BRIDGE_MAPPING_H

#include "bridge/bridge.h"
#include "bridge/lane.h"
#include "bridge/pause.h"
#include "people/kicks.h"
#include "people/mirror.h"
#include "util/hash.h"

/* It is removed when nothing is under way any more (bridge_retire()). */
struct retiring {
	struct bridge *bridge;
	struct mapping *mapping;
	struct timer *timer; /* armed for the deadline, or for now */
	loop_fn *fn;
	void *arg;
};

struct mapping {
	char *name;
	char *irc_label; /* NULL: not told; this and the next for people */
	char *chime_label;
	struct filter *filter;
	struct pause pause;
	struct lane *to_irc;
	struct lane *to_chime;
	/* Of people: likewise named after where they are shown. */
	struct mirror *shown_in_irc;
	struct mirror *shown_in_chime;
	struct kicks kicks;
	struct reconcile *reconcile; /* NULL: nothing is kept alike */
	struct end_room *irc;        /* NULL until attached */
	struct end_room *chime;
	struct retiring *retiring; /* NULL: it stays */
	UT_hash_handle hh;         /* by name, in the bridge */
};

struct mapping_env {
	struct loop *loop;
	struct store *store;
	const struct filters *filters; /* of all mappings; borrowed */
	int64_t died_ms;               /* see struct lane_params */
	/* Wall ms up to which one of this name that ended in this process
	 * listened to IRC; 0: there was none, or it never did. */
	int64_t heard_ms;
	loop_fn *on_idle; /* see struct lane_params */
	void *arg;
};

/* The mirror of those whose words go this way. */
struct mirror *mapping_mirror(const struct mapping *mapping, enum lane_way way);

/* NULL with -EIO, or -EINVAL (a pattern; logged). */
struct mapping *mapping_new(const struct mapping_env *env,
	const struct mapping_params *params, int *ret_error) MUST_CHECK;
/* Closes the rooms, then the lanes. NULL is fine. */
void mapping_free(struct mapping *mapping);
void mapping_stall(struct mapping *mapping, bool stalled);
void mapping_drain(struct mapping *mapping);
bool mapping_is_idle(const struct mapping *mapping);
/* Its filter may answer otherwise from now on. */
void mapping_refilter(struct mapping *mapping);
/* The same for one person of IRC alone; who is not there is not touched. */
void mapping_refilter_person(
	struct mapping *mapping, const struct person *person);

#endif
