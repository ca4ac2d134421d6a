#include "end_chime/room.h"

#include "chime_moderation/moderation.h"
#include "end_chime/admission.h"
#include "end_chime/content.h"
#include "end_chime/opening.h"
#include "end_chime/outbound.h"
#include "end_chime/pair.h"
#include "end_chime/people.h"
#include "end_chime/reading.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Who was put out may be let in again: asked for, slowly. */
enum { REOPEN_MS = 60 * 1000 };
/* A quiet conversation of two is looked at that seldom. */
enum { PAIR_POLL_MAX_MS = 60 * 1000 };

struct chime_room {
	struct end_room base; /* first: it is what the bridge holds */
	struct end_ops ops;
	struct room_context *context;
	struct end_sink sink;
	char *mapping;
	char *object; /* "mapping NAME", for logs */
	char *channel, *name, *privacy, *mode;
	bool create;
	char *person, *person_name, *peer; /* of two; else NULL */
	char *bearer;                      /* ARN of who reads */
	struct pair *pair;                 /* as `opening`, of two */
	struct opening *opening; /* also of one that was open before */
	struct timer *reopen;
	struct reading *reading;
	struct chime_outbound *outbound;
	struct people *people;
	struct admission *admission;
	struct moderation *moderation; /* not of two */
	bool is_minded;                /* see end_chime.h */
	bool is_watched;
	bool is_unreadable;
	bool is_confirmed; /* all that was presented */
	int64_t position;
	bool closed;
	struct chime_room *prev, *next; /* in the context */
};

static struct chime_room *room_of(struct end_room *base)
{
	return (struct chime_room *)base;
}

static int room_prepare(struct end_room *base, const struct event *event,
	struct buf *ret_payload, const char **ret_why)
{
	struct chime_room *room = room_of(base);
	struct event said = *event;
	bool has_puppets = room->context->params->puppets || room->person;
	/* Of two each speaks for themselves. */
	said.sender.is_unshown &= !room->person;
	int error = content_prepare(ret_payload, &said, has_puppets);
	if (error < 0 && error != -ENODATA)
		*ret_why = "it cannot be put into a message";
	return error;
}

static void room_deliver(struct end_room *base, const struct parcel *parcel)
{
	chime_outbound_add(room_of(base)->outbound, parcel);
}

static void room_resume(struct end_room *base)
{
	if (room_of(base)->reading)
		reading_resume(room_of(base)->reading);
}

static void set_ready(struct chime_room *room, bool ready, const char *why)
{
	if (!room->closed)
		room->sink.ready(room->sink.arg, ready, why);
}

static void room_confirmed(struct end_room *base, bool all)
{
	struct chime_room *room = room_of(base);
	room->is_confirmed = all;
	if (room->reading)
		reading_confirmed(room->reading, all);
}

static void room_on_spoke(void *arg, const char *puppet)
{
	struct chime_room *room = arg;
	reading_spoke(room->reading, puppet);
}

/* Who speaks is shown. */
static void room_on_joined(void *arg, const char *person_id)
{
	struct chime_room *room = arg;
	const struct mirror_receipt receipt = {
		.person_id = person_id,
		.is_here = true,
		.outcome = MIRROR_DONE,
	};
	if (room->sink.mirrored)
		room->sink.mirrored(room->sink.arg, &receipt);
}

static void room_on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	struct chime_room *room = arg;
	if (room->sink.mirrored)
		room->sink.mirrored(room->sink.arg, receipt);
}

static bool room_is_speaking(void *arg, const char *person_id)
{
	struct chime_room *room = arg;
	return room->outbound && chime_outbound_has(room->outbound, person_id);
}

static bool reopen_soon(struct chime_room *room)
{
	if (room->opening || room->pair || timer_is_armed(room->reopen))
		return false;
	timer_arm(room->reopen, REOPEN_MS);
	return true;
}

/* Who moderates can read without being a member, but not speak. */
static void room_on_lost(void *arg)
{
	struct chime_room *room = arg;
	if (!reopen_soon(room))
		return;
	log_warn(room->object,
		"%s seems to be no member of the channel any more: it asks to "
		"be let in again",
		room->bearer);
	opening_forget(room->context->params->store, room->mapping);
}

