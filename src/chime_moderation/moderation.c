#include "chime_moderation/moderation.h"

#include "chime_moderation/attributes.h"
#include "chime_moderation/standings.h"
#include "chime_moderation/stands.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

struct told {
	bool is_known;
	bool may;
	char *why;
};

struct moderation {
	struct loop *loop;
	struct moderation_params params;
	char *object, *bridge, *channel;
	struct mandate_watch *watch;                 /* NULL: nothing is told */
	struct standings *standings[STANDING_KINDS]; /* while we may */
	struct stands *stands;
	struct attributes *attributes;
	bool is_on;
	bool is_known; /* whether we may */
	bool may;
	char *why; /* not */
	char *denied[RIGHTS];
	char *foreign;
	struct timer *timer; /* what was denied may be tried again */
	struct told told[RIGHTS];
	bool closed;
};

static const enum right rights[STANDING_KINDS] = {
	[STANDING_BANNED] = RIGHT_BANS,
	[STANDING_MODERATOR] = RIGHT_MODERATORS,
};
static const enum right attribute_rights[ATTRIBUTES] = {
	[ATTRIBUTE_TOPIC] = RIGHT_TOPIC,
	[ATTRIBUTE_NAME] = RIGHT_NAME,
	[ATTRIBUTE_RESTRICTED] = RIGHT_RESTRICTED,
};

/* ---- rights ---- */

static const char *why_not(const struct moderation *m, enum right right)
{
	if (!m->may)
		return m->why;
	if (m->denied[right])
		return m->denied[right];
	return right == RIGHT_TOPIC ? m->foreign : NULL;
}

static void tell_right(struct moderation *m, enum right right)
{
	struct told *told = &m->told[right];
	const struct end_sink *sink = m->params.sink;
	const char *why = why_not(m, right);
	if (told->is_known && told->may == !why && str_eq(told->why, why))
		return;
	told->is_known = true;
	told->may = !why;
	set_string(&told->why, why);
	if (sink->right)
		sink->right(sink->arg, right, told->may, told->why);
}

static void tell_rights(struct moderation *m)
{
	for (unsigned i = 0; i < RIGHTS; i++)
		if (m->is_on && m->is_known && !m->closed)
			tell_right(m, i);
}

static void forget_rights(struct moderation *m)
{
	for (size_t i = 0; i < RIGHTS; i++)
		m->told[i].is_known = false;
	m->is_known = false;
}

static void deny(struct moderation *m, enum right right, const char *why)
{
	set_string(&m->denied[right], why);
	timer_arm(m->timer, MODERATION_DENIED_MS);
	tell_rights(m);
}

static void allow_all(struct moderation *m)
{
	for (size_t i = 0; i < RIGHTS; i++)
		set_string(&m->denied[i], NULL);
}

static void moderation_on_timer(void *arg)
{
	allow_all(arg);
	tell_rights(arg);
}

static void refuse(struct moderation *m, enum right right,
	const struct chime_result *result)
{
	if (chime_error_is_policy(result->error, result->code))
		deny(m, right, result->message);
	else
		mandate_doubt(m->params.mandate);
}

/* ---- what is told ---- */

static void moderation_on_list(void *arg, const struct standing_list *list)
{
	const struct end_sink *sink = ((struct moderation *)arg)->params.sink;
	if (sink->standings)
		sink->standings(sink->arg, list);
}

static void moderation_on_standing(void *arg, const struct standing *standing)
{
	const struct end_sink *sink = ((struct moderation *)arg)->params.sink;
	if (sink->standing)
		sink->standing(sink->arg, standing);
}

static void moderation_on_list_refused(
	void *arg, enum standing_kind kind, const struct chime_result *result)
{
	refuse(arg, rights[kind], result);
}

static bool moderation_is_changing(
	void *arg, enum standing_kind kind, const char *arn)
{
	const struct moderation *m = arg;
	return m->stands && stands_is_changing(m->stands, kind, arn);
}

static void start_standings(struct moderation *m, enum standing_kind kind)
{
	const struct standings_params params = {
		.client = m->params.client,
		.users = m->params.users,
		.object = m->object,
		.channel = m->channel,
		.bridge = m->bridge,
		.every_ms = m->params.every_ms,
		.load = m->params.load,
		.kind = kind,
		.list = moderation_on_list,
		.standing = moderation_on_standing,
		.refused = moderation_on_list_refused,
		.is_changing = moderation_is_changing,
		.arg = m,
	};
	m->standings[kind] = standings_new(m->loop, &params);
}

static void stop_standings(struct moderation *m, enum standing_kind kind)
{
	const struct standing_list unknown = {
		.kind = kind,
		.state = ROSTER_UNKNOWN,
	};
	struct standings *standings = TAKE(m->standings[kind]);
	bool was_known = standings && standings_is_known(standings);
	standings_close(standings);
	if (was_known && m->is_on && !m->closed)
		moderation_on_list(m, &unknown);
}

/* As it should be now; the sink may change that. */
static void adjust_standings(struct moderation *m)
{
	for (unsigned i = 0; i < STANDING_KINDS; i++) {
		bool is_wanted = m->is_on && m->may && m->is_known &&
				 m->channel && !m->closed;
		if (is_wanted && !m->standings[i])
			start_standings(m, i);
		else if (!is_wanted && m->standings[i])
			stop_standings(m, i);
	}
}

static void moderation_on_mandate(void *arg, bool may, const char *why)
{
	struct moderation *m = arg;
	m->is_known = true;
	m->may = may;
	set_string(&m->why, may ? NULL : why);
	adjust_standings(m);
	tell_rights(m);
}

