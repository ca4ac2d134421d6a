#include "end_chime/outbound.h"

#include "chime/paging.h"
#include "end_chime/content.h"
#include "end_chime/tokens.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/rand.h"
#include "util/step.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

enum {
	/* 50 messages each. One is in memory at a time. */
	LOOK_UP_PAGES = 20000,
	WAIT_FOR_PEOPLE_MS = 30 * 1000,
	/* What was just made is known everywhere within a few seconds. */
	PATIENCE_TRIES = 3,
	PATIENCE_BASE_MS = 1000,
	PATIENCE_CAP_MS = 4000,
};

/* Of the bridge's own user, when a person may not speak or join. */
enum proof { PROOF_READS, PROOF_MODERATES };

/* One parcel under way, or a note. */
struct job {
	struct job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *token;
	size_t payload_len;
	struct content content;
	char *bearer;
	int64_t position;
	int64_t first_sent_ms;
	int64_t turn_ms;
	bool is_note;
	bool must_look_up;
	bool looked_up; /* not there yet, as far as listing tells */
	bool renewed;   /* its puppet or membership was made once more */
	struct backoff patience;
	char *barred; /* why its person may not speak */
};

struct chime_outbound {
	struct loop *loop;
	struct chime_outbound_params params;
	char *object, *channel, *bridge;
	struct timer *pump;
	struct job *jobs; /* the head is being worked on */
	unsigned notes;   /* of these */
	struct users_wait *wait;
	struct chime_paging *paging;
	struct chime_call *call;
	/* Of the last look-up, until a try of this process ends unknown. */
	struct tokens tokens;
	bool closed;
};

static void chime_outbound_on_pump(void *arg);
static void job_step(struct chime_outbound *o, struct job *job);

struct chime_outbound *chime_outbound_new(
	struct loop *loop, const struct chime_outbound_params *params)
{
	struct chime_outbound *o = xcalloc(1, sizeof(*o));
	o->loop = loop;
	o->params = *params;
	if (!o->params.look_up_pages)
		o->params.look_up_pages = LOOK_UP_PAGES;
	o->object = xstrdup(params->object);
	o->channel = xstrdup(params->channel);
	o->bridge = xstrdup(params->bridge);
	o->pump = timer_new(loop, chime_outbound_on_pump, o);
	return o;
}

static void job_free(struct job *job)
{
	content_release(&job->content);
	free(job->source_id);
	free(job->token);
	free(job->bearer);
	free(job->barred);
	free(job);
}

static void chime_outbound_free(void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job, *tmp;
	DL_FOREACH_SAFE (o->jobs, job, tmp)
		job_free(job);
	tokens_release(&o->tokens);
	free(o->object);
	free(o->channel);
	free(o->bridge);
	free(o);
}

void chime_outbound_close(struct chime_outbound *o)
{
	if (!o || o->closed)
		return;
	o->closed = true;
	users_cancel(TAKE(o->wait));
	if (o->call)
		chime_cancel(TAKE(o->call));
	if (o->paging)
		chime_paging_cancel(TAKE(o->paging));
	timer_free(TAKE(o->pump));
	loop_defer(o->loop, chime_outbound_free, o);
}

static void append(struct chime_outbound *o, struct job *job)
{
	DL_APPEND(o->jobs, job);
	if (o->jobs == job)
		timer_arm(o->pump, 0);
}

void chime_outbound_add(struct chime_outbound *o, const struct parcel *parcel)
{
	struct job *job = xcalloc(1, sizeof(*job));
	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->token = xstrdup(parcel->token);
	job->payload_len = parcel->payload_len;
	job->position = parcel->position;
	job->first_sent_ms = parcel->first_sent_ms;
	job->turn_ms = parcel->turn_ms;
	backoff_init(&job->patience, PATIENCE_BASE_MS, PATIENCE_CAP_MS);
	if (content_read(&job->content, parcel->payload, parcel->payload_len) <
		0)
		log_error(o->object, "a parcel is unreadable: %s",
			parcel->payload);
	else if (job->content.person_id)
		job->bearer =
			users_arn(o->params.users, job->content.person_id);
	else
		job->bearer = xstrdup(o->bridge);
	append(o, job);
}

void chime_outbound_note(struct chime_outbound *o, const char *text)
{
	char token[RAND_TOKEN_BYTES];
	if (o->notes >= OUTBOUND_NOTES_MAX)
		return;
	struct job *job = xcalloc(1, sizeof(*job));
	rand_token(token);
	job->is_note = true;
	job->source_id = xstrdup("");
	job->token = xstrdup(token);
	job->bearer = xstrdup(o->bridge);
	job->position = job->turn_ms = clock_wall_ms();
	content_note(&job->content, text);
	o->notes++;
	append(o, job);
}

