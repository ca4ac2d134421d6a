/*
 * The arguments of a call: taken from where the operation's row says (path,
 * query, body), checked against the row, and kept as one JSON object keyed by
 * API names. Unknown members are dropped, null is absent, an empty body is
 * {}. The bearer (a header) is not among them.
 *
 * Nothing is guessed at: broken UTF-8, lone surrogates, members and query
 * parameters that come twice are refused. \u0000 is kept in content and
 * metadata, as any other character, and refused elsewhere.
 */
#ifndef CHIMED_ARGS_H
#define CHIMED_ARGS_H

#include "chime/route.h"
#include "util/attr.h"
#include "util/digest.h"
#include "util/err.h"
#include "util/str.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct args {
	json_t *values; /* owned */
};

/* Borrowed for args_collect(). */
struct args_source {
	const struct chime_route *route;
	struct span query;
	const char *body;
	size_t body_len;
};

/* 0 or -EINVAL with a text for the caller; `ret` needs args_release() then
 * too. */
int args_collect(const struct args_source *source, struct args *ret,
	struct err *err) MUST_CHECK;
void args_release(struct args *args);
#define AUTOARGS CLEANUP(args_release)

/* NULL when absent; borrowed. ret_len may be NULL. */
const char *args_text(
	const struct args *args, const char *name, size_t *ret_len);
/* Integers may come as text (query) or number. */
int64_t args_int(const struct args *args, const char *name, int64_t fallback);
/* Wall ms. */
int64_t args_time_ms(
	const struct args *args, const char *name, int64_t fallback);

/*
 * A digest that is equal for equal arguments, whatever their order or
 * spelling on the wire. `but` is a NULL-ended list of names left out, or NULL.
 */
void args_digest(const struct args *args, const char *const *but,
	uint8_t out[SHA256_BYTES]);

#endif
