#include "end_irc/direct_send.h"

#include "end_irc/render.h"
#include "irc/delivery.h"
#include "irc/format.h"
#include "irc/split.h"
#include "irc_words/words.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { HEAD_BYTES = 3, LINE_BYTES = 8192 };

static const char no_such_nick[] = "(401)";

/* One parcel. */
struct job {
	struct job *prev, *next;
	uint64_t ticket;
	char *source_id;
	char *payload;
	size_t len;
	size_t confirmed; /* payload offset */
};

struct irc_direct_send {
	struct loop *loop;
	struct irc_direct_send_params params;
	char *peer;
	char *peer_name;
	char *name;
	struct job *jobs;
	struct timer *pump;
	struct timer *patience; /* with a puppet that is not there */
	struct timer *release;  /* of the puppet that is held */
	bool is_holding;
	/* The line that is on the wire, of the first job. */
	struct irc_delivery *delivery;
	size_t end; /* payload offset behind it */
	bool closed;
};

/* --- payload ---------------------------------------------------------------
 */

static const char kind_letters[] = {
	[EVENT_MESSAGE] = 'm',
	[EVENT_ACTION] = 'a',
	[EVENT_NOTICE] = 'n',
};

int irc_direct_payload(
	struct buf *out, const struct event *event, const char **ret_why)
{
	struct buf AUTOBUF text;
	struct buf AUTOBUF bare;

	buf_init(&text, RENDER_PAYLOAD_BYTES);
	buf_init(&bare, RENDER_PAYLOAD_BYTES);
	words_to_irc(&text, event->text);
	if (text.overflow) {
		*ret_why = "it is longer than 64 KiB";
		return -EMSGSIZE;
	}
	irc_format_strip(&bare, text.data, text.len);
	if (!span_trim((struct span){bare.data, bare.len}).len)
		return -ENODATA;
	buf_addc(out, '1');
	buf_addc(out, kind_letters[event->kind]);
	buf_addc(out, '\n');
	buf_add(out, text.data, text.len);
	return out->overflow ? -EMSGSIZE : 0;
}

static bool payload_is_known(const struct job *job)
{
	return job->len > HEAD_BYTES && job->payload[0] == '1' &&
	       memchr(kind_letters, job->payload[1], sizeof(kind_letters)) &&
	       job->payload[2] == '\n';
}

static const char *payload_command(const struct job *job)
{
	return job->payload[1] == kind_letters[EVENT_NOTICE] ? "NOTICE"
							     : "PRIVMSG";
}

static bool payload_is_action(const struct job *job)
{
	return job->payload[1] == kind_letters[EVENT_ACTION];
}

/* --- receipts --------------------------------------------------------------
 */

static void send_arm(struct irc_direct_send *send)
{
	if (!send->closed)
		timer_arm(send->pump, 0);
}

static void job_free(struct job *job)
{
	free(job->source_id);
	free(job->payload);
	free(job);
}

static void give(struct irc_direct_send *send, const struct job *job,
	enum receipt_outcome outcome, const char *said)
{
	bool done = outcome == RECEIPT_DONE;
	const struct receipt receipt = {
		.ticket = job->ticket,
		.outcome = outcome,
		.complete = done && job->confirmed >= job->len,
		.progress = job->confirmed,
		.dest_id = done ? str_or_empty(said) : "",
		.why = done ? NULL : said,
	};

	if (!send->closed)
		send->params.receipt(send->params.arg, &receipt);
}

/* The first job ends so; unless it is refused, all behind it wait. */
static void send_fail(struct irc_direct_send *send,
	enum receipt_outcome outcome, const char *why)
{
	struct job *back = NULL, *job, *tmp;
	bool is_first = true;

	DL_FOREACH_SAFE (send->jobs, job, tmp) {
		if (!is_first && outcome == RECEIPT_REFUSED)
			break;
		DL_DELETE(send->jobs, job);
		DL_APPEND(back, job);
		is_first = false;
	}
	is_first = true;
	DL_FOREACH_SAFE (back, job, tmp) {
		if (is_first)
			give(send, job, outcome, why);
		else
			give(send, job, RECEIPT_LATER,
				"waits for an older one");
		is_first = false;
		job_free(job);
	}
	send_arm(send);
}

static void send_fail_absent(struct irc_direct_send *send)
{
	char *AUTOFREE why = xasprintf("%s is not on IRC now", send->name);

	send_fail(send, RECEIPT_REFUSED, why);
}

/* --- lines -----------------------------------------------------------------
 */

/* Was it not taken for now only? Servers say so about a person by a numeric,
 * of which these alone pass. */
