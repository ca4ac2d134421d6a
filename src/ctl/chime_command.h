/*
 * `belfryctl chime OPERATION --member value ...`: from words to the members
 * of one request, driven by the rows of chime/operations.h.
 */
#ifndef CTL_CHIME_COMMAND_H
#define CTL_CHIME_COMMAND_H

#include "chime/operations.h"
#include "ctl/args.h"
#include "util/attr.h"
#include "util/err.h"

#include <jansson.h>
#include <stdbool.h>

struct chime_command {
	const struct chime_operation *operation;
	json_t *members; /* owned */
	bool all;        /* all pages */
};

/*
 * Parses what stands behind "chime"; options of belfryctl are accepted here
 * too. -EINVAL with `err` saying what is wrong and what would be right.
 */
int chime_command_parse(struct args *args, char **words,
	struct chime_command *ret, struct err *err) MUST_CHECK;
void chime_command_release(struct chime_command *command);

/*
 * Adds what was left out: the bearer (may be NULL: none known) and what a
 * sent message needs. Then checks every member. -EINVAL with `err`.
 */
int chime_command_complete(struct chime_command *command, const char *bearer,
	struct err *err) MUST_CHECK;

/* What is sent for a member that is left out; NULL: nothing is. */
const char *chime_command_preset(const struct chime_operation *operation,
	const struct chime_member *member);

#endif