static void room_on_state(void *arg, bool readable, const char *why)
{
	struct chime_room *room = arg;
	room->is_unreadable = !readable;
	if (!readable)
		opening_forget(room->context->params->store, room->mapping);
	if (readable) {
		timer_cancel(room->reopen);
		opening_close(TAKE(room->opening));
		pair_close(TAKE(room->pair));
	} else if (reading_needs_people(room->reading)) {
		reopen_soon(room);
	}
	people_set_readable(room->people, readable);
	set_ready(arg, readable, why);
}

static void room_on_receipt(void *arg, const struct receipt *receipt)
{
	struct chime_room *room = arg;
	if (receipt->outcome == RECEIPT_DONE)
		reading_poke(room->reading);
	room->sink.receipt(room->sink.arg, receipt);
}

static void room_on_heard(void *arg, const char *arn)
{
	struct chime_room *room = arg;
	people_heard(room->people, arn);
	chime_outbound_heard(room->outbound, arn);
}

static int64_t poll_max_ms(const struct chime_room *room)
{
	int64_t max_ms = room->context->params->poll_max_ms;
	return room->person && max_ms < PAIR_POLL_MAX_MS ? PAIR_POLL_MAX_MS
							 : max_ms;
}

static void start_reading(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	const struct reading_params params = {
		.client = p->client,
		.users = room->context->users,
		.sink = &room->sink,
		.object = room->object,
		.channel = room->channel,
		.bearer = room->bearer,
		.min_ms = p->poll_min_ms,
		.max_ms = poll_max_ms(room),
		.overlap_ms = p->overlap_ms,
		.position = room->position,
		.markers = p->read_markers,
		.heard = room_on_heard,
		.state = room_on_state,
		.arg = room,
	};
	room->reading = reading_new(room->context->loop, &params);
	if (room->is_confirmed)
		reading_confirmed(room->reading, true);
}

static void room_on_note(void *arg, const char *text)
{
	struct chime_room *room = arg;
	chime_outbound_note(room->outbound, text);
}

static void start_people(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	const struct people_params params = {
		.client = p->client,
		.users = room->context->users,
		.object = room->object,
		.channel = room->channel,
		.bearer = room->bearer,
		.every_ms = p->members_ms,
		.load = &room->context->list_load,
		.sink = &room->sink,
		.note = room_on_note,
		.lost = room_on_lost,
		.arg = room,
	};
	room->people = people_new(room->context->loop, &params);
	if (room->is_watched)
		people_watch(room->people, true);
}

static void start_outbound(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	const struct chime_outbound_params params = {
		.client = p->client,
		.users = room->context->users,
		.object = room->object,
		.channel = room->channel,
		.bridge = room->bearer,
		.peer = room->peer,
		.token_trust_ms = p->token_trust_ms,
		.late_after_ms = p->late_after_ms,
		.receipt = room_on_receipt,
		.spoke = room_on_spoke,
		.joined = room->person ? NULL : room_on_joined,
		.refused = room_on_lost,
		.arg = room,
	};
	room->outbound = chime_outbound_new(room->context->loop, &params);
}

/* The puppet is as good as a member that was made: it is not to be retired. */
static void settle_pair(struct chime_room *room)
{
	struct users *users = room->context->users;
	char *AUTOFREE puppet = users_arn(users, room->person);
	set_string(&room->bearer, puppet);
	if (!users_is_member(users, room->person, room->channel))
		puppets_join(users_puppets(users), strrchr(puppet, '/') + 1,
			room->channel, true);
	room->is_minded = true;
}

static void enter(struct chime_room *room, const char *channel)
{
	set_string(&room->channel, channel);
	set_string(&room->bearer, room->context->params->user);
	if (room->person)
		settle_pair(room);
	if (room->outbound)
		chime_outbound_move(room->outbound, channel);
	else
		start_outbound(room);
	admission_open(room->admission, channel);
	users_mind(room->context->users, channel, room->is_minded);
	start_people(room);
	start_reading(room);
	if (room->moderation) /* the last: it may close */
		moderation_open(room->moderation, channel);
}

