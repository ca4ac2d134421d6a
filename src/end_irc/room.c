#include "end_irc/room.h"

#include "end_irc/end_irc_private.h"
#include "end_irc/note.h"
#include "end_irc/voices.h"
#include "irc/casemap.h"
#include "irc_moderation/expel.h"
#include "util/alloc.h"
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

static void room_resume(struct end_room *base)
{
	irc_intake_resume(room_of(base)->intake);
}

static void room_start(struct end_room *base, int64_t position)
{
	irc_intake_start(room_of(base)->intake, position);
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

static void room_watch(struct end_room *base, bool on)
{
	irc_roster_watch(room_of(base)->roster, on);
}

static void room_admit(struct end_room *base, const struct person *person)
{
	irc_cast_admit(room_of(base)->cast, person);
}

static void room_dismiss(struct end_room *base, const struct removal *removal)
{
	irc_cast_dismiss(room_of(base)->cast, removal);
}

static void room_shown(struct end_room *base,
	void (*fn)(void *arg, const struct shown *shown), void *arg)
{
	irc_cast_each(room_of(base)->cast, fn, arg);
}

static int room_expel(struct end_room *base, const struct removal *removal)
{
	const struct irc_room *room = room_of(base);
	const char *nick =
		irc_roster_nick(room->roster, removal->person_id, NULL);
	int error = irc_expel(
		end_irc_conn(room->end), room->channel, nick, removal);
	while (!error && (nick = irc_roster_nick(room->roster,
				  removal->person_id, nick)) != NULL)
		error = irc_expel(
			end_irc_conn(room->end), room->channel, nick, removal);
	return error;
}

static void room_has_read(
	struct end_room *base, const char *person_id, int64_t at_ms)
{
	irc_cast_has_read(room_of(base)->cast, person_id, at_ms);
}

static void room_moderate(struct end_room *base, bool on)
{
	irc_moderation_watch(room_of(base)->moderation, on);
}

static void room_stand(
	struct end_room *base, const struct standing_change *change)
{
	irc_moderation_stand(room_of(base)->moderation, change);
}

static char *room_rule_for(
	struct end_room *base, const struct standing_change *change)
{
	return irc_moderation_rule(room_of(base)->moderation, change);
}

static void room_set_attribute(struct end_room *base, enum attribute attribute,
	const char *value, const char *by)
{
	irc_moderation_set(room_of(base)->moderation, attribute, value, by);
}

static const struct end_ops room_ops = {
	.is_replayable = false,
	.settles_doubt = true,
	.prepare = room_prepare,
	.deliver = room_deliver,
	.resume = room_resume,
	.start = room_start,
	.close = room_close,
	.note = room_note,
	.watch = room_watch,
	.admit = room_admit,
	.dismiss = room_dismiss,
	.shown = room_shown,
	.expel = room_expel,
	.moderate = room_moderate,
	.stand = room_stand,
	.rule_for = room_rule_for,
	.set_attribute = room_set_attribute,
	.has_read = room_has_read,
};

static void room_on_receipt(void *arg, const struct receipt *receipt)
{
	struct irc_room *room = arg;
	if (!room->closed)
		room->sink.receipt(room->sink.arg, receipt);
}

static int64_t room_voice(void *arg, const struct rendered *rendered,
	int64_t waited_ms, struct irc_voice *ret)
{
	struct irc_room *room = arg;
	return irc_cast_voice(room->cast, rendered, waited_ms, ret);
}

static bool room_past_voice(void *arg, const struct rendered *rendered,
	enum irc_way way, struct irc_voice *ret)
{
	struct irc_room *room = arg;
	return irc_cast_past_voice(room->cast, rendered, way, ret);
}

static void room_on_unheard(void *arg, const char *payload, size_t len,
	enum irc_way way, const char *why)
{
	struct irc_room *room = arg;
	irc_cast_unheard(room->cast, payload, len, way, why);
}

static void room_on_voices(void *arg)
{
	struct irc_room *room = arg;
	if (!room->closed)
		irc_outbound_poke(room->outbound);
}

static void room_on_busy(void *arg, bool is_busy)
{
	struct irc_room *room = arg;
	bool was_busy = room->is_busy;
	room->is_busy = is_busy;
	end_irc_busy(room->end, (int)is_busy - (int)was_busy);
}

static struct irc_intake *room_intake(
	struct irc_room *room, const struct irc_room_context *context)
{
	const struct irc_intake_params params = {
		.conn = context->conn,
		.folk = context->folk,
		.mapping = room->mapping,
		.channel = room->channel,
		.max_age_ms = context->params->backfill_max_age_ms,
		.max_lines = context->params->backfill_max_lines,
		.sink = &room->sink,
		.busy = room_on_busy,
		.arg = room,
	};
	return irc_intake_new(context->loop, &params);
}

static struct irc_roster *room_roster(
	struct irc_room *room, const struct irc_room_context *context)
{
	const struct irc_roster_params params = {
		.folk = context->folk,
		.census = context->census,
		.channel = room->channel,
		.sink = &room->sink,
	};
	return irc_roster_new(context->loop, &params);
}

static struct irc_cast *room_cast(
	struct irc_room *room, const struct irc_room_context *context)
{
	const struct irc_cast_params params = {
		.puppets = context->puppets,
		.conn = context->conn,
		.network = context->folk->network,
		.channel = room->channel,
		.key = room->password,
		.relaymsg = context->params->relaymsg,
		.store = context->params->store,
		.sink = &room->sink,
		.poke = room_on_voices,
		.arg = room,
	};
	return irc_cast_new(context->loop, &params);
}

static struct irc_moderation *room_moderation(const struct irc_room *room,
	const struct irc_room_context *context,
	const struct irc_moderation_settings *settings)
{
	const struct irc_moderation_params params = {
		.folk = context->folk,
		.conn = context->conn,
		.census = context->census,
		.mapping = room->mapping,
		.channel = room->channel,
		.settings = *settings,
		.sink = &room->sink,
	};
	return irc_moderation_new(context->loop, &params);
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
		.voice = room_voice,
		.past_voice = room_past_voice,
		.unheard = room_on_unheard,
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
	room->intake = room_intake(room, context);
	room->roster = room_roster(room, context);
	room->cast = room_cast(room, context);
	room->moderation = room_moderation(room, context, &params->moderation);
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
	irc_intake_close(TAKE(room->intake));
	irc_roster_close(TAKE(room->roster));
	irc_cast_close(TAKE(room->cast));
	irc_moderation_close(TAKE(room->moderation));
	loop_defer(loop, room_free, room);
}

void irc_room_set_ready(struct irc_room *room, bool ready, const char *why)
{
	if (room->closed || (room->ready == ready && ready))
		return;
	room->ready = ready;
	if (!ready) {
		irc_intake_left(room->intake);
		irc_outbound_left(room->outbound);
		irc_roster_left(room->roster);
		if (!room->closed)
			irc_moderation_left(room->moderation);
	}
	if (room->closed)
		return;
	room->sink.ready(room->sink.arg, ready, why);
	if (!ready || room->closed)
		return;
	irc_intake_joined(room->intake);
	if (room->closed)
		return;
	irc_cast_return(room->cast);
	irc_roster_joined(room->roster);
	irc_moderation_joined(room->moderation);
}

void irc_room_leave(struct irc_room *room, const char *why)
{
	if (room->closed || !room->ready)
		return;
	room->ready = false;
	irc_outbound_left(room->outbound);
	irc_roster_left(room->roster);
	if (!room->closed)
		irc_moderation_left(room->moderation);
	if (!room->closed)
		room->sink.ready(room->sink.arg, false, why);
}

void irc_room_lost(struct irc_room *room, const char *why)
{
	if (room->closed)
		return;
	irc_room_leave(room, why);
	if (!room->closed)
		irc_intake_left(room->intake);
}

void irc_room_people(struct irc_room *room, const struct irc_message *message)
{
	if (!room->closed)
		irc_roster_take(room->roster, message);
	if (!room->closed)
		irc_moderation_take(room->moderation, message);
}

void irc_room_answer(struct irc_room *room, const struct irc_message *message)
{
	if (!room->closed)
		irc_moderation_take(room->moderation, message);
}

void irc_room_puppet(struct irc_room *room, const struct irc_puppet *puppet)
{
	if (!room->closed)
		irc_cast_changed(room->cast, puppet);
}

void irc_room_puppet_kicked(struct irc_room *room,
	const struct irc_puppet *puppet, const struct irc_message *kick)
{
	if (!room->closed)
		irc_cast_kicked(room->cast, puppet, kick);
}

void irc_room_vacant(struct irc_room *room, const char *id)
{
	if (!room->closed)
		irc_cast_vacant(room->cast, id);
}

void irc_room_message(
	struct irc_room *room, const struct irc_inbound *inbound, bool is_past)
{
	if (room->closed)
		return;
	step("line has come");
	if (is_past)
		irc_intake_replay(room->intake, &inbound->event);
	else
		irc_intake_take(room->intake, &inbound->event);
}
