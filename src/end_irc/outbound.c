#include "end_irc/outbound.h"

#include "end_irc/lookup.h"
#include "end_irc/render.h"
#include "irc/delivery.h"
#include "irc/history.h"
#include "irc/split.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/step.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

enum { RECENT = 256 };

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
	bool open;        /* the last of them: its fate is unknown */
	int64_t position;
	int64_t first_sent_ms;
	bool is_doubtful; /* sent before: is it there already? */
	bool skip_doubt;  /* not to be sent again when nobody knows */
	bool is_final;    /* in doubt for ever */
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

/* The last of each, to know them again. */
struct recent {
	/* Of parcels that were for certain not sent. */
	uint64_t unsent[RECENT];
	size_t next_unsent;
	/* Of lines that are confirmed. */
	char *msgids[RECENT];
	size_t next_msgid;
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
	/* What of ours is in the channel's history; of this link, or NULL. */
	struct irc_lookup *lookup;
	struct recent recent;
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

static bool recent_is_unsent(const struct recent *recent, uint64_t ticket)
{
	for (size_t i = 0; i < RECENT; i++)
		if (recent->unsent[i] == ticket)
			return true;
	return false;
}

/* Tickets begin at 1. */
static void recent_note_job(struct recent *recent, const struct job *job)
{
	for (size_t i = 0; i < RECENT; i++)
		if (recent->unsent[i] == job->ticket)
			recent->unsent[i] = 0;
	if (job->outcome != RECEIPT_LATER || job->is_doubtful)
		return;
	recent->unsent[recent->next_unsent++ % RECENT] = job->ticket;
}

static void recent_note_msgid(struct recent *recent, const char *msgid)
{
	if (*msgid)
		set_string(&recent->msgids[recent->next_msgid++ % RECENT],
			msgid);
}

static bool recent_has_msgid(void *arg, const char *msgid)
{
	const struct irc_outbound *o = arg;
	for (size_t i = 0; i < RECENT; i++)
		if (o->recent.msgids[i] && str_eq(o->recent.msgids[i], msgid))
			return true;
	return false;
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
	for (size_t i = 0; i < RECENT; i++)
		free(o->recent.msgids[i]);
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
	irc_lookup_free(TAKE(o->lookup));
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
	job->first_sent_ms = parcel->first_sent_ms;
	job->is_doubtful = parcel->first_sent_ms != 0 &&
			   !recent_is_unsent(&o->recent, parcel->ticket);
	job->skip_doubt = parcel->skip_doubt;
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
		.is_final = job->is_final,
	};
	if (done)
		recent_note_msgid(&o->recent, receipt.dest_id);
	o->params.receipt(o->params.arg, &receipt);
}

