#include "end_irc/doubt.h"

#include "end_irc/lookup.h"
#include "end_irc/outbound_private.h"
#include "end_irc/render.h"
#include "irc/casemap.h"
#include "irc/history.h"
#include "util/alloc.h"
#include "util/log.h"

#include <utlist.h>

static bool is_msgid_taken(void *arg, const char *msgid)
{
	const struct irc_outbound *o = arg;
	return irc_recent_has_msgid(&o->recent, msgid);
}

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
	const struct irc_job *job;
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
static bool find_said(struct irc_outbound *o, const struct irc_job *job,
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

static bool find_text(struct irc_outbound *o, const struct irc_job *job,
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

static bool find_line(struct irc_outbound *o, const struct irc_job *job,
	size_t *ret_end, const char **ret_msgid)
{
	struct irc_draft draft;
	struct rendered *r = &draft.rendered;
	size_t above, n;
	irc_outbound_read_draft(o, job, &draft);
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
static bool confirm_found(struct irc_outbound *o, struct irc_job *job)
{
	const char *msgid;
	size_t end;
	while (find_line(o, job, &end, &msgid)) {
		job->sent = end;
		log_info(o->channel, "message %s had arrived: found in history",
			job->source_id);
		if (irc_outbound_confirm(o, job, end, msgid))
			return false;
	}
	return true;
}

static void lookup_on_done(void *arg)
{
	irc_outbound_wake(arg);
}

/* Nobody can tell: as the bridge wishes. */
static bool settle_unknown(
	struct irc_outbound *o, struct irc_job *job, const char *why)
{
	job->is_doubtful = false;
	if (!job->skip_doubt) {
		log_warn(o->channel,
			"message %s is sent again, it may be there twice: %s",
			job->source_id, why);
		return true;
	}
	job->is_final = true;
	irc_job_fail(job, RECEIPT_IN_DOUBT, why);
	o->settling = true;
	return false;
}

bool irc_doubt_settle(struct irc_outbound *o, struct irc_job *job)
{
	if (!irc_conn_channel(o->params.conn, o->channel)) {
		irc_job_fail(job, RECEIPT_LATER, "not in the channel");
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
