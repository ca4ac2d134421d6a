#include "bridge/mapping.h"

#include "bridge/delivery.h"
#include "bridge/intake.h"
#include "bridge/moderation.h"
#include "bridge/moderation_sink.h"
#include "util/alloc.h"

#include <stdlib.h>

static struct lane *mapping_lane(const struct mapping *mapping,
	const struct mapping_env *env, const struct mapping_params *params,
	enum lane_way way, int *ret_error)
{
	bool to_irc = way == LANE_TO_IRC;
	struct lane_params lane = {
		.loop = env->loop,
		.store = env->store,
		.mapping = params->name,
		.way = way,
		.messages = params->messages,
		/* Chime knows our tokens: there is no doubt to be skipped. */
		.in_doubt = to_irc ? params->in_doubt : IN_DOUBT_RESEND,
		.window = to_irc ? params->window : 1,
		.queue = params->queue,
		.overlap_ms = params->overlap_ms,
		.filter = mapping->filter,
		.died_ms =
			!to_irc && env->heard_ms ? env->heard_ms : env->died_ms,
		.on_idle = env->on_idle,
		.arg = env->arg,
	};

	return lane_new(&lane, ret_error);
}

static int open_filter(struct mapping *mapping, const struct mapping_env *env,
	const struct mapping_params *params)
{
	struct err err = {0};

	mapping->filter =
		filter_new(env->filters, params->name, &params->filter, &err);
	if (mapping->filter)
		return 0;
	log_error("bridge", "mapping %s: %s", params->name, err.text);
	return err.code;
}

static struct mirror *make_mirror(const struct mapping_env *env,
	const struct mapping_params *params, struct mapping *mapping,
	enum lane_way way)
{
	struct mirror_setup setup = {
		.loop = env->loop,
		.store = env->store,
		.object = mapping->to_irc->object,
		.mapping = mapping->name,
		.way = way,
		.params = params->mirror,
		.filter = mapping->filter,
		.kicks = &mapping->kicks,
	};

	return mirror_new(&setup);
}

struct mapping *mapping_new(const struct mapping_env *env,
	const struct mapping_params *params, int *ret_error)
{
	struct mapping *mapping = xcalloc(1, sizeof(*mapping));

	mapping->name = xstrdup(params->name);
	mapping->irc_label = xstrdup_null(params->irc_label);
	mapping->chime_label = xstrdup_null(params->chime_label);
	*ret_error = open_filter(mapping, env, params);
	if (*ret_error == 0)
		*ret_error =
			pause_init(&mapping->pause, env->store, mapping->name);
	if (*ret_error == 0)
		mapping->to_irc = mapping_lane(
			mapping, env, params, LANE_TO_IRC, ret_error);
	if (mapping->to_irc)
		mapping->to_chime = mapping_lane(
			mapping, env, params, LANE_TO_CHIME, ret_error);
	if (mapping->to_chime)
		*ret_error =
			mapping_keep_alike(mapping, env, &params->moderation);
	if (*ret_error < 0) {
		mapping_free(mapping);
		return NULL;
	}
	mapping->shown_in_irc = make_mirror(env, params, mapping, LANE_TO_IRC);
	mapping->shown_in_chime =
		make_mirror(env, params, mapping, LANE_TO_CHIME);
	if (pause_is_on(&mapping->pause)) {
		log_warn(mapping->to_irc->object, "it is still paused, by %s",
			mapping->pause.who);
		lane_pause(mapping->to_irc, true);
		lane_pause(mapping->to_chime, true);
	}
	return mapping;
}

static void retiring_free(struct retiring *retiring)
{
	if (!retiring)
		return;
	timer_free(retiring->timer);
	free(retiring);
}

void mapping_free(struct mapping *mapping)
{
	if (!mapping)
		return;
	retiring_free(mapping->retiring);
	if (mapping->irc)
		mapping->irc->ops->close(mapping->irc);
	if (mapping->chime)
		mapping->chime->ops->close(mapping->chime);
	reconcile_free(mapping->reconcile);
	mirror_free(mapping->shown_in_irc);
	mirror_free(mapping->shown_in_chime);
	lane_free(mapping->to_irc);
	lane_free(mapping->to_chime);
	filter_free(mapping->filter);
	pause_release(&mapping->pause);
	kicks_release(&mapping->kicks);
	free(mapping->irc_label);
	free(mapping->chime_label);
	free(mapping->name);
	free(mapping);
}

/*
 * To know who is on IRC costs nothing. To list a channel of Chime costs calls:
 * only where somebody wants to know, be it only whether our own people are
 * still in there.
 */
