#include "irc/history.h"

#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/history_private.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static const char CHATHISTORY[] = "CHATHISTORY";
static const char BATCH_TYPE[] = "chathistory";

/* How much more than was asked for is put up with. */
enum { PAGE_FACTOR = 2 };

static const char *const SIDES[] = {
	[IRC_HISTORY_AFTER] = "AFTER",
	[IRC_HISTORY_BEFORE] = "BEFORE",
	[IRC_HISTORY_LATEST] = "LATEST",
};

/* Bookkeeping. */

static struct irc_history **history_list(struct irc_history *history)
{
	struct irc_histories *all = &history->conn->histories;

	if (history->state == IRC_HISTORY_WAITING)
		return &all->waiting;
	return history->state == IRC_HISTORY_ASKED ? &all->asked : &all->done;
}

/* The only writer of `state`. */
static void history_set_state(
	struct irc_history *history, enum irc_history_state state)
{
	struct irc_history **list = history_list(history);

	DL_DELETE(*list, history);
	history->state = state;
	list = history_list(history);
	DL_APPEND(*list, history);
}

static void history_free(struct irc_history *history)
{
	struct irc_history **list = history_list(history);

	if (history->state != IRC_HISTORY_DONE)
		history->conn->histories.count--;
	DL_DELETE(*list, history);
	free(history->channel);
	free(history->folded);
	free(history->reference);
	free(history->code);
	free(history->why);
	free(history);
}

void irc_histories_release(struct irc_histories *all)
{
	while (all->waiting)
		history_free(all->waiting);
	while (all->asked)
		history_free(all->asked);
	while (all->done)
		history_free(all->done);
}

static void history_finish(struct irc_history *history,
	enum irc_history_outcome outcome, const char *code, const char *why)
{
	struct irc_conn *conn = history->conn;

	if (history->state == IRC_HISTORY_ASKED)
		timer_cancel(conn->histories.timer);
	/* Also the next in line has its turn now. */
	conn_soon(conn);
	if (!history->done) {
		history_free(history);
		return;
	}
	history->outcome = outcome;
	history->code = xstrdup(str_or_empty(code));
	history->why = xstrdup(str_or_empty(why));
	conn->histories.count--;
	history_set_state(history, IRC_HISTORY_DONE);
}

void irc_histories_down(struct irc_conn *conn, const char *why)
{
	struct irc_histories *all = &conn->histories;

	while (all->asked)
		history_finish(all->asked, IRC_HISTORY_LOST, NULL, why);
	while (all->waiting)
		history_finish(all->waiting, IRC_HISTORY_LOST, NULL, why);
}

static void histories_leave(struct irc_history *list, const char *folded)
{
	struct irc_history *history;
	struct irc_history *next;

	DL_FOREACH_SAFE (list, history, next)
		if (str_eq(history->folded, folded))
			history_finish(history, IRC_HISTORY_LOST, NULL,
				"the channel was left");
}

void irc_histories_left(struct irc_conn *conn, const char *channel)
{
	char folded[IRC_NAME_BYTES];

	(void)irc_casemap_fold(
		conn->isupport.casemap, channel, folded, sizeof(folded));
	histories_leave(conn->histories.waiting, folded);
	histories_leave(conn->histories.asked, folded);
}

void irc_histories_flush(struct irc_conn *conn)
{
	struct irc_history *history;

	while (!conn->is_dead && (history = conn->histories.done) != NULL) {
		char *AUTOFREE code = TAKE(history->code);
		char *AUTOFREE why = TAKE(history->why);
		irc_history_fn *done = history->done;
		void *arg = history->arg;
		struct irc_history_result result = {
			.outcome = history->outcome,
			.code = code,
			.why = why,
			.count = history->count,
			.is_full = history->outcome == IRC_HISTORY_COMPLETE &&
				   history->count >= history->limit,
		};

		/* The handle is gone before its owner hears of it. */
		history_free(history);
		if (done)
			done(&result, arg);
	}
}

void irc_histories_on_timeout(void *arg)
{
	struct irc_conn *conn = arg;
	struct irc_history *asked = conn->histories.asked;

	if (!asked)
		return;
	/* Nothing is read now, or it has not even been sent. */
	if (conn->is_paused || conn->sendq.count[IRC_PRIO_COMMAND] > 0) {
		timer_arm(conn->histories.timer, IRC_HISTORY_TIMEOUT_MS);
		return;
	}
	history_finish(asked, IRC_HISTORY_LOST, NULL,
		"the server did not answer CHATHISTORY in time");
	conn_flush(conn);
}

