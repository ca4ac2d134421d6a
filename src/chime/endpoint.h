/*
 * Where a plane of the service lives: an http or https URL taken apart into
 * what a signed request needs.
 */
#ifndef CHIME_ENDPOINT_H
#define CHIME_ENDPOINT_H

#include "util/attr.h"
#include "util/err.h"

#include <stddef.h>

struct endpoint {
	char *url;         /* owned; no slash at its end */
	size_t origin_len; /* of url: scheme, host, port; a path may follow */
	char *host;        /* owned; as in the Host header */
};

/* 0 or -EINVAL with a text that names the URL. */
int endpoint_init(
	struct endpoint *ret, const char *url, struct err *err) MUST_CHECK;
void endpoint_release(struct endpoint *endpoint);

#endif