/* The first failure counts. */
static void job_fail(struct job *job, enum receipt_outcome outcome,
	const char *why)
{
	if (job->failed)
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
		recent_note_job(&o->recent, job);
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

/* Gone when it is complete, which is returned, or when all is closed. */
static bool job_confirm(struct irc_outbound *o, struct job *job, size_t end,
	const char *msgid)
{
	job->confirmed = end;
	give_receipt(o, job, RECEIPT_DONE, msgid);
	if (o->closed)
		return true;
	if (job->confirmed < job->payload_len)
		return false;
	DL_DELETE(o->jobs, job);
	job_free(job);
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
		(void)job_confirm(o, line->job, line->end, result->msgid);
	else
		line_failed(line, result);
	line_free(o, line);
	if (o->settling && !o->open)
		settle(o);
	arm_pump(o);
}

/* Before a line that is older than is usual: its time. */
enum late_mark { NOT_LATE, LATE_TODAY, LATE_BY_DAYS, LATE_MARKS };

static enum late_mark late_mark(
	const struct irc_outbound *o, const struct job *job)
{
	int64_t age = clock_wall_ms() - job->position;
	if (!o->params.late_after_ms || job->position <= 0 ||
		age < o->params.late_after_ms)
		return NOT_LATE;
	return age >= 24 * 3600 * 1000LL ? LATE_BY_DAYS : LATE_TODAY;
}

/* "[14:02 UTC] ". */
static void add_late_mark(
	struct buf *out, enum late_mark mark, const struct job *job)
{
	time_t seconds = (time_t)(job->position / 1000);
	struct tm tm;
	if (mark == NOT_LATE || !gmtime_r(&seconds, &tm))
		return;
	buf_addc(out, '[');
	if (mark == LATE_BY_DAYS)
		buf_addf(out, "%04d-%02d-%02d ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday);
	buf_addf(out, "%02d:%02d UTC] ", tm.tm_hour, tm.tm_min);
}

/* How a job is put into lines. */
struct draft {
	struct rendered rendered;
	enum late_mark mark;
};

/*
 * Writes the next line of the job into `out` and says where it ends in the
 * payload. False when nothing is left to send.
 */
static bool next_line(const struct irc_outbound *o, const struct job *job,
	const struct draft *draft, struct buf *out, size_t *ret_end)
{
	const struct rendered *r = &draft->rendered;
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF body;
	size_t at = job->sent > r->text_at ? job->sent - r->text_at : 0;
	add_late_mark(out, draft->mark, job);
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
	char *AUTOFREE id = xasprintf("%s.%zu", job->source_id, end - r->text_at);
	const struct irc_delivery_request request = {
		.command = r->command,
		.channel = o->channel,
		.text = text->data,
		.text_len = text->len,
		/* How far the text is said with this line. */
		.id = id,
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
	job->open = true;
	o->open++;
	return 0;
}

/* False when the job can send nothing (more). */
static bool job_send(struct irc_outbound *o, struct job *job)
{
	struct draft draft = {.mark = late_mark(o, job)};
	struct rendered *rendered = &draft.rendered;
	struct buf AUTOBUF text;
	size_t end;
	buf_init(&text, 8192);
	if (job->failed || job->sent >= job->payload_len)
		return false;
	if (render_read(rendered, job->payload, job->payload_len) < 0) {
		job_fail(job, RECEIPT_REFUSED, "the payload is unreadable");
	} else if (!next_line(o, job, &draft, &text, &end)) {
		job_fail(job, RECEIPT_REFUSED, "no line can be made of it");
	} else {
		(void)cut_line(o, job, rendered, &text, &end);
		if (send_line(o, job, rendered, &text, end) == 0)
			return true;
		job_fail(job, RECEIPT_REFUSED, "it cannot be an IRC line");
	}
	o->settling = true;
	return false;
}

/* --- doubt: sent before, by an earlier process or on a link that died ------ */

/* The next line of the job, as it may have been said. */
static bool find_text(struct irc_outbound *o, const struct job *job,
	struct draft *draft, size_t *ret_end, const char **ret_msgid)
{
	struct buf AUTOBUF text;
	buf_init(&text, 8192);
	for (int mark = NOT_LATE; mark < LATE_MARKS; mark++) {
		buf_clear(&text);
		draft->mark = (enum late_mark)mark;
		if (next_line(o, job, draft, &text, ret_end) &&
			irc_lookup_find_text(o->lookup, text.data,
				job->first_sent_ms, ret_msgid))
			return true;
	}
	return false;
}

static bool find_line(struct irc_outbound *o, const struct job *job,
	size_t *ret_end, const char **ret_msgid)
{
	struct draft draft;
	struct rendered *r = &draft.rendered;
	size_t above, n;
	if (render_read(r, job->payload, job->payload_len) < 0)
		return false;
	above = job->sent > r->text_at ? job->sent - r->text_at : 0;
	if (irc_lookup_find_id(
		    o->lookup, job->source_id, above, &n, ret_msgid)) {
		*ret_end = n < r->text_len ? r->text_at + n : job->payload_len;
		return true;
	}
	return find_text(o, job, &draft, ret_end, ret_msgid);
}

/* Confirms what is found; false when nothing of the job is left. */
static bool confirm_found(struct irc_outbound *o, struct job *job)
{
	const char *msgid;
	size_t end;
	while (find_line(o, job, &end, &msgid)) {
		job->sent = end;
		log_info(o->channel, "message %s had arrived: found in history",
			job->source_id);
		if (job_confirm(o, job, end, msgid))
			return false;
	}
	return true;
}

static void lookup_on_done(void *arg)
{
	arm_pump(arg);
}

/* Nobody can tell: as the bridge wishes. */
static bool settle_unknown(
	struct irc_outbound *o, struct job *job, const char *why)
{
	job->is_doubtful = false;
	if (!job->skip_doubt) {
		log_warn(o->channel,
			"message %s is sent again, it may be there twice: %s",
			job->source_id, why);
		return true;
	}
	job->is_final = true;
	job_fail(job, RECEIPT_IN_DOUBT, why);
	o->settling = true;
	return false;
}

/*
 * True when it is to be sent, what is left of it. False when there is nothing
 * to be done, or only when the history is known.
 */
static bool settle_doubt(struct irc_outbound *o, struct job *job)
{
	if (!irc_conn_channel(o->params.conn, o->channel)) {
		job_fail(job, RECEIPT_LATER, "not in the channel");
		o->settling = true;
		return false;
	}
	if (!irc_history_is_offered(o->params.conn))
		return settle_unknown(o, job, "the server keeps no history");
	if (o->lookup && !irc_lookup_covers(o->lookup, job->first_sent_ms))
		irc_lookup_free(TAKE(o->lookup));
	if (!o->lookup)
		o->lookup = irc_lookup_new(o->loop,
			&(struct irc_lookup_params){
				.conn = o->params.conn,
				.channel = o->channel,
				.since_ms = job->first_sent_ms,
				.is_taken = recent_has_msgid,
				.done = lookup_on_done,
				.arg = o,
			});
	if (irc_lookup_state(o->lookup) == IRC_LOOKUP_RUNNING ||
		!confirm_found(o, job))
		return false;
	if (irc_lookup_state(o->lookup) == IRC_LOOKUP_UNSURE)
		return settle_unknown(o, job, irc_lookup_why(o->lookup));
	job->is_doubtful = false;
	log_info(o->channel, "message %s had not arrived: sent again",
		job->source_id);
	return true;
}

/*
 * The first that has something left to send. None while its last line is
 * open: were a line refused and one behind it confirmed, `progress` could not
 * say so, and that one would be sent twice.
 */
static struct job *next_job(struct irc_outbound *o)
{
	struct job *job;
	DL_FOREACH(o->jobs, job)
		if (!job->failed && job->sent < job->payload_len)
			return job->open ? NULL : job;
	return NULL;
}

static bool is_waiting(const struct irc_outbound *o)
{
	return o->lookup &&
	       irc_lookup_state(o->lookup) == IRC_LOOKUP_RUNNING;
}

static void irc_outbound_pump(void *arg)
{
	struct irc_outbound *o = arg;
	struct job *job;
	while (!o->closed && !o->settling && !is_waiting(o) &&
		o->open < o->params.window && (job = next_job(o)))
		if (!job->is_doubtful || settle_doubt(o, job))
			job_send(o, job);
	if (!o->closed && o->settling && !o->open) {
		settle(o);
		arm_pump(o);
	}
}

void irc_outbound_left(struct irc_outbound *o)
{
	struct job *job;
	irc_lookup_free(TAKE(o->lookup));
	DL_FOREACH(o->jobs, job)
		if (job->is_doubtful) {
			job_fail(job, RECEIPT_LATER, "the channel was left");
			o->settling = true;
		}
	arm_pump(o);
}
