/*
 * Calls of Chime one after the other: each function blocks until its answer
 * is there. For a tool that lives as long as its command; a daemon uses
 * chime/client.h. A call that is throttled or fails in passing is tried
 * again a few times.
 */
#ifndef CTL_CHIME_SESSION_H
#define CTL_CHIME_SESSION_H

#include "chime/error.h"
#include "chime/operations.h"
#include "ctl/chime_target.h"
#include "util/attr.h"
#include "util/err.h"

#include <jansson.h>
#include <stdint.h>

struct chime_session;

/* Connects to nothing yet. NULL with `err`: an endpoint is no URL, ... */
struct chime_session *chime_session_new(
	const struct chime_target *target, struct err *err) MUST_CHECK;
void chime_session_free(struct chime_session *session);

struct chime_answered {
	enum chime_error error;
	json_t *body; /* owned; NULL: the answer has none, or error */
	char message[ERR_TEXT_BYTES]; /* one line for people; "" on success */
};

/* `members` is borrowed. Release what it filled in. */
void chime_session_call(struct chime_session *session, enum chime_op op,
	json_t *members, struct chime_answered *ret);
/*
 * All pages of an operation that lists: the last page's body, with the items
 * of all. NextToken is left in it only where the ceiling of pages cut it.
 */
void chime_session_list(struct chime_session *session, enum chime_op op,
	json_t *members, struct chime_answered *ret);
void chime_answered_release(struct chime_answered *answered);

/* Lets time pass. */
void chime_session_pause(struct chime_session *session, int64_t ms);

#endif