/* Another one than it was, and new: all that is said in it is wanted. */
static void leave(struct chime_room *room)
{
	struct users *users = room->context->users;
	reading_close(TAKE(room->reading));
	people_close(TAKE(room->people));
	room->is_unreadable = false;
	users_mind(users, room->channel, false);
	users_forget_member(users, room->person, room->channel);
	room->position = room->context->params->overlap_ms + REOPEN_MS;
}

static void room_on_opened(void *arg, const char *channel)
{
	struct chime_room *room = arg;
	opening_close(TAKE(room->opening));
	pair_close(TAKE(room->pair));
	if (room->outbound && str_eq(channel, room->channel)) {
		log_info(room->object, "%s is in the channel again",
			room->bearer);
		/* Else it is ready once it is read. */
		if (!room->is_unreadable)
			set_ready(room, true, NULL);
		return;
	}
	if (room->outbound)
		leave(room);
	enter(room, channel);
	set_ready(room, true, NULL);
}

static void room_on_failed(void *arg, const char *why)
{
	set_ready(arg, false, why);
}

static void start_pair(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	const struct pair_params params = {
		.client = p->client,
		.users = room->context->users,
		.store = p->store,
		.object = room->object,
		.mapping = room->mapping,
		.app_instance = p->app_instance,
		.person = room->person,
		.person_name = room->person_name,
		.peer = room->peer,
		.opened = room_on_opened,
		.failed = room_on_failed,
		.arg = room,
	};
	room->pair = pair_new(room->context->loop, &params);
}

static void start_opening(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	const struct opening_params params = {
		.client = p->client,
		.store = p->store,
		.object = room->object,
		.mapping = room->mapping,
		.app_instance = p->app_instance,
		.bridge = p->user,
		.channel = room->channel,
		.name = room->name,
		.privacy = room->privacy,
		.mode = room->mode,
		.create = room->create,
		.opened = room_on_opened,
		.failed = room_on_failed,
		.arg = room,
	};
	room->opening = opening_new(room->context->loop, &params);
}

static void room_on_reopen(void *arg)
{
	struct chime_room *room = arg;
	if (room->person)
		start_pair(room);
	else
		start_opening(room);
}

static void room_start(struct end_room *base, int64_t position)
{
	struct chime_room *room = room_of(base);
	room->position = position;
	room_on_reopen(room);
}

static void room_note(struct end_room *base, const char *text)
{
	struct chime_room *room = room_of(base);
	if (room->outbound)
		chime_outbound_note(room->outbound, text);
}

static void room_watch(struct end_room *base, bool on)
{
	struct chime_room *room = room_of(base);
	room->is_watched = on;
	if (room->people)
		people_watch(room->people, on);
}

static int room_expel(struct end_room *base, const struct removal *removal)
{
	struct chime_room *room = room_of(base);
	return room->people ? people_expel(room->people, removal) : -EAGAIN;
}

static void room_admit(struct end_room *base, const struct person *person)
{
	admission_admit(room_of(base)->admission, person);
}

static void room_dismiss(struct end_room *base, const struct removal *removal)
{
	admission_dismiss(room_of(base)->admission, removal);
}

static void room_shown(struct end_room *base,
	void (*fn)(void *arg, const struct shown *shown), void *arg)
{
	admission_shown(room_of(base)->admission, fn, arg);
}

static void room_moderate(struct end_room *base, bool on)
{
	moderation_watch(room_of(base)->moderation, on);
}

static void room_stand(
	struct end_room *base, const struct standing_change *change)
{
	moderation_stand(room_of(base)->moderation, change);
}

static void room_set_attribute(struct end_room *base, enum attribute attribute,
	const char *value, const char *by UNUSED)
{
	moderation_set(room_of(base)->moderation, attribute, value);
}

static void room_free(void *arg)
{
	struct chime_room *room = arg;
	free(room->mapping);
	free(room->object);
	free(room->channel);
	free(room->name);
	free(room->privacy);
	free(room->mode);
	free(room->person);
	free(room->person_name);
	free(room->peer);
	free(room->bearer);
	free(room);
}

