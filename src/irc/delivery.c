#include "irc/delivery.h"

#include "irc/conn_link.h"
#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/delivery_private.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Says on the other side which message of its source a line is. */
static const char ID_TAG[] = "+belfry/id";

enum { TAGS_MAX = 2 };

void irc_deliveries_init(struct irc_deliveries *deliveries)
{
	*deliveries = (struct irc_deliveries){.count = 0};
}

/* Bookkeeping. */

static struct irc_delivery **delivery_list(struct irc_delivery *delivery)
{
	struct irc_deliveries *all = &delivery->conn->deliveries;

	if (delivery->state == IRC_DELIVERY_QUEUED)
		return &all->queued;
	return delivery->state == IRC_DELIVERY_WRITTEN ? &all->written
						       : &all->done;
}

/* The only writer of `state`: moves it from list to list. */
static void delivery_set_state(
	struct irc_delivery *delivery, enum irc_delivery_state state)
{
	struct irc_delivery **list = delivery_list(delivery);

	DL_DELETE(*list, delivery);
	delivery->state = state;
	list = delivery_list(delivery);
	DL_APPEND(*list, delivery);
}

static void delivery_leave_target(struct irc_delivery *delivery)
{
	struct irc_deliveries *all = &delivery->conn->deliveries;
	struct irc_delivery_target *target = TAKE(delivery->target);

	if (!target)
		return;
	DL_DELETE2(target->written, delivery, target_prev, target_next);
	if (target->written)
		return;
	HASH_DEL(all->targets, target);
	free(target->folded);
	free(target);
}

static void delivery_enter_target(struct irc_delivery *delivery)
{
	struct irc_deliveries *all = &delivery->conn->deliveries;
	struct irc_delivery_target *target;

	HASH_FIND_STR(all->targets, delivery->folded, target);
	if (!target) {
		target = xcalloc(1, sizeof(*target));
		target->folded = xstrdup(delivery->folded);
		HASH_ADD_KEYPTR(hh, all->targets, target->folded,
			strlen(target->folded), target);
	}
	DL_APPEND2(target->written, delivery, target_prev, target_next);
	delivery->target = target;
}

static void delivery_leave_labels(struct irc_delivery *delivery)
{
	if (*delivery->label == '\0')
		return;
	HASH_DEL(delivery->conn->deliveries.by_label, delivery);
	*delivery->label = '\0';
}

static void delivery_free(struct irc_delivery *delivery)
{
	struct irc_delivery **list = delivery_list(delivery);

	if (delivery->state != IRC_DELIVERY_DONE)
		delivery->conn->deliveries.count--;
	delivery_leave_target(delivery);
	delivery_leave_labels(delivery);
	DL_DELETE(*list, delivery);
	free(delivery->command);
	free(delivery->relay_nick);
	free(delivery->folded);
	free(delivery->text);
	free(delivery->echoed);
	free(delivery->msgid);
	free(delivery->why);
	free(delivery);
}

void irc_deliveries_release(struct irc_deliveries *deliveries)
{
	while (deliveries->queued)
		delivery_free(deliveries->queued);
	while (deliveries->written)
		delivery_free(deliveries->written);
	while (deliveries->done)
		delivery_free(deliveries->done);
}

/* Ends. */

void irc_delivery_finish(struct irc_delivery *delivery,
	enum irc_delivery_outcome outcome, const char *msgid, const char *why)
{
	struct irc_conn *conn = delivery->conn;

	if (!delivery->fn) {
		delivery_free(delivery);
		return;
	}
	delivery->outcome = outcome;
	delivery->msgid = xstrdup(str_or_empty(msgid));
	delivery->why = xstrdup(str_or_empty(why));
	delivery_leave_target(delivery);
	delivery_leave_labels(delivery);
	conn->deliveries.count--;
	delivery_set_state(delivery, IRC_DELIVERY_DONE);
	/* A message being processed is followed by a flush. */
	if (!conn->message)
		conn_soon(conn);
}

void irc_deliveries_down(struct irc_deliveries *deliveries, const char *why)
{
	while (deliveries->written)
		irc_delivery_finish(
			deliveries->written, IRC_DELIVERY_LOST, NULL, why);
}

void irc_deliveries_flush(struct irc_conn *conn)
{
	struct irc_delivery *delivery;

	while (!conn->is_dead && (delivery = conn->deliveries.done) != NULL) {
		struct irc_delivery_result result = {
			.outcome = delivery->outcome,
			.msgid = delivery->msgid,
			.why = delivery->why,
			.is_relay_refused = delivery->is_relay_refused,
		};
		char *AUTOFREE msgid = TAKE(delivery->msgid);
		char *AUTOFREE why = TAKE(delivery->why);
		irc_delivery_fn *fn = delivery->fn;
		void *arg = delivery->arg;

		/* The handle is gone before its owner hears of it. */
		delivery_free(delivery);
		fn(&result, arg);
	}
}

