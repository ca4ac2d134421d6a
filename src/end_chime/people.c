#include "end_chime/people.h"

#include "end_chime/absence.h"
#include "end_chime/expel.h"
#include "end_chime/marks.h"
#include "end_chime/roster.h"
#include "util/alloc.h"

#include <stdlib.h>

enum { LISTS_TO_TELL = 2 };

struct people {
	struct loop *loop;
	struct people_params params;
	char *object, *channel, *bearer;
	struct roster *roster; /* NULL: not watched */
	struct marks *marks;   /* NULL: the list tells, or none has come */
	struct absence *absence;
	struct expel *expel;
	unsigned missed; /* lists without ourselves, in a row */
	bool is_readable;
	bool closed;
};

static void people_on_note(void *arg, const char *text)
{
	struct people *p = arg;
	p->params.note(p->params.arg, text);
}

static void people_on_removed(void *arg)
{
	struct people *p = arg;
	if (p->roster)
		roster_poke(p->roster);
}

static void start_expel(struct people *p)
{
	const struct expel_params params = {
		.client = p->params.client,
		.users = p->params.users,
		.object = p->object,
		.channel = p->channel,
		.bridge = p->bearer,
		.note = people_on_note,
		.removed = people_on_removed,
		.arg = p,
	};
	p->expel = expel_new(p->loop, &params);
}

/* It was somebody's doing, as we know of our own; unless that is in doubt. */
static void people_on_absent(void *arg, const struct absent *absent)
{
	struct people *p = arg;
	const struct end_sink *sink = p->params.sink;
	const struct presence presence = {
		.kind = absent->is_in_doubt ? PRESENCE_LEFT : PRESENCE_REMOVED,
		.origin = ORIGIN_SELF,
		.person = {.id = absent->person_id, .name = absent->name},
	};
	if (!p->closed && p->roster && sink->presence)
		sink->presence(sink->arg, &presence);
}

static void start_absence(struct people *p)
{
	const struct absence_params params = {
		.users = p->params.users,
		.object = p->object,
		.channel = p->channel,
		.bearer = p->bearer,
		.absent = people_on_absent,
		.arg = p,
	};
	p->absence = absence_new(&params);
}

struct people *people_new(struct loop *loop, const struct people_params *params)
{
	struct people *p = xcalloc(1, sizeof(*p));
	p->loop = loop;
	p->params = *params;
	p->object = xstrdup(params->object);
	p->channel = xstrdup(params->channel);
	p->bearer = xstrdup(params->bearer);
	p->is_readable = true;
	start_expel(p);
	start_absence(p);
	return p;
}

static void people_free(void *arg)
{
	struct people *p = arg;
	absence_free(p->absence);
	free(p->object);
	free(p->channel);
	free(p->bearer);
	free(p);
}

static void unwatch(struct people *p)
{
	roster_close(TAKE(p->roster));
	marks_close(TAKE(p->marks));
}

void people_close(struct people *p)
{
	if (!p || p->closed)
		return;
	p->closed = true;
	unwatch(p);
	expel_close(TAKE(p->expel));
	loop_defer(p->loop, people_free, p);
}

static void people_on_state(void *arg, enum roster_state state)
{
	const struct end_sink *sink = ((struct people *)arg)->params.sink;
	if (sink->roster)
		sink->roster(sink->arg, state);
}

static void people_on_presence(void *arg, const struct presence *presence)
{
	const struct end_sink *sink = ((struct people *)arg)->params.sink;
	if (sink->presence)
		sink->presence(sink->arg, presence);
}

static void people_on_read(void *arg, const char *arn, int64_t at_ms)
{
	const struct end_sink *sink = ((struct people *)arg)->params.sink;
	if (sink->has_read)
		sink->has_read(sink->arg, arn, at_ms);
}

static void people_on_mark(void *arg, const char *arn, int64_t at_ms)
{
	struct people *p = arg;
	if (p->roster)
		roster_mark(p->roster, arn, at_ms);
}

static bool tells_marks(const struct members *all)
{
	struct member *member, *tmp;
	HASH_ITER (hh, all->first, member, tmp)
		if (member->read_ms)
			return true;
	return false;
}

/* Does the list say how far people have read? Else it is asked otherwise. */
static void look_for_marks(struct people *p, const struct members *all)
{
	const struct marks_params params = {
		.client = p->params.client,
		.object = p->object,
		.channel = p->channel,
		.bearer = p->bearer,
		.has_read = people_on_mark,
		.arg = p,
	};
	if (!p->params.sink->has_read)
		return;
	if (!p->marks)
		p->marks = marks_new(p->loop, &params);
	if (tells_marks(all))
		marks_stop(p->marks);
}

/* One list may be of before we came. */
static void look_for_self(struct people *p, const struct members *all)
{
	p->missed = members_find(all, p->bearer) ? 0 : p->missed + 1;
	if (p->missed == LISTS_TO_TELL)
		p->params.lost(p->params.arg);
}

static void people_on_listed(
	void *arg, const struct members *all, int64_t began_ms)
{
	struct people *p = arg;
	int64_t age_ms = loop_now_ms(p->loop) - began_ms;
	look_for_marks(p, all);
	look_for_self(p, all);
	if (absence_judge(p->absence, all, age_ms) && p->roster)
		roster_poke(p->roster);
}

static void start(struct people *p)
{
	const struct roster_params params = {
		.client = p->params.client,
		.users = p->params.users,
		.object = p->object,
		.channel = p->channel,
		.bearer = p->bearer,
		.every_ms = p->params.every_ms,
		.load = p->params.load,
		.state = people_on_state,
		.presence = people_on_presence,
		.has_read = people_on_read,
		.listed = people_on_listed,
		.arg = p,
	};
	p->roster = roster_new(p->loop, &params);
	if (!p->is_readable)
		roster_set_readable(p->roster, false);
}

void people_watch(struct people *p, bool on)
{
	if (!on)
		unwatch(p);
	else if (p->roster)
		roster_refresh(p->roster);
	else
		start(p);
}

void people_set_readable(struct people *p, bool is_readable)
{
	p->is_readable = is_readable;
	if (p->roster)
		roster_set_readable(p->roster, is_readable);
}

void people_heard(struct people *p, const char *arn)
{
	if (p->roster)
		roster_heard(p->roster, arn);
	if (p->marks && !users_is_own(p->params.users, arn))
		marks_spoke(p->marks, arn);
}

int people_expel(struct people *p, const struct removal *removal)
{
	return expel_add(p->expel, removal);
}
