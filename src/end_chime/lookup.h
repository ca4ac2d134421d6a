/*
 * Looks through a channel for messages that were sent before: lists it from a
 * time on and keeps the tokens that it finds (end_chime/tokens.h), so that one
 * listing answers for many lines. A listing that did not come to its end says
 * nothing.
 */
#ifndef END_CHIME_LOOKUP_H
#define END_CHIME_LOOKUP_H

#include "chime/client.h"
#include "chime/paging.h"
#include "end_chime/tokens.h"

enum {
	/* Our clock may have been off then, unnoticed, or be off now. */
	LOOK_UP_MARGIN_MS = 60 * 60 * 1000,
};

/* Begins as {0}, with the first members filled in. */
struct lookup {
	struct chime_client *client; /* borrowed */
	unsigned pages_max;          /* of one listing; 0: 20000 */
	/* It has ended. NULL: all that is there was looked at. Else why not,
	 * valid during the call. From the loop only. */
	void (*done)(void *arg, const struct chime_result *failure);
	void *arg;

	struct tokens tokens;
	struct chime_paging *paging;
};

/* What is looked for; all strings are needed during the call only, but for
 * `token`, which is borrowed until the listing ends. */
struct lookup_request {
	const char *channel;
	const char *bearer; /* who lists */
	const char *token;
	int64_t from_ms;
};

/* Ends a listing that is under way: `done` does not come. */
void lookup_cancel(struct lookup *lookup);
void lookup_release(struct lookup *lookup);

/* One at a time. */
void lookup_start(struct lookup *lookup, const struct lookup_request *request);
/* What was found is not to be relied on any more. */
void lookup_forget(struct lookup *lookup);

/* Would a listing from this time on find nothing else? */
bool lookup_covers(const struct lookup *lookup, int64_t from_ms);
/* The MessageId, or NULL; valid until the next listing begins. */
const char *lookup_find(const struct lookup *lookup, const char *token);

/* From when on to look for what was first sent then (0: nobody knows), by the
 * service's clock, as far as that is known. */
int64_t lookup_from_ms(
	const struct lookup *lookup, int64_t first_sent_ms) MUST_CHECK;

#endif