/* Asking. */

bool irc_history_is_offered(const struct irc_conn *conn)
{
	static const enum irc_cap NEEDED[] = {IRC_CAP_CHATHISTORY,
		IRC_CAP_BATCH, IRC_CAP_SERVER_TIME, IRC_CAP_MESSAGE_TAGS};

	for (size_t i = 0; i < ARRAY_LEN(NEEDED); i++)
		if (!irc_caps_has(&conn->caps, NEEDED[i]))
			return false;
	return conn->state == IRC_CONN_READY && !conn->params.is_light;
}

bool irc_history_knows_msgid(const struct irc_conn *conn)
{
	const char *types = conn->isupport.msgreftypes;

	return *types == '\0' || strstr(types, "msgid");
}

static size_t history_limit(const struct irc_conn *conn)
{
	size_t limit = conn->isupport.chathistory.limit;

	return limit > 0 && limit < IRC_HISTORY_PAGE_MAX ? limit
							 : IRC_HISTORY_PAGE_MAX;
}

static char *history_reference(const struct irc_history_request *request)
{
	char time[CLOCK_ISO8601_BYTES];

	if (request->side == IRC_HISTORY_LATEST && !request->msgid)
		return xstrdup("*");
	if (request->msgid)
		return xasprintf("msgid=%s", request->msgid);
	clock_format_iso8601(request->time_ms, time);
	return xasprintf("timestamp=%s", time);
}

struct irc_history *irc_history_ask(
	struct irc_conn *conn, const struct irc_history_request *request)
{
	struct irc_history *history = xcalloc(1, sizeof(*history));

	history->conn = conn;
	history->side = request->side;
	history->line = request->line;
	history->done = request->done;
	history->arg = request->arg;
	history->channel = xstrdup(request->channel);
	history->folded =
		irc_casemap_fold_dup(conn->isupport.casemap, request->channel);
	history->reference = history_reference(request);
	DL_APPEND(conn->histories.waiting, history);
	conn->histories.count++;
	if (!irc_history_is_offered(conn))
		history_finish(history, IRC_HISTORY_REFUSED, NULL,
			"the server has no history");
	else if (conn->histories.count > IRC_HISTORY_REQUESTS_MAX)
		history_finish(history, IRC_HISTORY_LOST, NULL,
			"too many requests wait already");
	conn_soon(conn);
	return history;
}

void irc_history_cancel(struct irc_history *history)
{
	if (!history)
		return;
	if (history->state == IRC_HISTORY_WAITING) {
		history_free(history);
		return;
	}
	/* Its answer still comes, and must not be taken for another's. */
	history->done = NULL;
	history->line = NULL;
}

static int history_send(struct irc_history *history)
{
	struct irc_conn *conn = history->conn;
	struct irc_tag tag = {"label", history->label};
	char limit[24];
	const struct irc_line line = {
		.tags = &tag,
		.ntags = *history->label ? 1 : 0,
		.command = CHATHISTORY,
		.params = {SIDES[history->side], history->channel,
			history->reference, limit},
	};

	(void)snprintf(limit, sizeof(limit), "%zu", history->limit);
	return conn_queue(conn,
		&(struct conn_line){
			.priority = IRC_PRIO_COMMAND,
			.target = history->channel,
			.line = &line,
		},
		NULL);
}

void irc_histories_pump(struct irc_conn *conn)
{
	struct irc_histories *all = &conn->histories;
	struct irc_history *next = all->waiting;

	if (!next || all->asked || conn->state != IRC_CONN_READY ||
		!conn->is_wanted)
		return;
	next->limit = history_limit(conn);
	if (irc_caps_has(&conn->caps, IRC_CAP_LABELED_RESPONSE))
		(void)snprintf(next->label, sizeof(next->label), "h%" PRIx64,
			++all->last_label);
	switch (history_send(next)) {
	case 0:
		history_set_state(next, IRC_HISTORY_ASKED);
		timer_arm(all->timer, IRC_HISTORY_TIMEOUT_MS);
		return;
	case -ENOBUFS:
		return; /* when the queue has room */
	default:
		history_finish(next, IRC_HISTORY_REFUSED, NULL,
			"its reference cannot be a line");
	}
}

/* Answers. */

