/*
 * What the steps of "provision" share: the calls, with patience for what was
 * just made, and the record of what was done.
 */
#ifndef CTL_PROVISION_STEP_H
#define CTL_PROVISION_STEP_H

#include "ctl/chime_session.h"
#include "ctl/plan.h"
#include "ctl/provision_conf.h"
#include "util/buf.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdio.h>

struct provision {
	struct chime_session *session;
	const struct plan *plan;
	FILE *progress;
	struct provisioned *there;
	struct buf made; /* ARNs of what was made in this run, for people */
};

/* All pages of what lists. Takes `members`; release `ret`. */
void provision_ask(struct provision *p, enum chime_op op, json_t *members,
	struct chime_answered *ret);
/* An answer that is a failure as an error: -EIO. */
int provision_failed(const struct chime_answered *answered, struct err *err);
/* Looks again for what was made. */
typedef bool provision_seen_fn(struct provision *p);
/*
 * Creates with a ClientRequestToken that follows from the request, so that it
 * has its effect once however often it is sent. A token may also recall what
 * was deleted since: what is not seen a while later is made again, without
 * it. Takes `members`; release `ret`.
 */
void provision_make(struct provision *p, enum chime_op op, json_t *members,
	provision_seen_fn *seen, struct chime_answered *ret);
void provision_set_token(enum chime_op op, json_t *members);
/* One line of progress: `what` is there, made in this run or before. */
void provision_tell(
	struct provision *p, bool made, const char *what, const char *arn);

#endif
