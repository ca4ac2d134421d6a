#include "end_irc/outbound.h"

#include "end_irc/render.h"
#include "irc/delivery.h"
#include "irc/split.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/step.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

/* One parcel under way. */
struct job {
	struct job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *payload;
	size_t payload_len;
	size_t sent;      /* payload offset up to which lines were handed out */
	size_t confirmed; /* payload offset up to which they are confirmed */
	unsigned lines;   /* handed out */
	unsigned open;    /* handed out, fate unknown */
	int64_t position;
	bool failed;
	enum receipt_outcome outcome; /* when failed */
	char *why;
};

/* One line on the wire; lines of a room are confirmed in order. */
struct line {
	struct line *prev, *next;
	struct irc_outbound *outbound;
	struct job *job;
	struct irc_delivery *delivery;
	size_t end; /* payload offset behind it */
};

struct irc_outbound {
	struct loop *loop;
	struct irc_outbound_params params;
	char *channel;
	struct timer *pump;
	struct job *jobs;
	struct line *lines;
	unsigned open;  /* lines whose fate is unknown */
	bool settling;  /* a parcel failed: send nothing, wait for the rest */
	bool closed;    /* freed at the end of this turn */
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

static void job_free(struct job *job)
{
	free(job->source_id);
	free(job->payload);
	free(job->why);
	free(job);
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
	struct job *job, *tmp;
	DL_FOREACH_SAFE(o->jobs, job, tmp)
		job_free(job);
	free(o->channel);
	free(o);
}

void irc_outbound_close(struct irc_outbound *o)
{
	struct line *line;
	if (!o || o->closed)
		return;
	o->closed = true;
	DL_FOREACH(o->lines, line)
		irc_delivery_cancel(TAKE(line->delivery));
	timer_free(TAKE(o->pump));
	loop_defer(o->loop, irc_outbound_free, o);
}

static void arm_pump(struct irc_outbound *o)
{
	if (!o->closed)
		timer_arm(o->pump, 0);
}

void irc_outbound_add(struct irc_outbound *o, const struct parcel *parcel)
{
	struct job *job = xcalloc(1, sizeof(*job));
	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->payload = xmemdup(parcel->payload, parcel->payload_len);
	job->payload_len = parcel->payload_len;
	job->sent = job->confirmed = parcel->progress;
	job->position = parcel->position;
	DL_APPEND(o->jobs, job);
	arm_pump(o);
}

static void give_receipt(struct irc_outbound *o, const struct job *job,
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
	};
	o->params.receipt(o->params.arg, &receipt);
}

/* The first failure counts, but one line in doubt puts all of them there. */
static void job_fail(struct job *job, enum receipt_outcome outcome,
	const char *why)
{
	bool worse = job->outcome == RECEIPT_LATER &&
		     outcome == RECEIPT_IN_DOUBT;
	if (job->failed && !worse)
		return;
	job->failed = true;
	job->outcome = outcome;
	set_string(&job->why, why);
}

/* Takes the failed job, and all younger ones unless it was refused, off the
 * list; returns them in order. */
static struct job *take_back(struct irc_outbound *o)
{
	struct job *out = NULL, *job, *tmp;
	bool back = false;
	DL_FOREACH_SAFE(o->jobs, job, tmp) {
		if (!job->failed && !back)
			continue;
		if (!job->failed)
			job_fail(job, RECEIPT_LATER, "waits for an older one");
		back = back || job->outcome != RECEIPT_REFUSED;
		DL_DELETE(o->jobs, job);
		DL_APPEND(out, job);
	}
	return out;
}

