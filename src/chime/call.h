/*
 * The life of one call, behind chime_start() and chime_cancel() of client.h:
 *
 *	          +--------------------------------------+
 *	          v                                      |
 *	NEW -> BUDGET -> CREDS -> SENDING -> BACKOFF ----+
 *	 |        |        |         |          |
 *	 +-----> REFUSED   |         |          |
 *	            |      v         v          v
 *	            +--------------> DONE (answered or cancelled)
 *
 * Each state owns one thing that can happen next (a turn in a queue, a fetch,
 * an exchange, a timer), and leaving the state cancels it. A signature that
 * was refused for the clock or the credentials goes from SENDING to BUDGET
 * at once, one time each.
 *
 * May a request be sent again? Always when it surely had no effect (refused
 * by 429 or 503, never sent). When nobody knows, only if the row says so
 * (enum chime_retry): it reads, its method repeats harmlessly, or its token
 * lets the service recognise it.
 */
#ifndef CHIME_CALL_H
#define CHIME_CALL_H

#include "chime/client.h"

enum {
	CALL_BACKOFF_MS = 250, /* the first pause, at most */
	CALL_BACKOFF_CAP_MS = 8000,
	CALL_SKEW_MS = 60 * 1000, /* less cannot be why time was refused */
	CALL_MALFORMED_RETRIES = 2,
};

/* For logs and tests: "budget", "sending", ... */
const char *chime_call_state(const struct chime_call *call);

#endif
