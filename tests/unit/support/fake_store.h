/*
 * A store of facts alone, for tests of the ends: all that is appended is at
 * once as good as durable. A log says what was appended.
 */
#ifndef SUPPORT_FAKE_STORE_H
#define SUPPORT_FAKE_STORE_H

#include "model/store.h"
#include "util/buf.h"

enum { FAKE_STORE_FACTS = 2048 };

struct fake_fact {
	char *space;
	char *key;
	char *value;
};

struct fake_store {
	struct store base; /* first: it is what others hold */
	struct fake_fact facts[FAKE_STORE_FACTS];
	size_t count;
	bool is_broken; /* each() fails */
	struct buf log; /* "space key=value", "space key gone", a line each */
};

void fake_store_init(struct fake_store *fake);
void fake_store_release(struct fake_store *fake);
/* As if it was appended in an earlier life: the log does not tell. */
void fake_store_put(struct fake_store *fake, const char *space, const char *key,
	const char *value);

#endif
