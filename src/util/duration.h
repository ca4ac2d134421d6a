/*
 * How long, as people write it: "90s", "30m", "2h", "7d". A whole number above
 * zero and one letter; at most ten years.
 */
#ifndef UTIL_DURATION_H
#define UTIL_DURATION_H

#include "util/attr.h"

#include <stdint.h>

/* -EINVAL: it is none. */
int duration_parse(const char *text, int64_t *ret_ms) MUST_CHECK;

#endif
