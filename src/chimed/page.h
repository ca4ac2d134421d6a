/*
 * Page tokens: where a listing goes on, sealed so that only this state file's
 * own tokens are taken. A token belongs to one listing (`scope`: operation,
 * resource and filters) and names the last element of the page before, so
 * elements that come or go between pages neither repeat nor hide others.
 */
#ifndef CHIMED_PAGE_H
#define CHIMED_PAGE_H

#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

enum {
	PAGE_SECRET_BYTES = 32,
	PAGE_TOKEN_BYTES = 80, /* with NUL */
	PAGE_SCOPE_BYTES = 8,
	PAGE_DEFAULT = 50, /* elements, when MaxResults is absent */
};

struct page_position {
	int64_t time_ms; /* 0 where order is by id alone */
	int64_t id;
};

void page_seal(const uint8_t secret[PAGE_SECRET_BYTES],
	const uint8_t scope[PAGE_SCOPE_BYTES],
	const struct page_position *position, char out[PAGE_TOKEN_BYTES]);

/* 0, or -EINVAL: not made here, damaged, or of another listing. */
int page_unseal(const uint8_t secret[PAGE_SECRET_BYTES],
	const uint8_t scope[PAGE_SCOPE_BYTES], const char *token,
	struct page_position *ret) MUST_CHECK;

#endif