static void chime_outbound_on_pump(void *arg)
{
	struct chime_outbound *o = arg;
	if (o->jobs)
		job_step(o, o->jobs);
}

static void give_receipt(
	struct chime_outbound *o, struct receipt receipt, const struct job *job)
{
	if (job->is_note) {
		o->notes--;
		log_debug(o->object, "said in the Chime channel: %s",
			receipt.why ? receipt.why : "done");
		return;
	}
	receipt.ticket = job->ticket;
	receipt.dest_id = str_or_empty(receipt.dest_id);
	if (receipt.outcome == RECEIPT_DONE) {
		receipt.complete = true;
		receipt.progress = job->payload_len;
		if (o->params.spoke && job->content.person_id && !o->closed)
			o->params.spoke(o->params.arg, job->bearer);
	}
	if (!o->closed)
		o->params.receipt(o->params.arg, &receipt);
}

/* The head is finished, one way or another; `later` takes all with it. */
static void finish(struct chime_outbound *o, struct receipt receipt)
{
	struct job *done = NULL, *job, *tmp;
	if (receipt.outcome == RECEIPT_LATER)
		tokens_release(&o->tokens);
	/* Nothing waits for a note. */
	bool later = receipt.outcome == RECEIPT_LATER && !o->jobs->is_note;
	DL_FOREACH_SAFE (o->jobs, job, tmp) {
		DL_DELETE(o->jobs, job);
		DL_APPEND(done, job);
		if (!later)
			break;
	}
	DL_FOREACH_SAFE (done, job, tmp) {
		give_receipt(o, receipt, job);
		job_free(job);
		receipt.why = "waits for an older one";
	}
	if (o->jobs && !o->closed)
		timer_arm(o->pump, 0);
}

static void finish_later(
	struct chime_outbound *o, const struct chime_result *result)
{
	bool people = result->error == CHIME_UNAUTHORIZED ||
		      result->error == CHIME_FORBIDDEN ||
		      result->error == CHIME_NOT_FOUND ||
		      result->error == CHIME_CONFLICT;
	finish(o, (struct receipt){
			  .outcome = RECEIPT_LATER,
			  .why = result->message,
			  .retry_ms = people ? WAIT_FOR_PEOPLE_MS
					     : result->retry_after_ms,
		  });
}

static void finish_refused(struct chime_outbound *o, const char *why)
{
	finish(o, (struct receipt){.outcome = RECEIPT_REFUSED, .why = why});
}

static void finish_barred(struct chime_outbound *o)
{
	char why[512];
	snprintf(why, sizeof(why), "%s may not speak in the channel: %s",
		o->jobs->content.name, o->jobs->barred);
	finish_refused(o, why);
}

static void chime_outbound_on_proof(
	const struct chime_result *result, void *arg)
{
	struct chime_outbound *o = arg;
	o->call = NULL;
	if (result->error == CHIME_OK)
		finish_barred(o);
	else
		finish_later(o, result);
}

static json_t *proof_members(const struct chime_outbound *o, enum proof proof)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", o->channel);
	json_set_string(members, "ChimeBearer", o->bridge);
	if (proof == PROOF_READS)
		json_object_set_new(members, "MaxResults", json_integer(1));
	else
		json_set_string(members, "AppInstanceUserArn", o->bridge);
	return members;
}

/*
 * It may be a hiccup, or the person so new that not all of the service knows:
 * tried again a few times within seconds, the others wait. Not for those of
 * whom it is known: they would hold up all others with each line.
 */
static bool be_patient(struct chime_outbound *o, struct job *job)
{
	const char *person = job->content.person_id;
	if (users_is_barred(o->params.users, person, o->channel))
		return false;
	if (job->patience.failures >= PATIENCE_TRIES) {
		users_set_barred(o->params.users, person, o->channel, true);
		return false;
	}
	timer_arm(o->pump, backoff_next_ms(&job->patience));
	return true;
}

/*
 * A person may not speak. Whether that is about the person, and the line given
 * up, a call shows that the bridge itself must be able to make; when it is not,
 * the line waits as all others do.
 */
