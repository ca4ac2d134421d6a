/*
 * A set of members of a channel, by ARN: what one listing brought, or what was
 * last told of it. Owns all that is in it. Starts as {0}.
 */
#ifndef END_CHIME_MEMBERS_H
#define END_CHIME_MEMBERS_H

#include "util/attr.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct member {
	char *arn;
	char *name;      /* never empty */
	bool is_hidden;  /* sees all and is not seen */
	bool is_own;     /* the bridge's user, or a puppet */
	int64_t read_ms; /* has read up to then; 0: it is not known */
	UT_hash_handle hh;
};

struct members {
	struct member *first; /* for HASH_ITER */
};

void members_release(struct members *members);
size_t members_count(const struct members *members);
struct member *members_find(const struct members *members, const char *arn);
/* Finds or makes it. Without a name it has the last part of its ARN. */
struct member *members_put(
	struct members *members, const char *arn, const char *name);
void members_drop(struct members *members, struct member *member);
/* Drops all that are hidden, or all that are not. */
void members_drop_all(struct members *members, bool is_hidden);
/* Takes over the hidden ones that are not in `members` by themselves, but for
 * what they have read. */
void members_keep_hidden(struct members *members, const struct members *from);

#endif
