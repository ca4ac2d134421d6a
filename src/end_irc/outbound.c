#include "end_irc/outbound.h"

#include "end_irc/doubt.h"
#include "end_irc/outbound_private.h"
#include "end_irc/render.h"
#include "irc/delivery.h"
#include "util/alloc.h"
#include "util/step.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* One line on the wire; lines of a room are confirmed in order. */
struct line {
	struct line *prev, *next;
	struct irc_outbound *outbound;
	struct irc_job *job;
	struct irc_delivery *delivery;
	struct irc_voice voice;
	size_t end; /* payload offset behind it */
};

static void irc_outbound_pump(void *arg);

struct irc_outbound *irc_outbound_new(
	struct loop *loop, const struct irc_outbound_params *params)
{
	struct irc_outbound *o = xcalloc(1, sizeof(*o));
	o->loop = loop;
	o->params = *params;
	o->channel = xstrdup(params->channel);
	o->params.channel = o->channel;
	o->pump = timer_new(loop, irc_outbound_pump, o);
	return o;
}

static void line_free(struct irc_outbound *o, struct line *line)
{
	DL_DELETE(o->lines, line);
	free(line);
}

static void irc_outbound_free(void *arg)
{
	struct irc_outbound *o = arg;
	while (o->lines)
		line_free(o, o->lines);
	struct irc_job *job, *tmp;
	DL_FOREACH_SAFE (o->jobs, job, tmp)
		irc_job_free(job);
	irc_recent_release(&o->recent);
	free(o->channel);
	free(o);
}

void irc_outbound_close(struct irc_outbound *o)
{
	struct line *line;
	if (!o || o->closed)
		return;
	o->closed = true;
	DL_FOREACH (o->lines, line)
		irc_delivery_cancel(TAKE(line->delivery));
	timer_free(TAKE(o->pump));
	irc_lookup_free(TAKE(o->lookup));
	loop_defer(o->loop, irc_outbound_free, o);
}

void irc_outbound_wake(struct irc_outbound *o)
{
	if (!o->closed)
		timer_arm(o->pump, 0);
}

void irc_outbound_add(struct irc_outbound *o, const struct parcel *parcel)
{
	struct irc_job *job = irc_job_new(parcel);
	if (irc_recent_is_unsent(&o->recent, job->ticket))
		job->is_doubtful = false;
	DL_APPEND(o->jobs, job);
	irc_outbound_wake(o);
}

static void give_receipt(struct irc_outbound *o, const struct irc_job *job,
	enum receipt_outcome outcome, const char *dest_id)
{
	bool done = outcome == RECEIPT_DONE;
	if (o->closed)
		return;
	const struct receipt receipt = {
		.ticket = job->ticket,
		.outcome = outcome,
		.complete = done && job->confirmed >= job->payload_len,
		.progress = job->confirmed,
		.dest_id = str_or_empty(dest_id),
		.why = done ? NULL : job->why,
		.is_final = job->is_final,
	};
	if (done)
		irc_recent_note_msgid(&o->recent, receipt.dest_id);
	o->params.receipt(o->params.arg, &receipt);
}

/* Takes the failed job, and all younger ones unless it was refused, off the
 * list; returns them in order. */
static struct irc_job *take_back(struct irc_outbound *o)
{
	struct irc_job *out = NULL, *job, *tmp;
	bool back = false;
	DL_FOREACH_SAFE (o->jobs, job, tmp) {
		if (!job->failed && !back)
			continue;
		if (!job->failed)
			irc_job_fail(
				job, RECEIPT_LATER, "waits for an older one");
		back = back || job->outcome != RECEIPT_REFUSED;
		DL_DELETE(o->jobs, job);
		DL_APPEND(out, job);
	}
	return out;
}