static void attach_mirrors(struct mapping *mapping)
{
	const struct mirror_params *params =
		&mapping->shown_in_irc->setup.params;
	bool is_wanted = params->to_irc != MEMBERS_OFF || params->announce ||
			 params->to_chime != MEMBERS_OFF;

	mirror_attach(
		mapping->shown_in_irc, mapping->chime, mapping->irc, is_wanted);
	mirror_attach(
		mapping->shown_in_chime, mapping->irc, mapping->chime, true);
}

void mapping_attach(
	struct mapping *mapping, struct end_room *irc, struct end_room *chime)
{
	mapping->irc = irc;
	mapping->chime = chime;
	lane_attach(mapping->to_irc, chime, irc);
	lane_attach(mapping->to_chime, irc, chime);
	irc->ops->start(irc, lane_start_position(mapping->to_chime));
	chime->ops->start(chime, lane_start_position(mapping->to_irc));
	attach_mirrors(mapping);
	if (mapping->reconcile)
		reconcile_attach(mapping->reconcile, irc, chime);
}

const char *mapping_name(const struct mapping *mapping)
{
	return mapping->name;
}

/* --- sinks: what a room says goes to one lane, what it did to the other --- */

static enum end_answer irc_on_event(void *arg, const struct event *event)
{
	struct mapping *mapping = arg;

	if (event->origin == ORIGIN_PERSON)
		mirror_on_speech(mapping->shown_in_chime, &event->sender);
	return lane_event(mapping->to_chime, event);
}

static void irc_on_receipt(void *arg, const struct receipt *receipt)
{
	struct mapping *mapping = arg;

	lane_receipt(mapping->to_irc, receipt);
}

static void irc_on_ready(void *arg, bool ready, const char *why)
{
	struct mapping *mapping = arg;

	lane_on_ready(mapping->to_irc, ready, why);
	lane_on_source_ready(mapping->to_chime, ready);
	drip_set_ready(mapping->shown_in_irc, ready);
}

static void irc_on_gap(
	void *arg, int64_t from_ms, int64_t to_ms, bool is_recovered)
{
	struct mapping *mapping = arg;

	outage_on_gap(mapping->to_chime, from_ms, to_ms, is_recovered);
}

static void irc_on_position(void *arg, int64_t position)
{
	struct mapping *mapping = arg;

	lane_on_position(mapping->to_chime, position);
}

/* Whoever another bridge shows is not of that side: not to be mirrored. */
static void on_presence(struct mirror *natives, struct mirror *likenesses,
	const struct presence *presence)
{
	if (presence->origin == ORIGIN_PERSON)
		mirror_on_presence(natives, presence);
	else if (presence->origin == ORIGIN_SELF)
		mirror_on_likeness(likenesses, presence);
}

static void irc_on_roster(void *arg, enum roster_state state)
{
	struct mapping *mapping = arg;

	mirror_on_roster(mapping->shown_in_chime, state);
}

static void irc_on_presence(void *arg, const struct presence *presence)
{
	struct mapping *mapping = arg;

	moderation_on_presence(mapping, SIDE_IRC, presence);
	on_presence(mapping->shown_in_chime, mapping->shown_in_irc, presence);
}

static void irc_on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	struct mapping *mapping = arg;

	mirror_on_receipt(mapping->shown_in_irc, receipt);
	moderation_on_mirrored(mapping, SIDE_IRC, receipt);
}

static void irc_on_read(void *arg, const char *person_id, int64_t at_ms)
{
	struct mapping *mapping = arg;

	mirror_on_read(mapping->shown_in_chime, person_id, at_ms);
}

struct end_sink mapping_sink_irc(struct mapping *mapping)
{
	struct end_sink sink = {
		.event = irc_on_event,
		.receipt = irc_on_receipt,
		.ready = irc_on_ready,
		.position = irc_on_position,
		.gap = irc_on_gap,
		.roster = irc_on_roster,
		.presence = irc_on_presence,
		.mirrored = irc_on_mirrored,
		.has_read = irc_on_read,
		.arg = mapping,
	};

	moderation_sink_irc(&sink);
	return sink;
}

static enum end_answer chime_on_event(void *arg, const struct event *event)
{
	struct mapping *mapping = arg;

	if (event->origin == ORIGIN_PERSON)
		mirror_on_speech(mapping->shown_in_irc, &event->sender);
	return lane_event(mapping->to_irc, event);
}

static void chime_on_receipt(void *arg, const struct receipt *receipt)
{
	struct mapping *mapping = arg;

	lane_receipt(mapping->to_chime, receipt);
}

static void chime_on_ready(void *arg, bool ready, const char *why)
{
	struct mapping *mapping = arg;

	lane_on_ready(mapping->to_chime, ready, why);
	lane_on_source_ready(mapping->to_irc, ready);
	drip_set_ready(mapping->shown_in_chime, ready);
}

