#include "end_irc/outbound.h"

#include "end_irc/draft.h"
#include "end_irc/lookup.h"
#include "end_irc/recent.h"
#include "end_irc/render.h"
#include "irc/casemap.h"
#include "irc/delivery.h"
#include "irc/history.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/step.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	bool open;        /* the last of them: its fate is unknown */
	int64_t position;
	int64_t first_sent_ms;
	int64_t waits_since_ms; /* for its voice; 0: it does not */
	bool is_plain;          /* no other voice but the bridge's was heard */
	bool is_doubtful;       /* sent before: is it there already? */
	bool skip_doubt;        /* not to be sent again when nobody knows */
	bool is_final;          /* in doubt for ever */
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
	struct irc_voice voice;
	size_t end; /* payload offset behind it */
};

struct irc_outbound {
	struct loop *loop;
	struct irc_outbound_params params;
	char *channel;
	struct timer *pump;
	struct job *jobs;
	struct line *lines;
	unsigned open; /* lines whose fate is unknown */
	bool settling; /* a parcel failed: send nothing, wait for the rest */
	/* What of ours is in the channel's history; of this link, or NULL. */
	struct irc_lookup *lookup;
	struct irc_recent recent;
	bool closed; /* freed at the end of this turn */
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

static bool is_msgid_taken(void *arg, const char *msgid)
{
	const struct irc_outbound *o = arg;
	return irc_recent_has_msgid(&o->recent, msgid);
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
	DL_FOREACH_SAFE (o->jobs, job, tmp)
		job_free(job);
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
			   !irc_recent_is_unsent(&o->recent, parcel->ticket);
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
		irc_recent_note_msgid(&o->recent, receipt.dest_id);
	o->params.receipt(o->params.arg, &receipt);
}

/* The first failure counts. */
static void job_fail(
	struct job *job, enum receipt_outcome outcome, const char *why)
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
	DL_FOREACH_SAFE (o->jobs, job, tmp) {
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
	DL_FOREACH_SAFE (back, job, tmp) {
		irc_recent_note_ticket(&o->recent, job->ticket,
			job->outcome == RECEIPT_LATER && !job->is_doubtful);
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

/* A message does not fail because of who was to say it: the bridge says it.
 * But for what may be there already. */
static bool line_is_unheard(
	struct line *line, const struct irc_delivery_result *result)
{
	struct irc_outbound *o = line->outbound;
	struct job *job = line->job;
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
			job_fail(line->job, outcome_rows[i].to, result->why);
}

/* Gone when it is complete, which is returned, or when all is closed. */
static bool job_confirm(
	struct irc_outbound *o, struct job *job, size_t end, const char *msgid)
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

static int send_line(struct irc_outbound *o, struct job *job,
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

static void read_draft(const struct irc_outbound *o, const struct job *job,
	struct irc_draft *ret)
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
static bool choose_voice(struct irc_outbound *o, struct job *job,
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
static bool job_send(struct irc_outbound *o, struct job *job)
{
	struct irc_voice voice;
	struct irc_draft draft = {.voice = &voice};
	struct buf AUTOBUF text;
	size_t end;
	int error;
	buf_init(&text, 8192);
	read_draft(o, job, &draft);
	if (render_read(&draft.rendered, job->payload, job->payload_len) < 0) {
		job_fail(job, RECEIPT_REFUSED, "the payload is unreadable");
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
	job_fail(job, RECEIPT_REFUSED,
		error == -ENODATA ? "no line can be made of it"
				  : "it cannot be an IRC line");
	o->settling = true;
	return false;
}

/* --- doubt: sent before, by an earlier process or on a link that died ------
 */

/* As whom it may have been said in this way; false: for certain not so. */
static bool past_voice(const struct irc_outbound *o, const struct rendered *r,
	enum irc_way way, struct irc_voice *ret)
{
	*ret = (struct irc_voice){.conn = o->params.conn};
	return way == IRC_WAY_BRIDGE ||
	       (o->params.past_voice &&
		       o->params.past_voice(o->params.arg, r, way, ret));
}

/* Could it be a line of one of those who speak here through us? */
static bool is_said_for(void *arg, const char *nick)
{
	const struct irc_outbound *o = arg;
	enum irc_casemap map = irc_conn_isupport(o->params.conn)->casemap;
	struct irc_voice voice;
	struct rendered r;
	const struct job *job;
	DL_FOREACH (o->jobs, job) {
		if (!job->is_doubtful ||
			render_read(&r, job->payload, job->payload_len) < 0)
			continue;
		for (int way = IRC_WAY_RELAY; way <= IRC_WAY_PUPPET; way++)
			if (past_voice(o, &r, (enum irc_way)way, &voice) &&
				irc_casemap_equal(map, nick, voice.nick))
				return true;
	}
	return false;
}

/* The next line of the job, as it may have been said in one way. */
static bool find_said(struct irc_outbound *o, const struct job *job,
	struct irc_draft *draft, size_t *ret_end, const char **ret_msgid)
{
	const struct irc_voice *voice = draft->voice;
	struct buf AUTOBUF text;
	buf_init(&text, 8192);
	for (int late = IRC_NOT_LATE; late < IRC_LATE_MARKS; late++) {
		const struct irc_lookup_text said = {
			.nick = voice->way == IRC_WAY_BRIDGE ? NULL
							     : voice->nick,
			.since_ms = job->first_sent_ms,
		};
		buf_clear(&text);
		draft->late = (enum irc_late)late;
		if (irc_draft_line(draft, job->sent, &text, ret_end) &&
			irc_lookup_find_text(
				o->lookup, &said, text.data, ret_msgid))
			return true;
	}
	return false;
}

static bool find_text(struct irc_outbound *o, const struct job *job,
	const struct irc_draft *read, size_t *ret_end, const char **ret_msgid)
{
	struct irc_voice voice;
	struct irc_draft draft = *read;
	draft.voice = &voice;
	for (int way = IRC_WAY_BRIDGE; way <= IRC_WAY_PUPPET; way++)
		if (past_voice(o, &draft.rendered, (enum irc_way)way, &voice) &&
			find_said(o, job, &draft, ret_end, ret_msgid))
			return true;
	return false;
}

static bool find_line(struct irc_outbound *o, const struct job *job,
	size_t *ret_end, const char **ret_msgid)
{
	struct irc_draft draft;
	struct rendered *r = &draft.rendered;
	size_t above, n;
	read_draft(o, job, &draft);
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
		o->lookup = irc_lookup_new(
			o->loop, &(struct irc_lookup_params){
					 .conn = o->params.conn,
					 .channel = o->channel,
					 .since_ms = job->first_sent_ms,
					 .is_taken = is_msgid_taken,
					 .is_said_for = is_said_for,
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
	struct job *job;
	while (!o->closed && !o->settling && !is_waiting(o) &&
		o->open < o->params.window && (job = next_job(o)))
		if ((!job->is_doubtful || settle_doubt(o, job)) &&
			!job_send(o, job))
			break;
	if (!o->closed && o->settling && !o->open) {
		settle(o);
		arm_pump(o);
	}
}

void irc_outbound_poke(struct irc_outbound *o)
{
	if (o->jobs)
		arm_pump(o);
}

void irc_outbound_left(struct irc_outbound *o)
{
	struct job *job;
	irc_lookup_free(TAKE(o->lookup));
	DL_FOREACH (o->jobs, job)
		if (job->is_doubtful) {
			job_fail(job, RECEIPT_LATER, "the channel was left");
			o->settling = true;
		}
	arm_pump(o);
}