static void moderation_on_attribute(
	void *arg, const struct attribute_state *state)
{
	const struct end_sink *sink = ((struct moderation *)arg)->params.sink;
	if (sink->attribute)
		sink->attribute(sink->arg, state);
}

static void moderation_on_set(
	void *arg, const struct attribute_receipt *receipt)
{
	const struct end_sink *sink = ((struct moderation *)arg)->params.sink;
	if (sink->attribute_set)
		sink->attribute_set(sink->arg, receipt);
}

static void moderation_on_foreign(void *arg, const char *why)
{
	struct moderation *m = arg;
	set_string(&m->foreign, why);
	tell_rights(m);
}

static void moderation_on_set_refused(
	void *arg, enum attribute attribute, const struct chime_result *result)
{
	refuse(arg, attribute_rights[attribute], result);
}

static void start_attributes(struct moderation *m)
{
	const struct attributes_params params = {
		.client = m->params.client,
		.object = m->object,
		.bridge = m->bridge,
		.every_ms = m->params.every_ms,
		.load = m->params.load,
		.topic_is_name = m->params.topic_is_name,
		.attribute = moderation_on_attribute,
		.set = moderation_on_set,
		.foreign = moderation_on_foreign,
		.refused = moderation_on_set_refused,
		.arg = m,
	};
	m->attributes = attributes_new(m->loop, &params);
}

/* ---- what is done ---- */

static void moderation_on_stood(
	void *arg, const struct standing_receipt *receipt)
{
	const struct end_sink *sink = ((struct moderation *)arg)->params.sink;
	if (sink->stood)
		sink->stood(sink->arg, receipt);
}

static void moderation_on_changed(
	void *arg, enum standing_kind kind, const char *arn, bool is_set)
{
	struct moderation *m = arg;
	if (m->standings[kind])
		standings_changed(m->standings[kind], arn, is_set);
}

static void moderation_on_joined(void *arg, const char *person_id)
{
	struct moderation *m = arg;
	m->params.joined(m->params.arg, person_id);
}

static void moderation_on_denied(
	void *arg, enum standing_kind kind, const char *why)
{
	deny(arg, rights[kind], why);
}

static void moderation_on_doubted(void *arg)
{
	struct moderation *m = arg;
	mandate_doubt(m->params.mandate);
}

static void start_stands(struct moderation *m)
{
	const struct stands_params params = {
		.client = m->params.client,
		.users = m->params.users,
		.object = m->object,
		.bridge = m->bridge,
		.puppets = m->params.puppets,
		.stood = moderation_on_stood,
		.changed = moderation_on_changed,
		.joined = moderation_on_joined,
		.denied = moderation_on_denied,
		.doubted = moderation_on_doubted,
		.arg = m,
	};
	m->stands = stands_new(m->loop, &params);
}

/* ---- life ---- */

struct moderation *moderation_new(
	struct loop *loop, const struct moderation_params *params)
{
	struct moderation *m = xcalloc(1, sizeof(*m));
	m->loop = loop;
	m->params = *params;
	m->object = xstrdup(params->object);
	m->bridge = xstrdup(params->bridge);
	m->timer = timer_new(loop, moderation_on_timer, m);
	start_stands(m);
	start_attributes(m);
	return m;
}

static void moderation_free(void *arg)
{
	struct moderation *m = arg;
	for (size_t i = 0; i < RIGHTS; i++) {
		free(m->denied[i]);
		free(m->told[i].why);
	}
	free(m->object);
	free(m->bridge);
	free(m->channel);
	free(m->why);
	free(m->foreign);
	free(m);
}

void moderation_close(struct moderation *m)
{
	if (!m || m->closed)
		return;
	m->closed = true;
	mandate_unwatch(TAKE(m->watch));
	adjust_standings(m);
	stands_close(TAKE(m->stands));
	attributes_close(TAKE(m->attributes));
	timer_free(TAKE(m->timer));
	loop_defer(m->loop, moderation_free, m);
}

static void watch_mandate(struct moderation *m)
{
	mandate_unwatch(TAKE(m->watch));
	forget_rights(m);
	if (m->is_on && m->channel)
		m->watch = mandate_watch(m->params.mandate, m->channel,
			moderation_on_mandate, m);
}

void moderation_open(struct moderation *m, const char *channel)
{
	if (str_eq(m->channel, channel))
		return;
	m->may = false;
	allow_all(m);
	set_string(&m->channel, channel);
	watch_mandate(m);
	adjust_standings(m);
	if (m->closed)
		return;
	stands_open(m->stands, channel);
	attributes_open(m->attributes, channel);
}

/* Said again: fresh lists of all. */
static void refresh(struct moderation *m)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		if (m->standings[i])
			standings_refresh(m->standings[i]);
	if (m->watch)
		mandate_doubt(m->params.mandate);
	attributes_watch(m->attributes, true);
}

void moderation_watch(struct moderation *m, bool on)
{
	if (!m)
		return;
	if (on && m->is_on) {
		refresh(m);
		return;
	}
	m->is_on = on;
	watch_mandate(m);
	adjust_standings(m);
	attributes_watch(m->attributes, on);
}

void moderation_stand(
	struct moderation *m, const struct standing_change *change)
{
	stands_add(m->stands, change);
}

void moderation_set(
	struct moderation *m, enum attribute attribute, const char *value)
{
	attributes_change(m->attributes, attribute, value);
}
