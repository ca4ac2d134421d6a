/*
 * Facts of the store (STORE_FACT) by the dozen: those of one space whose keys
 * begin alike.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "model/store.h"
#include "util/attr.h"

/* Forgets all of them ("" is every key). Reads from disk: for when something
 * ends for good. What was appended and is not saved yet may not be seen.
 * -EIO: the store cannot be read, and nothing is forgotten. */
int facts_forget(
	struct store *store, const char *space, const char *prefix) MUST_CHECK;

#endif