static void delivery_on_written(struct irc_delivery *delivery)
{
	struct irc_conn *conn = delivery->conn;

	delivery->queued = NULL;
	delivery->written_ms = loop_now_ms(conn->loop);
	delivery->pings_before = conn->link.ping_sent;
	delivery_set_state(delivery, IRC_DELIVERY_WRITTEN);
	delivery_enter_target(delivery);
	if (delivery->proof == IRC_PROOF_PONG)
		conn_link_ping(conn);
	else if (!timer_is_armed(conn->probe))
		timer_arm(conn->probe, IRC_DELIVERY_PROBE_MS);
}

void irc_delivery_on_fate(
	struct irc_delivery *delivery, enum irc_sendq_fate fate)
{
	delivery->queued = NULL;
	switch (fate) {
	case IRC_SENDQ_WRITTEN:
		delivery_on_written(delivery);
		return;
	case IRC_SENDQ_EXPIRED:
		irc_delivery_finish(delivery, IRC_DELIVERY_UNSENT, NULL,
			"it waited too long in the send queue");
		return;
	case IRC_SENDQ_PURGED:
		irc_delivery_finish(delivery, IRC_DELIVERY_UNSENT, NULL,
			"it was still in the send queue when the channel was "
			"left or the link was lost");
		return;
	}
}

void irc_deliveries_on_probe(void *arg)
{
	struct irc_conn *conn = arg;
	const struct irc_delivery *oldest = conn->deliveries.written;
	int64_t age_ms;

	if (!oldest)
		return;
	age_ms = loop_now_ms(conn->loop) - oldest->written_ms;
	if (age_ms < IRC_DELIVERY_PROBE_MS) {
		timer_arm(conn->probe, IRC_DELIVERY_PROBE_MS - age_ms);
		return;
	}
	/* One that is already behind it on its way is enough. */
	if (conn->link.ping_sent == oldest->pings_before)
		conn_link_ping(conn);
	timer_arm(conn->probe, IRC_DELIVERY_PROBE_MS);
	conn_flush(conn);
}

/* Beginnings. */

static enum irc_delivery_proof delivery_proof(
	const struct irc_conn *conn, const struct irc_delivery_request *request)
{
	/* The batch is how a server answers in several lines. */
	if (irc_caps_has(&conn->caps, IRC_CAP_LABELED_RESPONSE) &&
		irc_caps_has(&conn->caps, IRC_CAP_BATCH))
		return IRC_PROOF_LABEL;
	/* Nothing says that a server must echo what it relays. */
	if (!request->relay_nick &&
		irc_caps_has(&conn->caps, IRC_CAP_ECHO_MESSAGE))
		return IRC_PROOF_ECHO;
	return IRC_PROOF_PONG;
}

/* Why it cannot be sent now, with the outcome; NULL when it can. */
static const char *delivery_obstacle(const struct irc_conn *conn,
	const struct irc_delivery_request *request,
	enum irc_delivery_outcome *ret)
{
	*ret = IRC_DELIVERY_UNSENT;
	if (conn->state != IRC_CONN_READY || !conn->is_wanted)
		return "not connected";
	if (conn->deliveries.count > IRC_DELIVERIES_MAX)
		return "too much is under way already";
	*ret = IRC_DELIVERY_BLOCKED;
	if (irc_isupport_is_channel(&conn->isupport, request->channel) &&
		!irc_joins_is_in(&conn->joins, request->channel))
		return "not in the channel";
	if (request->relay_nick && !irc_conn_relay_separators(conn))
		return "the server has no RELAYMSG (now)";
	return NULL;
}

static void delivery_choose_label(struct irc_delivery *delivery)
{
	struct irc_deliveries *all = &delivery->conn->deliveries;

	if (delivery->proof != IRC_PROOF_LABEL)
		return;
	(void)snprintf(delivery->label, sizeof(delivery->label), "%" PRIx64,
		++all->last_label);
	HASH_ADD_STR(all->by_label, label, delivery);
}

static size_t delivery_tags(const struct irc_delivery *delivery, const char *id,
	struct irc_tag tags[TAGS_MAX])
{
	const struct irc_conn *conn = delivery->conn;
	size_t n = 0;

	if (*delivery->label)
		tags[n++] = (struct irc_tag){"label", delivery->label};
	if (id && irc_caps_has(&conn->caps, IRC_CAP_MESSAGE_TAGS) &&
		irc_isupport_allows_tag(&conn->isupport, ID_TAG))
		tags[n++] = (struct irc_tag){ID_TAG, id};
	return n;
}

