/*
 * From a request line to its operation, by the rows of chime/operations.h:
 * what the local service's router needs, and the reading of queries.
 */
#ifndef CHIME_ROUTE_H
#define CHIME_ROUTE_H

#include "chime/operations.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#include <stddef.h>

enum { CHIME_PATH_VALUES = 2, CHIME_PATH_VALUE_BYTES = 1601 };

struct chime_route {
	const struct chime_operation *operation;
	/* Decoded path values, in the order of the {...} of the path. */
	char values[CHIME_PATH_VALUES][CHIME_PATH_VALUE_BYTES];
	size_t value_count;
};

/*
 * Finds the operation of a request. `path` and `query` are as sent (values
 * are decoded per segment, so %2F inside an ARN is no separator). Where rows
 * share method and path, the one whose fixed query is present wins over the
 * one without, and a row without is not
 * taken for a scope or operation that no row has. 0; -ENOENT: no such path; -ENOTSUP: the path exists, with
 * other methods; -EINVAL: broken escape, NUL or overlong value.
 */
int chime_route(const char *method, struct span path, struct span query,
	struct chime_route *ret) MUST_CHECK;
/* The decoded value of a path member; NULL when it is not one. */
const char *chime_route_value(
	const struct chime_route *route, const char *member_name);

/*
 * Appends the decoded value of the first query parameter of that wire name.
 * 0, -ENOENT, or -EINVAL (broken escape).
 */
int chime_query_get(
	struct span query, const char *name, struct buf *out) MUST_CHECK;

#endif
