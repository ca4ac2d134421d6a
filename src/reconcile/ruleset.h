/*
 * The rules (masks) that fit one person, a few of them. Owns its texts. Zero is
 * empty. At most RULESET_MAX; longer ones than RULE_BYTES_MAX are not taken.
 */
#ifndef RECONCILE_RULESET_H
#define RECONCILE_RULESET_H

#include <stdbool.h>
#include <stddef.h>

enum { RULESET_MAX = 16, RULE_BYTES_MAX = 512 };

struct rule {
	char *text;
	unsigned list; /* number of the list that named it last */
	bool is_automatic;
};

struct ruleset {
	struct rule *items;
	size_t count;
};

void ruleset_release(struct ruleset *set); /* empty afterwards */
/* NULL when it is not in there. */
struct rule *ruleset_find(const struct ruleset *set, const char *text);
/* The one that is there, or a new one; NULL when there are too many. */
struct rule *ruleset_add(struct ruleset *set, const char *text);
/* Was it there? */
bool ruleset_remove(struct ruleset *set, const char *text);
/* Makes `set` hold what `from` holds. */
void ruleset_copy(struct ruleset *set, const struct ruleset *from);
/* Leaves only what is in `with` too. */
void ruleset_intersect(struct ruleset *set, const struct ruleset *with);
/* Is all of it in `of`? */
bool ruleset_is_within(const struct ruleset *set, const struct ruleset *of);
bool ruleset_is_automatic(const struct ruleset *set); /* all, and not none */

#endif