static void bar(struct chime_outbound *o, const struct chime_result *result,
	enum proof proof)
{
	static const enum chime_op ops[] = {
		[PROOF_READS] = CHIME_LIST_CHANNEL_MESSAGES,
		[PROOF_MODERATES] = CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER,
	};
	if (chime_error_is_policy(result->error, result->code)) {
		finish_later(o, result);
		return;
	}
	if (be_patient(o, o->jobs))
		return;
	set_string(&o->jobs->barred, result->message);
	json_t AUTOJSON *members = proof_members(o, proof);
	const struct chime_request request = {
		.op = ops[proof],
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->call = chime_start(
		o->params.client, &request, chime_outbound_on_proof, o);
}

/* The puppet is not (any more) what we remember: once more, from scratch. */
static bool renew(
	struct chime_outbound *o, struct job *job, enum chime_error error)
{
	const char *person = job->content.person_id;
	if (!person || job->renewed)
		return false;
	if (error == CHIME_FORBIDDEN) {
		users_forget_member(o->params.users, person, o->channel);
	} else if (error == CHIME_UNAUTHORIZED || error == CHIME_NOT_FOUND) {
		users_forget_member(o->params.users, person, o->channel);
		users_forget(o->params.users, person);
	} else {
		return false;
	}
	job->renewed = true;
	return true;
}

static bool is_undelivered(const json_t *body)
{
	const char *status =
		json_get_string(json_object_get(body, "Status"), "Value");
	return str_eq(status, "DENIED") || str_eq(status, "FAILED");
}

static void finish_sent(struct chime_outbound *o, const json_t *body)
{
	const char *id = json_get_string(body, "MessageId");
	const char *person = o->jobs->content.person_id;
	if (person)
		users_set_barred(o->params.users, person, o->channel, false);
	if (is_undelivered(body))
		finish_refused(o, "the channel's flow has denied it");
	else if (!id || !*id) /* from somebody else than the service */
		finish(o, (struct receipt){
				  .outcome = RECEIPT_LATER,
				  .why = "the answer names no message",
			  });
	else
		finish(o, (struct receipt){
				  .outcome = RECEIPT_DONE,
				  .dest_id = id,
			  });
}

/* Was it sent so long ago that the service may not know its token any more?
 * So it is when that lies ahead of us: nobody knows how long ago that was. */
static bool may_be_forgotten(
	const struct chime_outbound *o, const struct job *job)
{
	int64_t age_ms = clock_wall_ms() - job->first_sent_ms;
	return job->first_sent_ms &&
	       (age_ms < 0 || age_ms >= o->params.token_trust_ms);
}

static void chime_outbound_on_sent(const struct chime_result *result, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	step("Chime has answered");
	o->call = NULL;
	if (result->error == CHIME_OK) {
		finish_sent(o, result->body);
	} else if (result->error == CHIME_BAD_REQUEST) {
		finish_refused(o, result->message);
	} else if (renew(o, job, result->error)) {
		timer_arm(o->pump, 0);
	} else if (result->error == CHIME_FORBIDDEN && job->content.person_id) {
		bar(o, result, PROOF_READS);
	} else if (result->error == CHIME_CONFLICT && !job->looked_up) {
		/* The token was used for something else, or is in use. */
		job->must_look_up = true;
		timer_arm(o->pump, 0);
	} else if (result->error == CHIME_CONFLICT &&
		   may_be_forgotten(o, job)) {
		/* Nobody is at it any more: it will be so for ever. */
		finish_refused(o, "its token was used for another message");
	} else {
		finish_later(o, result);
	}
}

/*
 * With its time, when it was late as its turn came: all tries say the same, for
 * as long as their token is known. What is not there after that is new.
 */
static json_t *content_of(const struct chime_outbound *o, const struct job *job)
{
	json_t *content = json_object_get(job->content.root, "content");
	bool is_new = job->looked_up && may_be_forgotten(o, job);
	int64_t now_ms = is_new ? clock_wall_ms() : job->turn_ms;
	int64_t age_ms = now_ms - job->position;
	if (!o->params.late_after_ms || job->position <= 0 ||
		age_ms < o->params.late_after_ms)
		return json_incref(content);
	char *AUTOFREE late = content_late(
		json_string_value(content), job->position, now_ms);
	return json_string(late);
}

static void send(struct chime_outbound *o, struct job *job)
{
	const struct content_mark mark = {
		.kind = job->content.kind,
		.source_id = job->source_id,
		.token = job->token,
		.said_ms = job->position,
	};
	char *AUTOFREE metadata = content_metadata(&mark);
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "ChannelArn",
			o->channel, "ChimeBearer", job->bearer, "Content",
			content_of(o, job), "Type",
			"STANDARD", "Persistence", "PERSISTENT", "Metadata",
			metadata, "ClientRequestToken", job->token);
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE,
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->call = chime_start(
		o->params.client, &request, chime_outbound_on_sent, o);
	step("send is called");
}

