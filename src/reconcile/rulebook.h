/*
 * All rules (masks) of a side as it told them, whether they fit anybody who is
 * known or not. At most RULEBOOK_MAX; what is beyond is not remembered.
 */
#ifndef RECONCILE_RULEBOOK_H
#define RECONCILE_RULEBOOK_H

#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RULEBOOK_MAX = 10000 };

struct rulebook_row {
	UT_hash_handle hh;
	char *by; /* or NULL */
	int64_t at_ms;
	unsigned list; /* number of the list that named it last */
	bool is_own;   /* we have set it, for somebody */
	char text[];
};

/* Zero is empty. */
struct rulebook {
	struct rulebook_row *rows;
};

void rulebook_clear(struct rulebook *book);
const struct rulebook_row *rulebook_find(
	const struct rulebook *book, const char *text);
/* Told again it is brought up to date; NULL when there are too many. */
struct rulebook_row *rulebook_add(
	struct rulebook *book, const char *text, unsigned list);
void rulebook_set_by(struct rulebook_row *row, const char *by, int64_t at_ms);
void rulebook_remove(struct rulebook *book, const char *text);
/* Forgets what this list has not named. */
void rulebook_keep(struct rulebook *book, unsigned list);

#endif
