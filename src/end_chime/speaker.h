/*
 * The person who is to say a job in a channel, and how they stand there as far
 * as its tries have shown: whether it is worth waiting, asking once more from
 * scratch, or looking what an earlier try has said in other words. Keeps
 * nothing: what is known is in the job and in chime_users/users.h.
 */
#ifndef END_CHIME_SPEAKER_H
#define END_CHIME_SPEAKER_H

#include "chime/error.h"
#include "chime_users/users.h"
#include "end_chime/job.h"

/* All borrowed. */
struct speaker {
	struct users *users;
	const char *channel; /* ARN */
	struct job *job;
};

/*
 * The person may not speak. It may be a hiccup, or the person so new that not
 * all of the service knows: tried again a few times within seconds, the others
 * wait. Not for those of whom it is known: they would hold up all others with
 * each line. For how many ms to wait; -1: it is known now.
 */
int64_t speaker_patience_ms(const struct speaker *speaker) MUST_CHECK;
/* The person has spoken. */
void speaker_was_heard(const struct speaker *speaker);

/* The puppet is not (any more) what we remember: true when it is worth one
 * more try, from scratch; at most once for a job. */
bool speaker_renew(const struct speaker *speaker, enum chime_error error);

/*
 * May an earlier try have said it in other words? So it is when the puppet has
 * its place since after that only, as the bridge's user may have spoken for its
 * person; or the other way round.
 */
bool speaker_may_have_said_otherwise(const struct speaker *speaker);

#endif
