/*
 * What the fuzz targets of the service share: a state in memory with an app
 * instance, an admin, a member, a channel and a message, and texts in which
 * `$I`, `$A`, `$B`, `$C`, `$M` stand for their ARNs and the message's id,
 * `$i` and so on for the same percent-encoded. Everything aborts that does
 * not work.
 */
#ifndef FUZZ_CHIMED_WORLD_H
#define FUZZ_CHIMED_WORLD_H

#include "chimed/db.h"
#include "chimed/service.h"
#include "util/buf.h"
#include "util/str.h"

#include <stdbool.h>

enum { WORLD_TEXT_BYTES = 1 << 20, WORLD_NAMES = 128 };

struct world {
	struct db *db;
	struct service *service;
	char *names[WORLD_NAMES]; /* by letter */
};

void world_init(struct world *world);
void world_release(struct world *world);

/* Are channel and message still there, for the next input? */
bool world_is_intact(struct world *world) MUST_CHECK;

/* Also after "$" in capitals the encoded names, when `encode`. */
void world_expand(const struct world *world, struct span in, bool encode,
	struct buf *out);
/*
 * A line with method and target (encoded), a line with the bearer, then the
 * body. The answer has its shape, or it aborts; owned by the caller, NULL when
 * empty.
 */
char *world_ask(struct world *world, struct span text) MUST_CHECK;
/* Aborts unless an answer with this status may have this body. */
void world_check(int status, const char *body);

#endif
