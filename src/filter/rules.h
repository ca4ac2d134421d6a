/*
 * The patterns of one group `filter` of the settings, ready to be asked.
 */
#ifndef FILTER_RULES_H
#define FILTER_RULES_H

#include "filter/filter.h"

struct rules;

/*
 * Copies all. NULL with `err` (-EINVAL), which names the list, the place in
 * it, and what is wrong: "filter.drop_irc: element 2: missing closing
 * parenthesis, at character 5".
 */
struct rules *rules_new(
	const struct filter_params *params, struct err *err) MUST_CHECK;
void rules_free(struct rules *rules); /* NULL is fine, here and below */
/* Are they made of just these patterns? */
bool rules_are(const struct rules *rules, const struct filter_params *params);

bool rules_ignore(const struct rules *rules, enum lane_way way,
	const struct person *person);
bool rules_never_puppet(const struct rules *rules, const struct person *person);
/* The expression that is found in the text, as it was written; or NULL. One
 * that gives up on it counts as not found, and is logged. */
const char *rules_drop(
	struct rules *rules, enum lane_way way, const char *text, size_t len);

/* Does the mask fit the person's address or name? */
bool rules_mask_fits(const char *mask, const struct person *person);

#endif