/* Nothing is on the wire any more: what failed goes back, in order. */
static void settle(struct irc_outbound *o)
{
	struct irc_job *back = take_back(o), *job, *tmp;
	o->settling = false;
	DL_FOREACH_SAFE (back, job, tmp) {
		irc_recent_note_ticket(&o->recent, job->ticket,
			job->outcome == RECEIPT_LATER && !job->is_doubtful);
		give_receipt(o, job, job->outcome, NULL);
		irc_job_free(job);
	}
}

static const struct {
	enum irc_delivery_outcome from;
	enum receipt_outcome to;
} outcome_rows[] = {
	{IRC_DELIVERY_REFUSED, RECEIPT_REFUSED},
	{IRC_DELIVERY_BLOCKED, RECEIPT_LATER},
	{IRC_DELIVERY_UNSENT, RECEIPT_LATER},
	{IRC_DELIVERY_LOST, RECEIPT_IN_DOUBT},
};

/* A message does not fail because of who was to say it: the bridge says it.
 * But for what may be there already. */
static bool line_is_unheard(
	struct line *line, const struct irc_delivery_result *result)
{
	struct irc_outbound *o = line->outbound;
	struct irc_job *job = line->job;
	if (line->voice.way == IRC_WAY_BRIDGE ||
		result->outcome == IRC_DELIVERY_LOST)
		return false;
	job->is_plain = true;
	job->sent = job->confirmed;
	job->lines--;
	if (o->params.unheard)
		o->params.unheard(o->params.arg, job->payload, job->payload_len,
			line->voice.way, result->why);
	return true;
}

static void line_failed(
	struct line *line, const struct irc_delivery_result *result)
{
	if (line_is_unheard(line, result))
		return;
	line->outbound->settling = true;
	for (size_t i = 0; i < ARRAY_LEN(outcome_rows); i++)
		if (outcome_rows[i].from == result->outcome)
			irc_job_fail(
				line->job, outcome_rows[i].to, result->why);
}

bool irc_outbound_confirm(struct irc_outbound *o, struct irc_job *job,
	size_t end, const char *msgid)
{
	job->confirmed = end;
	give_receipt(o, job, RECEIPT_DONE, msgid);
	if (o->closed)
		return true;
	if (job->confirmed < job->payload_len)
		return false;
	DL_DELETE(o->jobs, job);
	irc_job_free(job);
	return true;
}

static void line_on_result(const struct irc_delivery_result *result, void *arg)
{
	struct line *line = arg;
	struct irc_outbound *o = line->outbound;
	step("IRC has answered");
	line->delivery = NULL;
	o->open--;
	line->job->open = false;
	if (result->outcome == IRC_DELIVERY_CONFIRMED)
		(void)irc_outbound_confirm(
			o, line->job, line->end, result->msgid);
	else
		line_failed(line, result);
	line_free(o, line);
	if (o->settling && !o->open)
		settle(o);
	irc_outbound_wake(o);
}

static int send_line(struct irc_outbound *o, struct irc_job *job,
	const struct irc_draft *draft, const struct buf *text, size_t end)
{
	const struct rendered *r = &draft->rendered;
	const struct irc_voice *voice = draft->voice;
	struct line *line = xcalloc(1, sizeof(*line));
	char *AUTOFREE id =
		xasprintf("%s.%zu", job->source_id, end - r->text_at);
	const struct irc_delivery_request request = {
		.command = r->command,
		.channel = o->channel,
		.text = text->data,
		.text_len = text->len,
		/* How far the text is said with this line. */
		.id = id,
		.relay_nick = voice->way == IRC_WAY_RELAY ? voice->nick : NULL,
	};
	line->outbound = o;
	line->voice = *voice;
	line->job = job;
	line->end = end;
	int error = irc_deliver(
		voice->conn, &request, line_on_result, line, &line->delivery);
	step("line is queued to IRC");
	if (error) {
		free(line);
		return error;
	}
	DL_APPEND(o->lines, line);
	job->sent = end;
	job->lines++;
	job->open = true;
	o->open++;
	return 0;
}

