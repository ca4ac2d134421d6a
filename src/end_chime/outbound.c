#include "end_chime/outbound.h"

#include "end_chime/job.h"
#include "end_chime/lookup.h"
#include "end_chime/peer.h"
#include "end_chime/proof.h"
#include "end_chime/speaker.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/step.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

enum {
	WAIT_FOR_PEOPLE_MS = 30 * 1000,
};

struct chime_outbound {
	struct loop *loop;
	struct chime_outbound_params params;
	char *object, *channel, *bridge;
	struct peer *peer; /* NULL: it is not of two */
	struct timer *pump;
	struct job *jobs; /* the head is being worked on */
	unsigned notes;   /* of these */
	struct users_wait *wait;
	struct chime_call *call;
	enum proof proof; /* that was asked for last */
	/* The last one counts until a try of this process ends unknown. */
	struct lookup lookup;
	bool closed;
};

static void chime_outbound_on_pump(void *arg);
static void chime_outbound_on_look_up(
	void *arg, const struct chime_result *failure);
static void job_step(struct chime_outbound *o, struct job *job);

static void chime_outbound_on_peer(void *arg)
{
	timer_arm(((struct chime_outbound *)arg)->pump, 0);
}

static struct peer *make_peer(struct chime_outbound *o, const char *arn)
{
	const struct peer_params params = {
		.client = o->params.client,
		.object = o->object,
		.channel = o->channel,
		.puppet = o->bridge,
		.peer = arn,
		.known = chime_outbound_on_peer,
		.arg = o,
	};
	return arn ? peer_new(o->loop, &params) : NULL;
}

struct chime_outbound *chime_outbound_new(
	struct loop *loop, const struct chime_outbound_params *params)
{
	struct chime_outbound *o = xcalloc(1, sizeof(*o));
	o->loop = loop;
	o->params = *params;
	o->lookup = (struct lookup){
		.client = params->client,
		.pages_max = params->look_up_pages,
		.done = chime_outbound_on_look_up,
		.arg = o,
	};
	o->object = xstrdup(params->object);
	o->channel = xstrdup(params->channel);
	o->bridge = xstrdup(params->bridge);
	o->peer = make_peer(o, params->peer);
	o->pump = timer_new(loop, chime_outbound_on_pump, o);
	return o;
}

static void chime_outbound_free(void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job, *tmp;
	DL_FOREACH_SAFE (o->jobs, job, tmp)
		job_free(job);
	lookup_release(&o->lookup);
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
	peer_close(TAKE(o->peer));
	if (o->call)
		chime_cancel(TAKE(o->call));
	lookup_cancel(&o->lookup);
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
	struct job *job = job_new(parcel);
	if (job->is_unreadable)
		log_error(o->object, "a parcel is unreadable: %s",
			parcel->payload);
	append(o, job);
}

void chime_outbound_note(struct chime_outbound *o, const char *text)
{
	if (o->notes >= OUTBOUND_NOTES_MAX)
		return;
	o->notes++;
	append(o, job_new_note(text));
}

void chime_outbound_heard(struct chime_outbound *o, const char *arn)
{
	peer_heard(o->peer, arn);
}

void chime_outbound_move(struct chime_outbound *o, const char *channel)
{
	set_string(&o->channel, channel);
	peer_move(o->peer, channel);
}

bool chime_outbound_has(const struct chime_outbound *o, const char *person_id)
{
	const struct job *job;
	DL_FOREACH (o->jobs, job)
		if (str_eq(job->content.person_id, person_id))
			return true;
	return false;
}

/* The ARN of who says it; owned. */
static char *bearer_of(const struct chime_outbound *o, const struct job *job)
{
	const char *person = job_person(job);
	return person ? users_arn(o->params.users, person) : xstrdup(o->bridge);
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
		char *AUTOFREE bearer = bearer_of(o, job);
		if (o->params.spoke && job_person(job) && !o->closed)
			o->params.spoke(o->params.arg, bearer);
	}
	if (!o->closed)
		o->params.receipt(o->params.arg, &receipt);
}

