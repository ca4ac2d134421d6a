#include "end_irc/room.h"

#include "end_irc/end_irc_private.h"
#include "end_irc/note.h"
#include "irc/casemap.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/step.h"

#include <errno.h>
#include <stdlib.h>

static struct irc_room *room_of(struct end_room *base)
{
	return (struct irc_room *)base;
}

static int room_prepare(struct end_room *base, const struct event *event,
	struct buf *ret_payload, const char **ret_why)
{
	struct irc_room *room = room_of(base);
	const struct end_irc_params *p = end_irc_params(room->end);
	const struct render_params params = {
		.nick_template = p->nick_template,
		.anti_ping = p->anti_ping,
	};
	int error = render_payload(ret_payload, event, &params);
	if (error == -EMSGSIZE)
		*ret_why = "it is longer than 64 KiB";
	return error;
}

static void room_deliver(struct end_room *base, const struct parcel *parcel)
{
	irc_outbound_add(room_of(base)->outbound, parcel);
}

/* IRC does not wait: the lane never answers busy for long. */
static void room_resume(struct end_room *base)
{
	(void)base;
}

static void room_start(struct end_room *base, int64_t position)
{
	(void)position;
	end_irc_join(room_of(base)->end, room_of(base));
}

static void room_close(struct end_room *base)
{
	end_irc_leave(room_of(base)->end, room_of(base));
}

static void room_note(struct end_room *base, const char *text)
{
	const struct irc_room *room = room_of(base);
	irc_note_send(end_irc_conn(room->end), room->channel, text);
}

static const struct end_ops room_ops = {
	.is_replayable = false,
	.prepare = room_prepare,
	.deliver = room_deliver,
	.resume = room_resume,
	.start = room_start,
	.close = room_close,
	.note = room_note,
};

static void room_on_receipt(void *arg, const struct receipt *receipt)
{
	struct irc_room *room = arg;
	if (!room->closed)
		room->sink.receipt(room->sink.arg, receipt);
}

struct irc_room *irc_room_new(const struct irc_room_context *context,
	const struct end_irc_room_params *params, const struct end_sink *sink)
{
	struct irc_room *room = xcalloc(1, sizeof(*room));
	const struct irc_outbound_params outbound = {
		.conn = context->conn,
		.channel = params->channel,
		.window = context->params->window,
		.max_lines = context->params->max_lines,
		.late_after_ms = context->params->late_after_ms,
		.receipt = room_on_receipt,
		.arg = room,
	};
	room->base.ops = &room_ops;
	room->end = context->end;
	room->mapping = xstrdup(params->mapping);
	room->channel = xstrdup(params->channel);
	room->password = xstrdup_null(params->key);
	/* The widest folding: two configured channels are never one. */
	room->key = irc_casemap_fold_dup(IRC_CASEMAP_RFC1459, params->channel);
	room->sink = *sink;
	room->outbound = irc_outbound_new(context->loop, &outbound);
	return room;
}

static void room_free(void *arg)
{
	struct irc_room *room = arg;
	free(room->mapping);
	free(room->channel);
	free(room->password);
	free(room->key);
	free(room);
}

void irc_room_close(struct irc_room *room, struct loop *loop)
{
	room->closed = true;
	irc_outbound_close(TAKE(room->outbound));
	loop_defer(loop, room_free, room);
}

void irc_room_set_ready(struct irc_room *room, bool ready, const char *why)
{
	if (room->closed || (room->ready == ready && ready))
		return;
	room->ready = ready;
	room->sink.ready(room->sink.arg, ready, why);
}

void irc_room_message(struct irc_room *room, const struct irc_inbound *inbound)
{
	if (room->closed)
		return;
	step("line has come");
	if (room->sink.event(room->sink.arg, &inbound->event) == END_BUSY)
		log_error(room->mapping,
			"a line of %s in %s could not be taken: lost",
			inbound->event.sender.name, room->channel);
}