void irc_outbound_read_draft(const struct irc_outbound *o,
	const struct irc_job *job, struct irc_draft *ret)
{
	ret->payload_len = job->payload_len;
	ret->channel = o->channel;
	ret->position = job->position;
	ret->late = irc_draft_late(job->position, o->params.late_after_ms);
}

/*
 * False: not now. What is said by another connection waits until all before it
 * is confirmed, as two links know of no order.
 */
static bool choose_voice(struct irc_outbound *o, struct irc_job *job,
	const struct rendered *r, struct irc_voice *ret)
{
	int64_t now_ms = loop_now_ms(o->loop), wait_ms;
	*ret = (struct irc_voice){.conn = o->params.conn};
	if (!job->waits_since_ms)
		job->waits_since_ms = now_ms;
	wait_ms = o->params.voice && !job->is_plain
			  ? o->params.voice(o->params.arg, r,
				    now_ms - job->waits_since_ms, ret)
			  : 0;
	if (wait_ms > 0)
		timer_arm(o->pump, wait_ms);
	return wait_ms <= 0 && (!o->lines || o->lines->voice.conn == ret->conn);
}

/* False when nothing (more) can be sent now. */
static bool job_send(struct irc_outbound *o, struct irc_job *job)
{
	struct irc_voice voice;
	struct irc_draft draft = {.voice = &voice};
	struct buf AUTOBUF text;
	size_t end;
	int error;
	buf_init(&text, 8192);
	irc_outbound_read_draft(o, job, &draft);
	if (render_read(&draft.rendered, job->payload, job->payload_len) < 0) {
		irc_job_fail(job, RECEIPT_REFUSED, "the payload is unreadable");
		o->settling = true;
		return false;
	}
	if (!choose_voice(o, job, &draft.rendered, &voice))
		return false;
	error = irc_draft_line(&draft, job->sent, &text, &end) ? 0 : -ENODATA;
	if (!error && o->params.max_lines && job->lines >= o->params.max_lines)
		irc_draft_cut(&draft, job->sent, &text, &end);
	if (!error)
		error = send_line(o, job, &draft, &text, end);
	if (!error)
		return true;
	if (voice.way != IRC_WAY_BRIDGE) {
		job->is_plain = true;
		return true;
	}
	irc_job_fail(job, RECEIPT_REFUSED,
		error == -ENODATA ? "no line can be made of it"
				  : "it cannot be an IRC line");
	o->settling = true;
	return false;
}

/*
 * The first that has something left to send. None while its last line is
 * open: were a line refused and one behind it confirmed, `progress` could not
 * say so, and that one would be sent twice.
 */
static struct irc_job *next_job(struct irc_outbound *o)
{
	struct irc_job *job;
	DL_FOREACH (o->jobs, job)
		if (!job->failed && job->sent < job->payload_len)
			return job->open ? NULL : job;
	return NULL;
}

static bool is_waiting(const struct irc_outbound *o)
{
	return o->lookup && irc_lookup_state(o->lookup) == IRC_LOOKUP_RUNNING;
}

static void irc_outbound_pump(void *arg)
{
	struct irc_outbound *o = arg;
	struct irc_job *job;
	while (!o->closed && !o->settling && !is_waiting(o) &&
		o->open < o->params.window && (job = next_job(o)))
		if ((!job->is_doubtful || irc_doubt_settle(o, job)) &&
			!job_send(o, job))
			break;
	if (!o->closed && o->settling && !o->open) {
		settle(o);
		irc_outbound_wake(o);
	}
}

void irc_outbound_poke(struct irc_outbound *o)
{
	if (o->jobs)
		irc_outbound_wake(o);
}

void irc_outbound_left(struct irc_outbound *o)
{
	struct irc_job *job;
	irc_lookup_free(TAKE(o->lookup));
	DL_FOREACH (o->jobs, job)
		if (job->is_doubtful) {
			irc_job_fail(
				job, RECEIPT_LATER, "the channel was left");
			o->settling = true;
		}
	irc_outbound_wake(o);
}
