#include "end_irc/job.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

struct irc_job *irc_job_new(const struct parcel *parcel)
{
	struct irc_job *job = xcalloc(1, sizeof(*job));
	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->payload = xmemdup(parcel->payload, parcel->payload_len);
	job->payload_len = parcel->payload_len;
	job->sent = job->confirmed = parcel->progress;
	job->position = parcel->position;
	job->first_sent_ms = parcel->first_sent_ms;
	job->is_doubtful = parcel->first_sent_ms != 0;
	job->skip_doubt = parcel->skip_doubt;
	return job;
}

void irc_job_free(struct irc_job *job)
{
	free(job->source_id);
	free(job->payload);
	free(job->why);
	free(job);
}

void irc_job_fail(
	struct irc_job *job, enum receipt_outcome outcome, const char *why)
{
	if (job->failed)
		return;
	job->failed = true;
	job->outcome = outcome;
	set_string(&job->why, why);
}