/* 0, -ENOBUFS, or why it cannot be a line. */
static int delivery_queue(struct irc_delivery *delivery,
	const struct irc_delivery_request *request)
{
	struct irc_tag tags[TAGS_MAX];
	struct irc_line line = {
		.tags = tags,
		.ntags = delivery_tags(delivery, request->id, tags),
		.command = delivery->command,
		.params = {request->channel, delivery->text},
	};

	if (delivery->relay_nick) {
		line.command = "RELAYMSG";
		line.params[1] = delivery->relay_nick;
		line.params[2] = delivery->text;
	}
	return conn_queue(delivery->conn,
		&(struct conn_line){
			.priority = IRC_PRIO_TEXT,
			.target = request->channel,
			.owner = delivery,
			.line = &line,
		},
		&delivery->queued);
}

/* Could it be the nick of RELAYMSG? The server may be stricter. */
static bool delivery_is_relay(
	const struct irc_conn *conn, const struct irc_delivery_request *request)
{
	const char *nick = request->relay_nick;
	const char *separators = irc_conn_relay_separators(conn);

	if (*nick == '\0' || *nick == ':' || strpbrk(nick, " ,!@*"))
		return false;
	if (separators && *separators && !strpbrk(nick, separators))
		return false;
	return str_eq(request->command, "PRIVMSG") &&
	       irc_isupport_is_channel(&conn->isupport, request->channel);
}

static size_t delivery_room(
	const struct irc_conn *conn, const struct irc_delivery_request *request)
{
	if (request->relay_nick)
		return irc_conn_relay_room(
			conn, request->relay_nick, request->channel);
	return irc_conn_text_room(conn, request->command, request->channel);
}

static bool delivery_is_line(
	const struct irc_conn *conn, const struct irc_delivery_request *request)
{
	if (!str_eq(request->command, "PRIVMSG") &&
		!str_eq(request->command, "NOTICE"))
		return false;
	if (strlen(request->channel) >= IRC_NAME_BYTES ||
		strpbrk(request->channel, ", "))
		return false;
	if (request->relay_nick && !delivery_is_relay(conn, request))
		return false;
	return request->text_len > 0 &&
	       request->text_len <= delivery_room(conn, request) &&
	       !memchr(request->text, '\0', request->text_len);
}

static struct irc_delivery *delivery_new(struct irc_conn *conn,
	const struct irc_delivery_request *request, irc_delivery_fn *fn,
	void *arg)
{
	struct irc_delivery *delivery = xcalloc(1, sizeof(*delivery));

	delivery->conn = conn;
	delivery->fn = fn;
	delivery->arg = arg;
	delivery->proof = delivery_proof(conn, request);
	delivery->command = xstrdup(request->command);
	delivery->relay_nick = xstrdup_null(request->relay_nick);
	delivery->folded =
		irc_casemap_fold_dup(conn->isupport.casemap, request->channel);
	delivery->text = xstrndup(request->text, request->text_len);
	DL_APPEND(conn->deliveries.queued, delivery);
	conn->deliveries.count++;
	return delivery;
}

int irc_deliver(struct irc_conn *conn,
	const struct irc_delivery_request *request, irc_delivery_fn *fn,
	void *arg, struct irc_delivery **ret)
{
	struct irc_delivery *delivery;
	enum irc_delivery_outcome outcome;
	const char *obstacle;
	int rc;

	if (!delivery_is_line(conn, request))
		return -EINVAL;
	obstacle = delivery_obstacle(conn, request, &outcome);
	delivery = delivery_new(conn, request, fn, arg);
	if (obstacle) {
		delivery->is_relay_refused = request->relay_nick &&
					     conn->state == IRC_CONN_READY &&
					     !irc_conn_relay_separators(conn);
		irc_delivery_finish(delivery, outcome, NULL, obstacle);
		*ret = delivery;
		return 0;
	}
	delivery_choose_label(delivery);
	rc = delivery_queue(delivery, request);
	if (rc < 0 && rc != -ENOBUFS) {
		delivery_free(delivery);
		return -EINVAL;
	}
	*ret = delivery;
	if (rc < 0)
		irc_delivery_finish(delivery, IRC_DELIVERY_UNSENT, NULL,
			"the send queue is full");
	else
		conn_pump(conn);
	return 0;
}

void irc_delivery_cancel(struct irc_delivery *delivery)
{
	if (!delivery)
		return;
	if (delivery->state == IRC_DELIVERY_WRITTEN) {
		/* Its answer still comes, and must not be taken for another's.
		 */
		delivery->fn = NULL;
		return;
	}
	if (delivery->queued)
		irc_sendq_take_back(
			&delivery->conn->sendq, TAKE(delivery->queued));
	delivery_free(delivery);
}
