/*
 * The canonical form of an HTTP request that SigV4 signs: each part written
 * so that whatever a proxy or library may do to spelling does not matter.
 * Each function appends to `out`; 0, or -E2BIG when there are more parts than
 * SIGV4_MAX_… allows. Overflow of `out` is for the caller to see.
 */
#ifndef AWS_CANONICAL_H
#define AWS_CANONICAL_H

#include "aws/sigv4.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#include <stddef.h>

/* `flags` of enum sigv4_flag. */
int canonical_path(
	struct buf *out, struct span path, unsigned flags) MUST_CHECK;

/*
 * Parameters percent-encoded strictly, sorted by name, then value. The ones
 * named `skip` are left out (X-Amz-Signature when checking); NULL: none.
 */
int canonical_query(
	struct buf *out, struct span query, const char *skip) MUST_CHECK;

/*
 * "name:value\n" per header: names in lower case and sorted, values trimmed
 * with inner blanks made one, repeated names merged with commas; `names` gets
 * the list "a;b;c". At most SIGV4_MAX_HEADERS; -EINVAL for an empty name.
 */
int canonical_headers(struct buf *out, struct buf *names,
	const struct sigv4_header *headers, size_t count) MUST_CHECK;

#endif
