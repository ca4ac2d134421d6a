/*
 * Answers on their way out: at once or held back for a while, whole or cut.
 * At most OUTBOX_LATE wait; what comes beyond that is not held back.
 */
#ifndef CHIMED_OUTBOX_H
#define CHIMED_OUTBOX_H

#include "chimed/answer.h"
#include "net/httpd.h"
#include "net/loop.h"
#include "util/attr.h"

enum { OUTBOX_LATE = 4096 };

struct outbox;

struct outbox *outbox_new(struct loop *loop) MUST_CHECK;
/* Sends what still waits. NULL is fine. */
void outbox_free(struct outbox *outbox);
/* Answers the request; takes what the answer owns. */
void outbox_send(struct outbox *outbox, struct httpd_request *request,
	struct answer *answer);

#endif
