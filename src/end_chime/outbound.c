#include "end_chime/outbound.h"

#include "chime/decode.h"
#include "chime/paging.h"
#include "end_chime/content.h"
#include "end_chime/inbound.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/step.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

enum {
	LOOK_UP_MARGIN_MS = 60 * 1000, /* clocks may differ */
	WAIT_FOR_PEOPLE_MS = 30 * 1000,
};

/* One parcel under way. */
struct job {
	struct job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *token;
	size_t payload_len;
	struct content content;
	char *bearer;
	int64_t first_sent_ms;
	bool looked_up; /* not there yet, as far as listing tells */
	bool renewed;   /* its puppet or membership was made once more */
};

struct chime_outbound {
	struct loop *loop;
	struct chime_outbound_params params;
	char *object, *channel, *bridge;
	struct timer *pump;
	struct job *jobs; /* the head is being worked on */
	struct users_wait *wait;
	struct chime_paging *paging;
	struct chime_call *call;
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
	free(job);
}

static void chime_outbound_free(void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job, *tmp;
	DL_FOREACH_SAFE(o->jobs, job, tmp)
		job_free(job);
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

void chime_outbound_add(struct chime_outbound *o, const struct parcel *parcel)
{
	struct job *job = xcalloc(1, sizeof(*job));
	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->token = xstrdup(parcel->token);
	job->payload_len = parcel->payload_len;
	job->first_sent_ms = parcel->first_sent_ms;
	if (content_read(&job->content, parcel->payload,
		    parcel->payload_len) < 0)
		log_error(o->object, "a parcel is unreadable: %s",
			parcel->payload);
	else if (job->content.person_id)
		job->bearer = users_arn(
			o->params.users, job->content.person_id);
	else
		job->bearer = xstrdup(o->bridge);
	DL_APPEND(o->jobs, job);
	if (o->jobs == job)
		timer_arm(o->pump, 0);
}

static void chime_outbound_on_pump(void *arg)
{
	struct chime_outbound *o = arg;
	if (o->jobs)
		job_step(o, o->jobs);
}

static void give_receipt(struct chime_outbound *o, struct receipt receipt,
	const struct job *job)
{
	receipt.ticket = job->ticket;
	receipt.dest_id = str_or_empty(receipt.dest_id);
	if (receipt.outcome == RECEIPT_DONE) {
		receipt.complete = true;
		receipt.progress = job->payload_len;
	}
	if (!o->closed)
		o->params.receipt(o->params.arg, &receipt);
}

/* The head is finished, one way or another; `later` takes all with it. */
static void finish(struct chime_outbound *o, struct receipt receipt)
{
	struct job *done = NULL, *job, *tmp;
	bool later = receipt.outcome == RECEIPT_LATER;
	DL_FOREACH_SAFE(o->jobs, job, tmp) {
		DL_DELETE(o->jobs, job);
		DL_APPEND(done, job);
		if (!later)
			break;
	}
	DL_FOREACH_SAFE(done, job, tmp) {
		give_receipt(o, receipt, job);
		job_free(job);
		receipt.why = "waits for an older one";
	}
	if (o->jobs && !o->closed)
		timer_arm(o->pump, 0);
}

static void finish_later(struct chime_outbound *o, const struct chime_result *result)
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

static void finish_barred(struct chime_outbound *o, const struct chime_result *result)
{
	char why[512];
	snprintf(why, sizeof(why), "%s may not speak in the channel: %s",
		o->jobs->content.name, result->message);
	finish_refused(o, why);
}

/* The puppet is not (any more) what we remember: once more, from scratch. */
static bool renew(struct chime_outbound *o, struct job *job, enum chime_error error)
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
	} else if (result->error == CHIME_FORBIDDEN &&
		   job->content.person_id) {
		finish_barred(o, result);
	} else if (result->error == CHIME_CONFLICT && !job->looked_up) {
		/* The token was used for something else, or is in use. */
		job->first_sent_ms = job->first_sent_ms ? job->first_sent_ms
							: clock_wall_ms();
		job->first_sent_ms -= o->params.token_trust_ms;
		timer_arm(o->pump, 0);
	} else {
		finish_later(o, result);
	}
}

static void send(struct chime_outbound *o, struct job *job)
{
	char *AUTOFREE metadata = content_metadata(
		&job->content, job->source_id, job->token);
	json_t AUTOJSON *members = json_pack(
		"{s:s, s:s, s:O, s:s, s:s, s:s, s:s}", "ChannelArn",
		o->channel, "ChimeBearer", job->bearer, "Content",
		json_object_get(job->content.root, "content"), "Type",
		"STANDARD", "Persistence", "PERSISTENT", "Metadata", metadata,
		"ClientRequestToken", job->token);
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE,
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->call = chime_start(
		o->params.client, &request, chime_outbound_on_sent, o);
	step("send is called");
}

static void chime_outbound_on_user(const struct chime_result *failure, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	o->wait = NULL;
	if (!failure)
		send(o, job);
	else if (failure->error == CHIME_BAD_REQUEST)
		finish_barred(o, failure);
	else if (failure->error == CHIME_FORBIDDEN && job->renewed)
		finish_barred(o, failure);
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

/* Is our token among these messages? Its MessageId, owned, or NULL. */
static char *find_token(json_t *items, const char *token)
{
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item) {
		struct chime_message message;
		chime_decode_message(item, &message);
		char *AUTOFREE found = chime_inbound_token(message.metadata);
		if (str_eq(found, token))
			return xstrdup(message.message_id);
	}
	return NULL;
}

static bool chime_outbound_on_look_up(const struct chime_page *page, void *arg)
{
	struct chime_outbound *o = arg;
	struct job *job = o->jobs;
	if (!page->items) {
		o->paging = NULL;
		finish_later(o, page->result);
		return false;
	}
	char *AUTOFREE id = find_token(page->items, job->token);
	if (id) {
		o->paging = NULL;
		log_info(o->object, "a line of %s was sent before: it is %s",
			job->content.name, id);
		finish(o, (struct receipt){
			.outcome = RECEIPT_DONE,
			.dest_id = id,
		});
		return false;
	}
	if (page->last) {
		o->paging = NULL;
		job->looked_up = true;
		timer_arm(o->pump, 0);
	}
	return true;
}

static void look_up(struct chime_outbound *o, const struct job *job)
{
	char from[CLOCK_ISO8601_BYTES];
	clock_format_iso8601(job->first_sent_ms - LOOK_UP_MARGIN_MS, from);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:s, s:i}",
		"ChannelArn", o->channel, "ChimeBearer", o->bridge,
		"SortOrder", "ASCENDING", "NotBefore", from, "MaxResults", 50);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_MESSAGES,
		.members = members,
		.priority = CHIME_LIVE,
	};
	o->paging = chime_paging_start(
		o->params.client, &request, 0, chime_outbound_on_look_up, o);
}

static void job_step(struct chime_outbound *o, struct job *job)
{
	int64_t age = clock_wall_ms() - job->first_sent_ms;
	if (!job->bearer)
		finish_refused(o, "the payload is unreadable");
	else if (job->first_sent_ms && !job->looked_up &&
		 age >= o->params.token_trust_ms)
		look_up(o, job);
	else if (job->content.person_id)
		ensure_user(o, job);
	else
		send(o, job);
}