/* The head is finished, one way or another; `later` takes all with it. */
static void finish(struct chime_outbound *o, struct receipt receipt)
{
	struct job *done = NULL, *job, *tmp;
	if (receipt.outcome == RECEIPT_LATER)
		lookup_forget(&o->lookup);
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

/* The same, for what every member may do. */
static void finish_shut_out(
	struct chime_outbound *o, const struct chime_result *result)
{
	if (result->error == CHIME_FORBIDDEN && o->params.refused &&
		!chime_error_is_policy(result->error, result->code))
		o->params.refused(o->params.arg);
	finish_later(o, result);
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
	else if (o->proof == PROOF_READS)
		finish_shut_out(o, result);
	else
		finish_later(o, result);
}

static struct speaker speaker_of(
	const struct chime_outbound *o, struct job *job)
{
	return (struct speaker){
		.users = o->params.users,
		.channel = o->channel,
		.job = job,
	};
}

/*
 * A person may not speak. Whether that is about the person, and the line given
 * up, a call shows that the bridge itself must be able to make; when it is not,
 * the line waits as all others do.
 */
static void bar(struct chime_outbound *o, const struct chime_result *result,
	enum proof proof)
{
	const struct speaker speaker = speaker_of(o, o->jobs);
	if (chime_error_is_policy(result->error, result->code)) {
		finish_later(o, result);
		return;
	}
	int64_t ms = speaker_patience_ms(&speaker);
	if (ms >= 0) {
		timer_arm(o->pump, ms);
		return;
	}
	set_string(&o->jobs->barred, result->message);
	o->proof = proof;
	const struct proof_request request = {
		.client = o->params.client,
		.proof = proof,
		.channel = o->channel,
		.bridge = o->bridge,
	};
	o->call = proof_start(&request, chime_outbound_on_proof, o);
}

static void finish_sent(struct chime_outbound *o, const json_t *body)
{
	const char *id = json_get_string(body, "MessageId");
	const struct speaker speaker = speaker_of(o, o->jobs);
	speaker_was_heard(&speaker);
	if (job_is_denied(body))
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

static void chime_outbound_on_sent(const struct chime_result *result, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	const struct speaker speaker = speaker_of(o, job);
	step("Chime has answered");
	o->call = NULL;
	if (result->error == CHIME_OK) {
		finish_sent(o, result->body);
	} else if (result->error == CHIME_BAD_REQUEST) {
		finish_refused(o, result->message);
	} else if (speaker_renew(&speaker, result->error)) {
		timer_arm(o->pump, 0);
	} else if (result->error == CHIME_FORBIDDEN && job_person(job)) {
		bar(o, result, PROOF_READS);
	} else if (result->error == CHIME_CONFLICT && !job->looked_up) {
		/* The token was used for something else or is in use. */
		job->must_look_up = true;
		timer_arm(o->pump, 0);
	} else if (result->error == CHIME_CONFLICT &&
		   job_may_be_forgotten(job, o->params.token_trust_ms)) {
		/* Nobody is at it any more: it will be so for ever. */
		finish_refused(o, "its token was used for another message");
	} else {
		finish_shut_out(o, result);
	}
}

static void send(struct chime_outbound *o, struct job *job)
{
	char *AUTOFREE bearer = bearer_of(o, job);
	const struct job_words words = {
		.channel = o->channel,
		.bearer = bearer,
		.late_after_ms = o->params.late_after_ms,
		.token_trust_ms = o->params.token_trust_ms,
	};
	json_t AUTOJSON *members = job_members(job, &words);
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE,
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->call = chime_start(
		o->params.client, &request, chime_outbound_on_sent, o);
	step("send is called");
}

static void speak(struct chime_outbound *o, struct job *job)
{
	const struct speaker speaker = speaker_of(o, job);
	if (speaker_may_have_said_otherwise(&speaker)) {
		job->must_look_up = true;
		timer_arm(o->pump, 0);
	} else {
		send(o, job);
	}
}

static void speak_for(struct chime_outbound *o, struct job *job,
	const struct chime_result *failure)
{
	log_debug(o->object, "%s is spoken for: %s", job->content.name,
		failure->message);
	job->is_spoken_for = true;
	speak(o, job);
}

static void chime_outbound_on_user(
	const struct chime_result *failure, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	const char *person = job->content.person_id;
	o->wait = NULL;
	if (!failure && o->params.joined)
		o->params.joined(o->params.arg, person);
	if (o->closed)
		return;
	if (!failure)
		speak(o, job);
	else if (failure->error == CHIME_LIMIT)
		speak_for(o, job, failure);
	else if (failure->error == CHIME_BAD_REQUEST)
		finish_refused(o, failure->message);
	else if (failure->error == CHIME_FORBIDDEN &&
		 users_knows(o->params.users, person))
		bar(o, failure, job->renewed ? PROOF_READS : PROOF_MODERATES);
	else
		finish_later(o, failure);
}

static void ensure_user(struct chime_outbound *o, struct job *job)
{
	const struct users_request request = {
		.person_id = job->content.person_id,
		.nick = job->content.name,
		.channel = o->peer ? NULL : o->channel,
		.priority = CHIME_LIVE,
	};
	o->wait = users_ensure(
		o->params.users, &request, chime_outbound_on_user, o);
	if (!o->wait)
		speak(o, job);
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
	const char *id = lookup_find(&o->lookup, job->token);
	job->looked_up = true;
	if (id)
		finish_found(o, id);
	else
		timer_arm(o->pump, 0);
}

static void chime_outbound_on_look_up(
	void *arg, const struct chime_result *failure)
{
	struct chime_outbound *o = arg;
	if (failure)
		finish_later(o, failure);
	else
		judge(o, o->jobs);
}

static void look_up(struct chime_outbound *o, struct job *job)
{
	const struct lookup_request request = {
		.channel = o->channel,
		.bearer = o->bridge,
		.token = job->token,
		.from_ms = lookup_from_ms(&o->lookup, job->first_sent_ms),
	};
	if (!job->must_look_up && lookup_covers(&o->lookup, request.from_ms))
		judge(o, job);
	else
		lookup_start(&o->lookup, &request);
}

/* Who has left a conversation is not written to. */
static bool is_heard(struct chime_outbound *o, const struct job *job)
{
	enum peer_answer answer = job->is_note ? PEER_HERE : peer_ask(o->peer);
	if (answer == PEER_GONE)
		finish_refused(o, "the other has left the conversation");
	return answer == PEER_HERE;
}

static void job_step(struct chime_outbound *o, struct job *job)
{
	bool needs_look_up = job_needs_look_up(job, o->params.token_trust_ms);
	/* What is fresh ends what a restart had to catch up with. */
	if (!job->is_note && !job->looked_up && !needs_look_up)
		lookup_forget(&o->lookup);
	if (job->is_unreadable)
		finish_refused(o, "the payload is unreadable");
	else if (needs_look_up)
		look_up(o, job);
	else if (!is_heard(o, job))
		return;
	else if (job_person(job))
		ensure_user(o, job);
	else
		send(o, job);
}