static bool is_passing(const char *why)
{
	return !strchr(why, '(') || strstr(why, "(439)") ||
	       strstr(why, "(263)");
}

static void send_confirmed(struct irc_direct_send *send, const char *msgid)
{
	struct job *job = send->jobs;

	job->confirmed = send->end;
	give(send, job, RECEIPT_DONE, msgid);
	if (send->closed || job->confirmed < job->len)
		return;
	DL_DELETE(send->jobs, job);
	job_free(job);
}

static void send_blocked(struct irc_direct_send *send, const char *why)
{
	if (strstr(why, no_such_nick))
		send_fail_absent(send);
	else if (is_passing(why))
		send_fail(send, RECEIPT_LATER, why);
	else
		send_fail(send, RECEIPT_REFUSED, why);
}

static void send_on_result(const struct irc_delivery_result *result, void *arg)
{
	struct irc_direct_send *send = arg;

	send->delivery = NULL;
	switch (result->outcome) {
	case IRC_DELIVERY_CONFIRMED:
		send_confirmed(send, result->msgid);
		break;
	case IRC_DELIVERY_REFUSED:
		send_fail(send, RECEIPT_REFUSED, result->why);
		break;
	case IRC_DELIVERY_BLOCKED:
		send_blocked(send, result->why);
		break;
	case IRC_DELIVERY_UNSENT:
		send_fail(send, RECEIPT_LATER, result->why);
		break;
	case IRC_DELIVERY_LOST:
		send_fail(send, RECEIPT_IN_DOUBT, result->why);
		break;
	}
	send_arm(send);
}

/* The next line of the job in `out`, and where it ends. */
static bool next_line(
	const struct job *job, size_t room, struct buf *out, size_t *ret_end)
{
	size_t at =
		job->confirmed > HEAD_BYTES ? job->confirmed - HEAD_BYTES : 0;
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF text;
	struct buf AUTOBUF more;

	if (payload_is_action(job))
		room = room > IRC_ACTION_BYTES ? room - IRC_ACTION_BYTES : 0;
	buf_init(&text, room);
	buf_init(&more, room);
	if (irc_split_init(&split, job->payload + HEAD_BYTES,
		    job->len - HEAD_BYTES, room, at) < 0 ||
		!irc_split_next(&split, &text, &part))
		return false;
	if (payload_is_action(job))
		buf_addf(out,
			"\x01"
			"ACTION %s\x01",
			text.data);
	else
		buf_add(out, text.data, text.len);
	*ret_end = HEAD_BYTES + part.next;
	if (!irc_split_next(&split, &more, &part))
		*ret_end = job->len;
	return true;
}

static void send_line(
	struct irc_direct_send *send, struct irc_conn *conn, const char *nick)
{
	struct job *job = send->jobs;
	const char *command = payload_command(job);
	struct buf AUTOBUF line;

	buf_init(&line, LINE_BYTES);
	if (!next_line(job, irc_conn_text_room(conn, command, nick), &line,
		    &send->end)) {
		send_fail(send, RECEIPT_REFUSED, "no line can be made of it");
		return;
	}
	char *AUTOFREE id =
		xasprintf("%s.%zu", job->source_id, send->end - HEAD_BYTES);
	const struct irc_delivery_request request = {
		.command = command,
		.channel = nick,
		.text = line.data,
		.text_len = line.len,
		.id = id,
	};
	if (irc_deliver(conn, &request, send_on_result, send, &send->delivery) <
		0) {
		send->delivery = NULL;
		send_fail(send, RECEIPT_REFUSED, "it cannot be an IRC line");
	}
}

/* --- the puppet ------------------------------------------------------------
 */

static void send_let_go(struct irc_direct_send *send)
{
	struct irc_puppet *puppet =
		irc_puppets_find(send->params.puppets, send->peer);

	if (send->is_holding && puppet)
		irc_puppet_let_go(puppet);
	send->is_holding = false;
}

static void send_on_release(void *arg)
{
	struct irc_direct_send *send = arg;

	if (send->jobs)
		timer_arm(send->release, DIRECT_HOLD_MS);
	else
		send_let_go(send);
}

static void send_hold(struct irc_direct_send *send, struct irc_puppet *puppet)
{
	if (!send->is_holding)
		irc_puppet_hold(puppet);
	send->is_holding = true;
	irc_puppet_touch(puppet);
	timer_arm(send->release, DIRECT_HOLD_MS);
}

struct irc_conn *irc_direct_send_conn(const struct irc_direct_send *send)
{
	const struct irc_puppet *puppet =
		irc_puppets_find(send->params.puppets, send->peer);

