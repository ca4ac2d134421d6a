/*
 * Asks for the lists of channels, NAMES where it is wanted and WHO, one channel
 * after the other for the whole network: servers are slow to answer them, and
 * throttle them. Lines are of the priority IRC_PRIO_BULK.
 *
 * Each channel gets CENSUS_ANSWER_MS for its answers, from when they are asked
 * for; then its asker is told to go without. Requests are cancelled by their
 * askers when the link is lost.
 *
 * What has been asked for once is kept true from then on (irc/track.h): who
 * only wants it known is told so at once where it is.
 */
#ifndef IRC_PEOPLE_CENSUS_H
#define IRC_PEOPLE_CENSUS_H

#include "irc/conn.h"
#include "net/loop.h"

#include <stdbool.h>

enum { CENSUS_ANSWER_MS = 30 * 1000 };

struct irc_census;
struct irc_census_request;

enum irc_census_want {
	CENSUS_KNOWN, /* WHO, unless it has been answered since we are there */
	CENSUS_WHO,
	CENSUS_NAMES, /* anew, and WHO */
};

/* `is_complete`: WHO was answered to its end. From the loop. */
typedef void irc_census_fn(void *arg, bool is_complete);

struct irc_census *irc_census_new(
	struct loop *loop, struct irc_conn *conn) MUST_CHECK;
/* No callback comes any more; what was asked for is gone. NULL is fine. */
void irc_census_free(struct irc_census *census);

/* The handle is gone when fn is called. */
struct irc_census_request *irc_census_ask(struct irc_census *census,
	const char *channel, enum irc_census_want want, irc_census_fn *fn,
	void *arg) MUST_CHECK;
/* NULL is fine. */
void irc_census_cancel(
	struct irc_census *census, struct irc_census_request *request);

/* Every message of now. */
void irc_census_take(
	struct irc_census *census, const struct irc_message *message);

#endif