/* The batch of this message that is the page, or holds it; NULL: none. */
static const struct irc_batch *history_batch(
	const struct irc_history *asked, const struct irc_message *msg)
{
	const struct irc_batch *batch =
		irc_batches_of(&asked->conn->batches, msg);
	char folded[IRC_NAME_BYTES];

	if (*asked->label)
		return str_eq(irc_batch_label(batch), asked->label) ? batch
								    : NULL;
	for (; batch; batch = batch->outer) {
		(void)irc_casemap_fold(asked->conn->isupport.casemap,
			batch->target, folded, sizeof(folded));
		if (str_eq(batch->type, BATCH_TYPE) &&
			str_eq(folded, asked->folded))
			return batch;
	}
	return NULL;
}

static void history_on_batched(struct irc_history *asked,
	const struct irc_batch *batch, const struct irc_message *msg)
{
	bool is_page = irc_batch_is_in(batch, BATCH_TYPE);

	if (irc_message_is(msg, "BATCH")) {
		/* The outermost one that is ours ends it. */
		if (*irc_message_param(msg, 0) == '-' &&
			(*asked->label ? !batch->outer : true) &&
			str_eq(irc_message_param(msg, 0) + 1, batch->reference))
			history_finish(asked, IRC_HISTORY_COMPLETE, NULL, NULL);
		return;
	}
	if (!is_page)
		return;
	asked->count++;
	if (asked->count > asked->limit * PAGE_FACTOR) {
		history_finish(asked, IRC_HISTORY_LOST, NULL,
			"the server sent more than was asked for");
		return;
	}
	if (asked->line)
		asked->line(msg, asked->arg);
}

/* An error that is about our request? Its label says so, else its subject. */
static bool history_is_refusal(
	const struct irc_history *asked, const struct irc_message *msg)
{
	const char *label = irc_message_tag(msg, "label");
	bool is_fail = irc_message_is(msg, "FAIL");
	size_t subject = is_fail ? 0 : 1;

	if (!is_fail && (msg->numeric < ERR_UNKNOWNERROR ||
				msg->numeric >= RPL_STARTTLS))
		return false;
	if (*asked->label && label)
		return str_eq(label, asked->label);
	return str_eq_nocase(irc_message_param(msg, subject), CHATHISTORY);
}

static void history_refuse(
	struct irc_history *asked, const struct irc_message *msg)
{
	struct buf AUTOBUF why;
	bool is_fail = irc_message_is(msg, "FAIL");

	buf_init(&why, 2 * IRC_BODY_BYTES);
	buf_addf(&why, "%s (%s)", irc_message_last(msg),
		is_fail ? irc_message_param(msg, 1) : msg->command);
	history_finish(asked, IRC_HISTORY_REFUSED,
		is_fail ? irc_message_param(msg, 1) : NULL, why.data);
}

void irc_histories_take(struct irc_conn *conn, const struct irc_message *msg)
{
	struct irc_history *asked = conn->histories.asked;
	const struct irc_batch *batch;

	if (!asked)
		return;
	if (history_is_refusal(asked, msg)) {
		history_refuse(asked, msg);
		return;
	}
	batch = history_batch(asked, msg);
	if (batch)
		history_on_batched(asked, batch, msg);
	else if (*asked->label && irc_message_is(msg, "ACK") &&
		 str_eq(str_or_empty(irc_message_tag(msg, "label")),
			 asked->label))
		history_finish(asked, IRC_HISTORY_COMPLETE, NULL, NULL);
}

/* Who said it. */

/* The configured nick, or one of irc_nick_choice() in its place? */
static bool history_is_own_choice(const struct irc_conn *conn, const char *nick)
{
	size_t len = strlen(conn->params.nick);
	char base[IRC_NICK_BYTES];
	size_t rest;

	if (irc_casemap_equal(conn->isupport.casemap, nick, conn->params.nick))
		return true;
	if (len == 0 || len >= sizeof(base) || strlen(nick) <= len)
		return false;
	(void)snprintf(base, sizeof(base), "%.*s", (int)len, nick);
	rest = strspn(nick + len, "_");
	if (rest == 0)
		rest = strspn(nick + len, "0123456789");
	return nick[len + rest] == '\0' &&
	       irc_casemap_equal(
		       conn->isupport.casemap, base, conn->params.nick);
}

bool irc_history_is_own(
	const struct irc_conn *conn, const struct irc_message *msg)
{
	const char *account = irc_message_tag(msg, "account");

	if (account && *account && *conn->self.account &&
		irc_casemap_equal(
			conn->isupport.casemap, account, conn->self.account))
		return true;
	return irc_conn_is_own_nick(conn, msg->source.nick) ||
	       history_is_own_choice(conn, msg->source.nick);
}