static void room_close(struct end_room *base)
{
	struct chime_room *room = room_of(base);
	if (room->closed)
		return;
	room->closed = true;
	/* Nobody tells any more who goes. */
	if (room->channel)
		users_mind(room->context->users, room->channel, false);
	DL_DELETE(room->context->rooms, room);
	opening_close(TAKE(room->opening));
	pair_close(TAKE(room->pair));
	timer_free(TAKE(room->reopen));
	reading_close(TAKE(room->reading));
	chime_outbound_close(TAKE(room->outbound));
	people_close(TAKE(room->people));
	admission_close(TAKE(room->admission));
	moderation_close(TAKE(room->moderation));
	loop_defer(room->context->loop, room_free, room);
}

static const struct end_ops room_ops = {
	.is_replayable = true,
	.prepare = room_prepare,
	.deliver = room_deliver,
	.resume = room_resume,
	.start = room_start,
	.close = room_close,
	.confirmed = room_confirmed,
	.note = room_note,
	.watch = room_watch,
	.expel = room_expel,
	.admit = room_admit,
	.dismiss = room_dismiss,
	.shown = room_shown,
};

/* The channel that it is, as far as that is known before it is opened. */
static void make_admission(struct chime_room *room)
{
	const struct end_chime_params *p = room->context->params;
	char *AUTOFREE channel =
		room->channel
			? xstrdup(room->channel)
			: opening_channel(p->store, room->mapping, room->name);
	const struct admission_params params = {
		.loop = room->context->loop,
		.client = p->client,
		.users = room->context->users,
		.object = room->object,
		.channel = channel,
		.bridge = p->user,
		.puppets = p->puppets && !room->person,
		.is_speaking = room_is_speaking,
		.mirrored = room_on_mirrored,
		.arg = room,
	};
	room->admission = admission_new(&params);
}

static void make_moderation(struct chime_room *room, bool topic_is_name)
{
	const struct end_chime_params *p = room->context->params;
	const struct moderation_params params = {
		.client = p->client,
		.users = room->context->users,
		.mandate = room->context->mandate,
		.object = room->object,
		.bridge = p->user,
		.every_ms = p->members_ms,
		.load = &room->context->list_load,
		.topic_is_name = topic_is_name,
		.puppets = p->puppets,
		.sink = &room->sink,
		.joined = room_on_joined,
		.arg = room,
	};
	room->ops.moderate = room_moderate;
	room->ops.stand = room_stand;
	room->ops.set_attribute = room_set_attribute;
	room->moderation = moderation_new(room->context->loop, &params);
}

struct end_room *chime_room_new(struct room_context *context,
	const struct end_chime_room_params *params, const struct end_sink *sink)
{
	struct chime_room *room = xcalloc(1, sizeof(*room));
	room->ops = room_ops;
	room->base.ops = &room->ops;
	room->context = context;
	room->sink = *sink;
	room->mapping = xstrdup(params->mapping);
	room->object = xasprintf("mapping %s", params->mapping);
	room->channel = xstrdup_null(params->channel);
	room->name = xstrdup_null(params->name);
	room->privacy = xstrdup_null(params->privacy);
	room->mode = xstrdup_null(params->mode);
	room->create = params->create;
	room->person = xstrdup_null(params->person);
	room->person_name = xstrdup_null(params->person_name);
	room->peer = xstrdup_null(params->peer);
	room->is_minded = params->is_minded;
	room->reopen = timer_new(context->loop, room_on_reopen, room);
	make_admission(room);
	if (!room->person)
		make_moderation(room, params->topic_is_name);
	DL_APPEND(context->rooms, room);
	return &room->base;
}

void chime_rooms_repace(struct room_context *context)
{
	const struct end_chime_params *p = context->params;
	struct chime_room *room;

	DL_FOREACH (context->rooms, room)
		if (room->reading)
			reading_set_pace(room->reading, p->poll_min_ms,
				poll_max_ms(room));
}

bool chime_rooms_have(const struct room_context *context, const char *mapping,
	const char *channel)
{
	const struct chime_room *room;

	DL_FOREACH (context->rooms, room)
		if (str_eq(room->mapping, mapping) ||
			(channel && str_eq(room->channel, channel)))
			return true;
	return false;
}

bool chime_rooms_are_busy(const struct room_context *context, const char *arn)
{
	const struct chime_room *room;
	char *AUTOFREE person = users_person(context->users, arn);

	if (!person)
		return false;
	DL_FOREACH (context->rooms, room)
		if (room->outbound &&
			chime_outbound_has(room->outbound, person))
			return true;
	return false;
}
