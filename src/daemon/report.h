/*
 * What the daemon is doing, as JSON for whoever asks: belfryctl(1) documents
 * the members.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "daemon/wire.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdint.h>

/* Owned by the caller. `started_ms` is monotonic. */
json_t *report_status(const struct wire *wire, int64_t started_ms) MUST_CHECK;

#endif
