/*
 * The content of a state file as lines of JSON: a header, a line per record,
 * and a last line that counts them, so that a text that was cut is not taken
 * for a whole one. The format is in belfryctl(1).
 */
#ifndef CTL_STATE_DUMP_H
#define CTL_STATE_DUMP_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Writes all that can be read. -EIO with `err` when that is not everything
 * (the text is whole even so, and says it is not complete), or when `out`
 * takes no more.
 */
int state_export(const char *path, FILE *out, struct err *err) MUST_CHECK;

/*
 * Fills a state file that holds nothing, with all of the text or, on failure,
 * with nothing. `err` names the line. *ret_complete: was the export?
 */
int state_import(const char *path, FILE *in, bool *ret_complete,
	struct err *err) MUST_CHECK;

#endif
