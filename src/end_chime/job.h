/*
 * One parcel on its way into a channel, or a note: what is to be said, by whom,
 * and how far it is. Filled and moved on by end_chime/outbound.
 */
#ifndef END_CHIME_JOB_H
#define END_CHIME_JOB_H

#include "end_chime/content.h"
#include "model/end.h"
#include "util/backoff.h"

struct job {
	struct job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *token;
	size_t payload_len;
	struct content content;
	int64_t position;
	int64_t first_sent_ms;
	int64_t turn_ms;
	bool is_note;
	bool is_unreadable; /* its payload */
	bool is_spoken_for; /* by the bridge's user, in its person's stead */
	bool must_look_up;
	bool looked_up; /* not there yet, as far as listing tells */
	bool renewed;   /* its puppet or membership was made once more */
	struct backoff patience;
	char *barred; /* why its person may not speak */
};

enum {
	/* What was just made is known everywhere within a few seconds. */
	JOB_PATIENCE_TRIES = 3,
	JOB_PATIENCE_BASE_MS = 1000,
	JOB_PATIENCE_CAP_MS = 4000,
};

struct job *job_new(const struct parcel *parcel) MUST_CHECK;
struct job *job_new_note(const char *text) MUST_CHECK;
void job_free(struct job *job);

/* The id of the person whose puppet says it; NULL: the bridge's own user. */
const char *job_person(const struct job *job);

/* Was it sent so long ago that the service may not know its token any more?
 * So it is when that lies ahead of us: nobody knows how long ago that was. */
bool job_may_be_forgotten(const struct job *job, int64_t token_trust_ms);

/* Must be known first whether it is there already. */
bool job_needs_look_up(const struct job *job, int64_t token_trust_ms);

/* Does the answer say that a channel's flow has stopped it? */
bool job_is_denied(const json_t *body);

struct job_words {
	const char *channel; /* ARN */
	const char *bearer;  /* ARN of who says it */
	int64_t late_after_ms;
	int64_t token_trust_ms;
};
/* The members of SendChannelMessage; a new reference. */
json_t *job_members(
	const struct job *job, const struct job_words *words) MUST_CHECK;

#endif