/* Nothing is on the wire any more: what failed goes back, in order. */
static void settle(struct irc_outbound *o)
{
	struct job *back = take_back(o), *job, *tmp;
	o->settling = false;
	DL_FOREACH_SAFE(back, job, tmp) {
		give_receipt(o, job, job->outcome, NULL);
		job_free(job);
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

static void line_failed(struct line *line,
	const struct irc_delivery_result *result)
{
	line->outbound->settling = true;
	for (size_t i = 0; i < ARRAY_LEN(outcome_rows); i++)
		if (outcome_rows[i].from == result->outcome)
			job_fail(line->job, outcome_rows[i].to, result->why);
}

static void line_confirmed(
	struct line *line, const struct irc_delivery_result *result)
{
	struct irc_outbound *o = line->outbound;
	struct job *job = line->job;
	if (job->failed)
		return;
	job->confirmed = line->end;
	give_receipt(o, job, RECEIPT_DONE, result->msgid);
	if (job->confirmed < job->payload_len || o->closed)
		return;
	DL_DELETE(o->jobs, job);
	job_free(job);
}

static void line_on_result(const struct irc_delivery_result *result, void *arg)
{
	struct line *line = arg;
	struct irc_outbound *o = line->outbound;
	step("IRC has answered");
	line->delivery = NULL;
	o->open--;
	line->job->open--;
	if (result->outcome == IRC_DELIVERY_CONFIRMED)
		line_confirmed(line, result);
	else
		line_failed(line, result);
	line_free(o, line);
	if (o->settling && !o->open)
		settle(o);
	arm_pump(o);
}

/* "[14:02] " before a line that is older than is usual; UTC. */
static void add_late_mark(
	struct buf *out, const struct irc_outbound *o, const struct job *job)
{
	int64_t age = clock_wall_ms() - job->position;
	time_t seconds = (time_t)(job->position / 1000);
	struct tm tm;
	if (!o->params.late_after_ms || job->position <= 0 ||
		age < o->params.late_after_ms || !gmtime_r(&seconds, &tm))
		return;
	if (age >= 24 * 3600 * 1000LL)
		buf_addf(out, "[%04d-%02d-%02d %02d:%02d UTC] ",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			tm.tm_hour, tm.tm_min);
	else
		buf_addf(out, "[%02d:%02d UTC] ", tm.tm_hour, tm.tm_min);
}

/*
 * Writes the next line of the job into `out` and says where it ends in the
 * payload. False when nothing is left to send.
 */
static bool next_line(struct irc_outbound *o, struct job *job,
	const struct rendered *r, struct buf *out, size_t *ret_end)
{
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF body;
	size_t at = job->sent > r->text_at ? job->sent - r->text_at : 0;
	add_late_mark(out, o, job);
	buf_add(out, r->prefix, r->prefix_len);
	size_t room = irc_conn_text_room(
		o->params.conn, r->command, o->channel);
	size_t budget = room > out->len ? room - out->len : 0;
	if (budget < IRC_SPLIT_BUDGET_MIN)
		budget = IRC_SPLIT_BUDGET_MIN;
	buf_init(&body, budget);
	if (irc_split_init(&split, r->text, r->text_len, budget, at) < 0 ||
		!irc_split_next(&split, &body, &part))
		return false;
	buf_add(out, body.data, body.len);
	*ret_end = r->text_at + part.next;
	/* The last line confirms the whole payload. */
	buf_clear(&body);
	if (!irc_split_next(&split, &body, &part))
		*ret_end = job->payload_len;
	return true;
}

/* The line that stands for all that was cut, once max_lines were sent. */
static bool cut_line(const struct irc_outbound *o, const struct job *job,
	const struct rendered *r, struct buf *out, size_t *ret_end)
{
	if (!o->params.max_lines || job->lines < o->params.max_lines)
		return false;
	buf_clear(out);
	buf_add(out, r->prefix, r->prefix_len);
	buf_addf(out, "\xe2\x80\xa6 (%zu more bytes, cut)",
		job->payload_len - job->sent);
	*ret_end = job->payload_len;
	return true;
}

static int send_line(struct irc_outbound *o, struct job *job,
	const struct rendered *r, const struct buf *text, size_t end)
{
	struct line *line = xcalloc(1, sizeof(*line));
	const struct irc_delivery_request request = {
		.command = r->command,
		.channel = o->channel,
		.text = text->data,
		.text_len = text->len,
		.id = job->source_id,
	};
	line->outbound = o;
	line->job = job;
	line->end = end;
	int error = irc_deliver(o->params.conn, &request, line_on_result, line,
		&line->delivery);
	step("line is queued to IRC");
	if (error) {
		free(line);
		return error;
	}
	DL_APPEND(o->lines, line);
	job->sent = end;
	job->lines++;
	job->open++;
	o->open++;
	return 0;
}

/* False when the job can send nothing (more). */
static bool job_send(struct irc_outbound *o, struct job *job)
{
	struct rendered rendered;
	struct buf AUTOBUF text;
	size_t end;
	buf_init(&text, 8192);
	if (job->failed || job->sent >= job->payload_len)
		return false;
	if (render_read(&rendered, job->payload, job->payload_len) < 0) {
		job_fail(job, RECEIPT_REFUSED, "the payload is unreadable");
	} else if (!next_line(o, job, &rendered, &text, &end)) {
		job_fail(job, RECEIPT_REFUSED, "no line can be made of it");
	} else {
		(void)cut_line(o, job, &rendered, &text, &end);
		if (send_line(o, job, &rendered, &text, end) == 0)
			return true;
		job_fail(job, RECEIPT_REFUSED, "it cannot be an IRC line");
	}
	o->settling = true;
	return false;
}

static struct job *next_job(struct irc_outbound *o)
{
	struct job *job;
	DL_FOREACH(o->jobs, job)
		if (!job->failed && job->sent < job->payload_len)
			return job;
	return NULL;
}

static void irc_outbound_pump(void *arg)
{
	struct irc_outbound *o = arg;
	struct job *job;
	while (!o->settling && o->open < o->params.window &&
		(job = next_job(o)))
		job_send(o, job);
	if (o->settling && !o->open) {
		settle(o);
		arm_pump(o);
	}
}
