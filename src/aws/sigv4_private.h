/*
 * What signing (sigv4.c) and checking (sigv4_verify.c) share. Nobody else
 * includes this.
 */
#ifndef AWS_SIGV4_PRIVATE_H
#define AWS_SIGV4_PRIVATE_H

#include "aws/sigv4.h"
#include "util/attr.h"
#include "util/str.h"

#include <stddef.h>

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"

/* Borrowed spans. */
struct sigv4_scope {
	struct span day; /* "20210119" */
	struct span region;
	struct span service;
};

/* What goes into the canonical request, besides the body's hash. */
struct sigv4_canon {
	const char *method;
	struct span path;
	struct span query;
	const char *skip; /* query parameter to leave out, or NULL */
	const struct sigv4_header *headers;
	size_t header_count;
	unsigned flags;
};

/* Fills out->canonical and out->signed_headers; body_sha256 must be set. */
int sigv4_build_canonical(
	struct sigv4_signed *out, const struct sigv4_canon *from) MUST_CHECK;
/* From out->canonical and out->date: string to sign and signature. */
int sigv4_finish(struct sigv4_key *key, const struct sigv4_scope *scope,
	struct sigv4_signed *out) MUST_CHECK;

#endif
