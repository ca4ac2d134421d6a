/*
 * A fault as it is asked for: OPERATION:WHAT[:RATE].
 *
 *	SendChannelMessage:500        all are refused
 *	send-channel-message:500-after:0.1   a tenth happens and is denied
 *	*:delay=2000:x3               the first three answers are late
 *
 * OPERATION is a name of the API, the same in kebab-case, or "*". WHAT is
 * a status (400 to 599) or the name of an exception, either with "-after"
 * when the call is to have its effect first; or "drop-before", "drop-after",
 * "delay=MS", "truncate", "garbage", "empty". RATE is a probability from 0 to
 * 1, or "xN": the first N calls.
 */
#ifndef CHIMED_FAULT_SPEC_H
#define CHIMED_FAULT_SPEC_H

#include "chime/operations.h"
#include "chimed/mishap.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdint.h>

enum { FAULT_SPEC_BYTES = 256, FAULT_SPEC_DELAY_MAX_MS = 600000 };

struct fault_spec {
	const struct chime_operation *operation; /* NULL: any */
	struct mishap mishap;
	double probability;
	uint64_t calls_left; /* UINT64_MAX: no end */
};

/* 0, or -EINVAL with a text that says what would be right. */
int fault_spec_parse(
	const char *text, struct fault_spec *ret, struct err *err) MUST_CHECK;

#endif