static void chime_on_position(void *arg, int64_t position)
{
	struct mapping *mapping = arg;

	lane_on_position(mapping->to_irc, position);
}

static void chime_on_roster(void *arg, enum roster_state state)
{
	struct mapping *mapping = arg;

	mirror_on_roster(mapping->shown_in_irc, state);
}

static void chime_on_presence(void *arg, const struct presence *presence)
{
	struct mapping *mapping = arg;

	moderation_on_presence(mapping, SIDE_CHIME, presence);
	on_presence(mapping->shown_in_irc, mapping->shown_in_chime, presence);
}

static void chime_on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	struct mapping *mapping = arg;

	mirror_on_receipt(mapping->shown_in_chime, receipt);
	moderation_on_mirrored(mapping, SIDE_CHIME, receipt);
}

static void chime_on_read(void *arg, const char *person_id, int64_t at_ms)
{
	struct mapping *mapping = arg;

	mirror_on_read(mapping->shown_in_irc, person_id, at_ms);
}

struct end_sink mapping_sink_chime(struct mapping *mapping)
{
	struct end_sink sink = {
		.event = chime_on_event,
		.receipt = chime_on_receipt,
		.ready = chime_on_ready,
		.position = chime_on_position,
		.roster = chime_on_roster,
		.presence = chime_on_presence,
		.mirrored = chime_on_mirrored,
		.has_read = chime_on_read,
		.arg = mapping,
	};

	moderation_sink_chime(&sink);
	return sink;
}

/* --- for the bridge ---------------------------------------------------------
 */

void mapping_stall(struct mapping *mapping, bool stalled)
{
	lane_stall(mapping->to_irc, stalled);
	lane_stall(mapping->to_chime, stalled);
	drip_stall(mapping->shown_in_irc, stalled);
	drip_stall(mapping->shown_in_chime, stalled);
}

void mapping_drain(struct mapping *mapping)
{
	lane_drain(mapping->to_irc);
	lane_drain(mapping->to_chime);
	drip_stop(mapping->shown_in_irc);
	drip_stop(mapping->shown_in_chime);
	if (mapping->reconcile)
		reconcile_stop(mapping->reconcile);
}

bool mapping_is_idle(const struct mapping *mapping)
{
	return lane_is_idle(mapping->to_irc) && lane_is_idle(mapping->to_chime);
}

struct mirror *mapping_mirror(const struct mapping *mapping, enum lane_way way)
{
	return way == LANE_TO_IRC ? mapping->shown_in_irc
				  : mapping->shown_in_chime;
}

static struct lane *lane_of(const struct mapping *mapping, enum lane_way way)
{
	return way == LANE_TO_IRC ? mapping->to_irc : mapping->to_chime;
}

void mapping_stats(const struct mapping *mapping, enum lane_way way,
	struct lane_stats *ret)
{
	lane_get_stats(lane_of(mapping, way), ret);
}

int mapping_aside_each(struct mapping *mapping, enum lane_way way,
	store_each_fn *fn, void *arg)
{
	return lane_aside_each(lane_of(mapping, way), fn, arg);
}

int mapping_aside_retry(
	struct mapping *mapping, enum lane_way way, uint64_t seq)
{
	return lane_aside_retry(lane_of(mapping, way), seq);
}

int mapping_aside_forget(
	struct mapping *mapping, enum lane_way way, uint64_t seq)
{
	return lane_aside_forget(lane_of(mapping, way), seq);
}

void mapping_refilter(struct mapping *mapping)
{
	if (mapping->irc && mapping->chime)
		mapping_resync(mapping);
}

void mapping_refilter_person(
	struct mapping *mapping, const struct person *person)
{
	struct mirror *mirror = mapping->shown_in_chime;
	const struct member *member = roster_find(&mirror->roster, person->id);
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.origin = ORIGIN_PERSON,
		.person = *person,
	};

	if (member && member->place == MEMBER_HERE)
		mirror_on_presence(mirror, &presence);
}

void mapping_resync(struct mapping *mapping)
{
	mirror_resync(mapping->shown_in_irc);
	mirror_resync(mapping->shown_in_chime);
	if (mapping->reconcile)
		reconcile_refresh(mapping->reconcile);
}

void mapping_pause(struct mapping *mapping, bool is_paused, const char *who)
{
	if (!pause_set(&mapping->pause, is_paused, who))
		return;
	log_info(mapping->to_irc->object, "%s by %s",
		is_paused ? "paused" : "resumed", who ? who : "somebody");
	lane_pause(mapping->to_irc, is_paused);
	lane_pause(mapping->to_chime, is_paused);
}

bool mapping_is_paused(const struct mapping *mapping)
{
	return pause_is_on(&mapping->pause);
}
