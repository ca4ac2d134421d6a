/*
 * The durable part of an attribute: either side's own form of what was agreed,
 * for one may have cut it, and whether a change was begun; as JSON.
 */
#ifndef RECONCILE_ATTRIBUTE_BASE_H
#define RECONCILE_ATTRIBUTE_BASE_H

#include "reconcile/reconcile.h"
#include "util/attr.h"

enum { ATTRIBUTE_BYTES_MAX = 4096 };

struct attribute_base {
	char *forms[SIDES]; /* both NULL: none */
	bool is_doing;      /* towards this side, from the other */
	enum reconcile_side doing_to;
	char *doing; /* what it was to become; or NULL */
};

void attribute_base_release(struct attribute_base *base);
/* Owned by the caller. */
char *attribute_base_encode(const struct attribute_base *base) MUST_CHECK;
/* Any text: -EBADMSG when it is not of ours; `ret` is left alone then. */
int attribute_base_decode(
	const char *text, struct attribute_base *ret) MUST_CHECK;

#endif
