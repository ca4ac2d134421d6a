#include "end_chime/job.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/json.h"
#include "util/rand.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

struct job *job_new(const struct parcel *parcel)
{
	struct job *job = xcalloc(1, sizeof(*job));
	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->token = xstrdup(parcel->token);
	job->payload_len = parcel->payload_len;
	job->position = parcel->position;
	job->first_sent_ms = parcel->first_sent_ms;
	job->turn_ms = parcel->turn_ms;
	backoff_init(&job->patience, JOB_PATIENCE_BASE_MS, JOB_PATIENCE_CAP_MS);
	job->is_unreadable = content_read(&job->content, parcel->payload,
				     parcel->payload_len) < 0;
	return job;
}

struct job *job_new_note(const char *text)
{
	char token[RAND_TOKEN_BYTES];
	struct job *job = xcalloc(1, sizeof(*job));
	rand_token(token);
	job->is_note = true;
	job->source_id = xstrdup("");
	job->token = xstrdup(token);
	job->position = job->turn_ms = clock_wall_ms();
	content_note(&job->content, text);
	return job;
}

void job_free(struct job *job)
{
	content_release(&job->content);
	free(job->source_id);
	free(job->token);
	free(job->barred);
	free(job);
}

const char *job_person(const struct job *job)
{
	return job->is_spoken_for ? NULL : job->content.person_id;
}

bool job_may_be_forgotten(const struct job *job, int64_t token_trust_ms)
{
	int64_t age_ms = clock_wall_ms() - job->first_sent_ms;
	return job->first_sent_ms && (age_ms < 0 || age_ms >= token_trust_ms);
}

/*
 * With its time, when it was late as its turn came: all tries say the same, for
 * as long as their token is known. What is not there after that is new.
 */
static json_t *content_of(const struct job *job, const struct job_words *words)
{
	json_t *content = json_object_get(job->content.root, "content");
	bool is_new = job->looked_up &&
		      job_may_be_forgotten(job, words->token_trust_ms);
	int64_t now_ms = is_new ? clock_wall_ms() : job->turn_ms;
	int64_t age_ms = now_ms - job->position;
	bool is_late = words->late_after_ms && job->position > 0 &&
		       age_ms >= words->late_after_ms;
	if (!is_late && !job->is_spoken_for)
		return json_incref(content);
	char *AUTOFREE said = job->is_spoken_for
				      ? content_spoken_for(&job->content)
				      : xstrdup(json_string_value(content));
	if (!is_late)
		return json_string(said);
	char *AUTOFREE late = content_late(said, job->position, now_ms);
	return json_string(late);
}

/* Another message needs another token. */
static void token_of(const struct job *job, char ret[SHA256_HEX_BYTES])
{
	char *AUTOFREE source = xasprintf("spoken for %s", job->token);
	sha256_hex(source, strlen(source), ret);
}

json_t *job_members(const struct job *job, const struct job_words *words)
{
	char spoken_for[SHA256_HEX_BYTES];
	const struct content_mark mark = {
		.kind = job->content.kind,
		.source_id = job->source_id,
		.token = job->token,
		.said_ms = job->position,
	};
	char *AUTOFREE metadata = content_metadata(&mark);
	token_of(job, spoken_for);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "ChannelArn",
		words->channel, "ChimeBearer", words->bearer, "Content",
		content_of(job, words), "Type", "STANDARD", "Persistence",
		"PERSISTENT", "Metadata", metadata, "ClientRequestToken",
		job->is_spoken_for ? spoken_for : job->token);
}

bool job_needs_look_up(const struct job *job, int64_t token_trust_ms)
{
	return !job->looked_up &&
	       (job->must_look_up || job_may_be_forgotten(job, token_trust_ms));
}

bool job_is_denied(const json_t *body)
{
	const char *status =
		json_get_string(json_object_get(body, "Status"), "Value");
	return str_eq(status, "DENIED") || str_eq(status, "FAILED");
}