static void chime_outbound_on_user(
	const struct chime_result *failure, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	o->wait = NULL;
	if (!failure)
		send(o, job);
	else if (failure->error == CHIME_BAD_REQUEST)
		finish_refused(o, failure->message);
	else if (failure->error == CHIME_FORBIDDEN &&
		 users_knows(o->params.users, job->content.person_id))
		bar(o, failure, job->renewed ? PROOF_READS : PROOF_MODERATES);
	else
		finish_later(o, failure);
}

static void ensure_user(struct chime_outbound *o, struct job *job)
{
	const struct users_request request = {
		.person_id = job->content.person_id,
		.nick = job->content.name,
		.channel = o->channel,
	};
	o->wait = users_ensure(
		o->params.users, &request, chime_outbound_on_user, o);
	if (!o->wait)
		send(o, job);
}

static void finish_found(struct chime_outbound *o, const char *id)
{
	char *AUTOFREE message_id = xstrdup(id);
	log_info(o->object, "a line of %s was sent before: it is %s",
		o->jobs->content.name, id);
	finish(o, (struct receipt){
			  .outcome = RECEIPT_DONE,
			  .dest_id = message_id,
		  });
}

/* All that is there was looked at. */
static void judge(struct chime_outbound *o, struct job *job)
{
	const char *id = tokens_find(&o->tokens, job->token);
	job->looked_up = true;
	if (id)
		finish_found(o, id);
	else
		timer_arm(o->pump, 0);
}

static bool chime_outbound_on_look_up(const struct chime_page *page, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	if (page->last)
		o->paging = NULL;
	if (!page->items) {
		tokens_release(&o->tokens);
		finish_later(o, page->result);
		return false;
	}
	tokens_add_page(&o->tokens, page->items);
	if (page->truncated && !tokens_find(&o->tokens, job->token)) {
		/* It may stand where we did not come to. */
		tokens_release(&o->tokens);
		finish(o, (struct receipt){
				  .outcome = RECEIPT_LATER,
				  .why = "the channel is too long to be looked "
					 "through",
			  });
	} else if (page->last) {
		o->tokens.is_whole = o->tokens.is_whole && !page->truncated;
		tokens_end(&o->tokens);
		judge(o, job);
	}
	return true;
}

/* By the service's clock, as far as that is known. */
static int64_t look_up_from_ms(
	const struct chime_outbound *o, const struct job *job)
{
	struct chime_stats stats;
	int64_t from_ms = job->first_sent_ms;
	chime_client_stats(o->params.client, &stats);
	if (from_ms == 0 || from_ms > clock_wall_ms())
		from_ms = clock_wall_ms();
	if (stats.clock_offset_ms < 0)
		from_ms += stats.clock_offset_ms;
	return from_ms - LOOK_UP_MARGIN_MS;
}

static void look_up(struct chime_outbound *o, struct job *job)
{
	char from[CLOCK_ISO8601_BYTES];
	int64_t from_ms = look_up_from_ms(o, job);
	if (!job->must_look_up && tokens_cover(&o->tokens, from_ms)) {
		judge(o, job);
		return;
	}
	tokens_begin(&o->tokens, from_ms, job->token);
	clock_format_iso8601(from_ms, from);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:s, s:i}",
		"ChannelArn", o->channel, "ChimeBearer", o->bridge, "SortOrder",
		"ASCENDING", "NotBefore", from, "MaxResults", 50);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_MESSAGES,
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->paging = chime_paging_start(
		o->params.client, &request, o->params.look_up_pages,
		chime_outbound_on_look_up, o);
}

static bool needs_look_up(const struct chime_outbound *o, const struct job *job)
{
	return !job->looked_up &&
	       (job->must_look_up || may_be_forgotten(o, job));
}

static void job_step(struct chime_outbound *o, struct job *job)
{
	/* What is fresh ends what a restart had to catch up with. */
	if (!job->is_note && !job->looked_up && !needs_look_up(o, job))
		tokens_release(&o->tokens);
	if (!job->bearer)
		finish_refused(o, "the payload is unreadable");
	else if (needs_look_up(o, job))
		look_up(o, job);
	else if (job->content.person_id)
		ensure_user(o, job);
	else
		send(o, job);
}
