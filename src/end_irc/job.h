/*
 * One parcel under way into a channel, and how far it is. Filled and moved on
 * by end_irc/outbound and end_irc/doubt.
 */
#ifndef END_IRC_JOB_H
#define END_IRC_JOB_H

#include "model/end.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irc_job {
	struct irc_job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *payload;
	size_t payload_len;
	size_t sent;      /* payload offset up to which lines were handed out */
	size_t confirmed; /* payload offset up to which they are confirmed */
	unsigned lines;   /* handed out */
	bool open;        /* the last of them: its fate is unknown */
	int64_t position;
	int64_t first_sent_ms;
	int64_t waits_since_ms; /* for its voice; 0: it does not */
	bool is_plain;          /* no other voice but the bridge's was heard */
	bool is_doubtful;       /* sent before: is it there already? */
	bool skip_doubt;        /* not to be sent again when nobody knows */
	bool is_final;          /* in doubt for ever */
	bool failed;
	enum receipt_outcome outcome; /* when failed */
	char *why;
};

/* A copy of the parcel. */
struct irc_job *irc_job_new(const struct parcel *parcel) MUST_CHECK;
void irc_job_free(struct irc_job *job);
/* The first failure counts. */
void irc_job_fail(
	struct irc_job *job, enum receipt_outcome outcome, const char *why);

#endif
