#include "end_chime/speaker.h"

enum {
	/* A membership says in seconds when it was made. */
	SECOND_MS = 1000,
};

int64_t speaker_patience_ms(const struct speaker *speaker)
{
	struct job *job = speaker->job;
	const char *person = job->content.person_id;
	if (users_is_barred(speaker->users, person, speaker->channel))
		return -1;
	if (job->patience.failures >= JOB_PATIENCE_TRIES) {
		users_set_barred(
			speaker->users, person, speaker->channel, true);
		return -1;
	}
	return backoff_next_ms(&job->patience);
}

void speaker_was_heard(const struct speaker *speaker)
{
	const char *person = job_person(speaker->job);
	if (person)
		users_set_barred(
			speaker->users, person, speaker->channel, false);
}

bool speaker_renew(const struct speaker *speaker, enum chime_error error)
{
	struct job *job = speaker->job;
	const char *person = job_person(job);
	bool is_unknown =
		error == CHIME_UNAUTHORIZED || error == CHIME_NOT_FOUND;
	if (!person || job->renewed)
		return false;
	if (!is_unknown && error != CHIME_FORBIDDEN)
		return false;
	users_forget_member(speaker->users, person, speaker->channel);
	if (is_unknown)
		users_doubt(speaker->users, person);
	job->renewed = true;
	return true;
}

bool speaker_may_have_said_otherwise(const struct speaker *speaker)
{
	const struct job *job = speaker->job;
	const char *person = job->content.person_id;
	return person && job->first_sent_ms && !job->looked_up &&
	       (job->is_spoken_for || users_member_ms(speaker->users, person,
					      speaker->channel) +
						      SECOND_MS >=
					      job->first_sent_ms);
}
