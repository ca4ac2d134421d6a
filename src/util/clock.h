/*
 * Time in milliseconds. Both clocks can be replaced for tests; code that must
 * be testable asks these and never the system. Any thread may ask; what tests
 * set lives in globals of this file.
 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

/* CLOCK_MONOTONIC: for intervals and deadlines. */
int64_t clock_mono_ms(void);
/* CLOCK_REALTIME since 1970: for what people and services see. */
int64_t clock_wall_ms(void);

/* Tests: both clocks stand at these values until clock_unfreeze(). */
void clock_freeze(int64_t mono_ms, int64_t wall_ms);
void clock_advance(int64_t ms);
void clock_unfreeze(void);

/* "2021-01-19T18:00:00.123Z" (25 bytes with NUL). */
enum { CLOCK_ISO8601_BYTES = 32 };
void clock_format_iso8601(int64_t wall_ms, char out[CLOCK_ISO8601_BYTES]);
/* "20210119T180000Z" as SigV4 wants it. */
void clock_format_amz(int64_t wall_ms, char out[CLOCK_ISO8601_BYTES]);
/* ISO 8601 in UTC with 0..9 fraction digits and Z or +00:00; 0 or -EINVAL. */
int clock_parse_iso8601(const char *s, int64_t *ret_wall_ms) MUST_CHECK;
/* RFC 9110 IMF-fixdate: "Tue, 19 Jan 2021 18:00:00 GMT"; 0 or -EINVAL. */
int clock_parse_http_date(const char *s, int64_t *ret_wall_ms) MUST_CHECK;

#endif