	if (!puppet || irc_puppet_state(puppet) != IRC_PUPPET_READY)
		return NULL;
	return irc_puppet_conn(puppet);
}

/* The puppet, when there is one: what it is called is newer than what we were
 * told. */
static struct irc_puppet *send_find(struct irc_direct_send *send)
{
	struct irc_puppet *puppet =
		irc_puppets_find(send->params.puppets, send->peer);

	if (puppet)
		set_string(&send->peer_name, irc_puppet_name(puppet));
	return puppet;
}

/* NULL while there is none; what is said ends, or waits, then. */
static struct irc_conn *send_want_conn(struct irc_direct_send *send)
{
	const char *why = "";
	struct irc_puppet *puppet = send_find(send);

	if (!puppet)
		puppet = irc_puppets_get(send->params.puppets, send->peer,
			send->peer_name, &why);
	if (!puppet) {
		send_fail(send, RECEIPT_REFUSED, why);
		return NULL;
	}
	send_hold(send, puppet);
	if (irc_puppet_state(puppet) == IRC_PUPPET_READY) {
		timer_cancel(send->patience);
		return irc_puppet_conn(puppet);
	}
	irc_puppets_hurry(send->params.puppets, puppet);
	if (!timer_is_armed(send->patience))
		timer_arm(send->patience, DIRECT_WAIT_MS);
	return NULL;
}

static void send_on_impatient(void *arg)
{
	struct irc_direct_send *send = arg;

	if (send->jobs && !send->delivery && !irc_direct_send_conn(send))
		send_fail(send, RECEIPT_LATER, "the puppet is not on IRC yet");
}

static void send_on_pump(void *arg)
{
	struct irc_direct_send *send = arg;
	struct irc_conn *conn;
	const char *nick;

	/* What is not said when all ends is said by the next process. */
	if (send->closed || !send->jobs || send->delivery ||
		irc_puppets_is_stopping(send->params.puppets))
		return;
	if (!payload_is_known(send->jobs)) {
		send_fail(send, RECEIPT_REFUSED, "the payload is unreadable");
		return;
	}
	conn = send_want_conn(send);
	if (!conn || send->closed)
		return;
	nick = send->params.nick(send->params.arg);
	if (nick)
		send_line(send, conn, nick);
	else if (send->params.may_come(send->params.arg))
		send_fail(
			send, RECEIPT_LATER, "who is on IRC is not known yet");
	else
		send_fail_absent(send);
}

void irc_direct_send_changed(struct irc_direct_send *send)
{
	if (send_find(send)) {
		send_arm(send);
		return;
	}
	/* It goes, and its connection with it: no result would come. */
	send->is_holding = false;
	if (!send->delivery)
		return;
	irc_delivery_cancel(TAKE(send->delivery));
	send_fail(send, RECEIPT_IN_DOUBT, "the puppet has left IRC");
}

/* --- life ------------------------------------------------------------------
 */

struct irc_direct_send *irc_direct_send_new(
	struct loop *loop, const struct irc_direct_send_params *params)
{
	struct irc_direct_send *send = xcalloc(1, sizeof(*send));

	send->loop = loop;
	send->params = *params;
	send->peer = xstrdup(params->peer);
	send->peer_name = xstrdup(params->peer_name);
	send->name = xstrdup(params->name);
	send->pump = timer_new(loop, send_on_pump, send);
	send->patience = timer_new(loop, send_on_impatient, send);
	send->release = timer_new(loop, send_on_release, send);
	return send;
}

static void send_free(void *arg)
{
	struct irc_direct_send *send = arg;
	struct job *job, *tmp;

	DL_FOREACH_SAFE (send->jobs, job, tmp)
		job_free(job);
	free(send->peer);
	free(send->peer_name);
	free(send->name);
	free(send);
}

void irc_direct_send_close(struct irc_direct_send *send)
{
	if (!send || send->closed)
		return;
	send->closed = true;
	if (send->delivery)
		irc_delivery_cancel(TAKE(send->delivery));
	send_let_go(send);
	timer_free(TAKE(send->pump));
	timer_free(TAKE(send->patience));
	timer_free(TAKE(send->release));
	loop_defer(send->loop, send_free, send);
}

void irc_direct_send_add(
	struct irc_direct_send *send, const struct parcel *parcel)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->ticket = parcel->ticket;
	job->source_id = xstrdup(parcel->source_id);
	job->payload = xmemdup(parcel->payload, parcel->payload_len);
	job->len = parcel->payload_len;
	job->confirmed = parcel->progress;
	DL_APPEND(send->jobs, job);
	send_arm(send);
}
