/*
 * Who has a standing in a channel (is banned, moderates), by ARN, with what is
 * known of how it came. Owns all that is in it. Starts as {0}.
 */
#ifndef CHIME_MODERATION_HOLDERS_H
#define CHIME_MODERATION_HOLDERS_H

#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is to be asked about one, most urgent first. */
enum holder_look {
	HOLDER_LOOK_NEW,     /* in the list for the first time: by whom? */
	HOLDER_LOOK_GONE,    /* not in the list any more: really? */
	HOLDER_LOOK_DETAILS, /* by whom, when: nobody waits for it */
	HOLDER_LOOK_NONE,
};

struct holder {
	char *arn;
	char *name;         /* never empty */
	char *by;           /* name of who did it; NULL: not known, or we */
	char *by_arn;       /* NULL: not known */
	int64_t at_ms;      /* wall; 0: not known */
	bool is_set;        /* as far as we have told, or did ourselves */
	bool is_ours;       /* done by us, in this process */
	bool is_told;       /* else it is not known who they are */
	unsigned listed;    /* number of the list that had it last */
	unsigned missed;    /* lists without it, in a row */
	int64_t touched_ms; /* mono, when we changed it; 0: never */
	enum holder_look look;
	UT_hash_handle hh;
};

struct holders {
	struct holder *first; /* for HASH_ITER */
};

void holders_release(struct holders *holders);
size_t holders_count(const struct holders *holders);
struct holder *holders_find(const struct holders *holders, const char *arn);
/* Finds or makes it. A name that is NULL or empty leaves the one that it has;
 * without any it is the last part of the ARN. */
struct holder *holders_put(
	struct holders *holders, const char *arn, const char *name);
void holders_drop(struct holders *holders, struct holder *holder);
/* The first one of those who are most urgently to be looked at; NULL: none. */
struct holder *holders_to_look(const struct holders *holders);

#endif
