/*
 * Removes, a little at a time, the messages of channels and all the channels
 * and users of app instances that were deleted, so that a deletion answers at
 * once whatever there was.
 */
#ifndef CHIMED_JANITOR_H
#define CHIMED_JANITOR_H

#include "chimed/db.h"
#include "util/attr.h"

#include <stdbool.h>

enum {
	JANITOR_STEP = 100, /* messages or users; or one channel */
};

/* Is there anything to do? Cheap. */
bool janitor_is_due(struct db *db);
/* Does one step, in the open transaction. */
void janitor_step(struct db *db);

#endif
