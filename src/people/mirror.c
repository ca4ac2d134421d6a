#include "people/mirror.h"

#include "people/census.h"
#include "people/expulsion.h"
#include "people/outcast.h"
#include "people/verdict.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

int64_t mirror_now_ms(const struct mirror *mirror)
{
	return loop_now_ms(mirror->setup.loop);
}

const char *mirror_side(const struct mirror *mirror)
{
	return mirror->setup.way == LANE_TO_IRC ? "IRC" : "Chime";
}

/* --- what is to be done ----------------------------------------------------
 */

static void arm_due(struct mirror *mirror)
{
	struct due_item *first = due_first(&mirror->dues);
	int64_t wait_ms;

	if (!first) {
		timer_cancel(mirror->due);
		return;
	}
	wait_ms = first->due_ms - mirror_now_ms(mirror);
	timer_arm(mirror->due, wait_ms > 0 ? wait_ms : 0);
}

static void look_again(
	struct mirror *mirror, struct member *member, int64_t due_ms)
{
	const struct due_item *before = due_first(&mirror->dues);

	due_remove(&mirror->dues, &member->due);
	if (due_ms != VERDICT_NEVER)
		due_add(&mirror->dues, &member->due, due_ms);
	if (due_first(&mirror->dues) != before || before == &member->due)
		arm_due(mirror);
}

void mirror_plan(struct mirror *mirror, struct member *member)
{
	struct verdict_rules rules = {
		.policy = mirror->policy,
		.is_known = mirror->is_known,
		.now_ms = mirror_now_ms(mirror),
	};
	struct verdict verdict = verdict_of(member, &rules);

	drip_want(mirror, member, verdict.work);
	look_again(mirror, member, verdict.due_ms);
	outcast_note(mirror, member, verdict.is_over);
	if (verdict.is_over)
		roster_drop(&mirror->roster, member);
	else
		roster_recount(&mirror->roster, member);
}

void mirror_plan_all(struct mirror *mirror)
{
	struct member *member = NULL;
	struct member *next = NULL;

	HASH_ITER (hh, mirror->roster.members, member, next) {
		mirror_plan(mirror, member);
	}
}

static void mirror_on_due(void *arg)
{
	struct mirror *mirror = arg;
	int64_t now_ms = mirror_now_ms(mirror);
	struct due_item *first;

	while ((first = due_first(&mirror->dues)) && first->due_ms <= now_ms)
		mirror_plan(mirror,
			(struct member *)((char *)first -
					  offsetof(struct member, due)));
	arm_due(mirror);
	drip_pump(mirror);
}

struct member *mirror_meet(
	struct mirror *mirror, const char *person_id, const char *name)
{
	struct member *member = roster_add(&mirror->roster, person_id, name);

	if (!member && !mirror->is_over_full)
		log_warn(mirror->setup.object,
			"there are more than %zu people; the others are not "
			"shown on %s",
			mirror->roster.ceiling, mirror_side(mirror));
	mirror->is_over_full = mirror->is_over_full || !member;
	return member;
}

/* --- life ------------------------------------------------------------------
 */

static bool is_news(void *arg, const char *person_id)
{
	struct mirror *mirror = arg;
	struct member *member = roster_find(&mirror->roster, person_id);

	return member && member->place == MEMBER_HERE && !member->is_shown &&
	       member->work == WORK_NONE && member->queue == QUEUE_NONE;
}

static void say(void *arg, const char *text)
{
	struct mirror *mirror = arg;

	if (mirror->dest->ops->note && mirror->drip.is_ready)
		mirror->dest->ops->note(mirror->dest, text);
}

struct mirror *mirror_new(const struct mirror_setup *setup)
{
	struct mirror *mirror = xcalloc(1, sizeof(*mirror));

	mirror->setup = *setup;
	mirror->policy = setup->way == LANE_TO_IRC ? setup->params.to_irc
						   : setup->params.to_chime;
	roster_init(&mirror->roster, ROSTER_MAX);
	due_init(&mirror->dues);
	drip_init(mirror);
	announce_init(&mirror->announce, setup->loop);
	mirror->announce.is_news = is_news;
	mirror->announce.say = say;
	mirror->announce.arg = mirror;
	mirror->due = timer_new(setup->loop, mirror_on_due, mirror);
	mirror->confirm = timer_new(setup->loop, census_on_confirm, mirror);
	return mirror;
}

void mirror_free(struct mirror *mirror)
{
	if (!mirror)
		return;
	timer_free(mirror->due);
	timer_free(mirror->confirm);
	announce_release(&mirror->announce);
	drip_release(mirror);
	due_release(&mirror->dues);
	roster_release(&mirror->roster);
	free(mirror);
}

static void mirror_on_shown(void *arg, const struct shown *shown)
{
	struct mirror *mirror = arg;
	struct member *member;

	if (roster_find(&mirror->roster, shown->person_id))
		return;
	member = mirror_meet(mirror, shown->person_id, shown->name);
	if (!member)
		return;
	member->place = MEMBER_UNSURE;
	member->is_shown = true;
	/* Without a name it is not known, and as good as right. */
	if (member->name[0])
		member->shown_name = member_name_hash(member->name);
	/* As under another name: whoever is there is admitted once more. */
	if (shown->is_in_doubt)
		member->shown_name = member_name_hash("\n");
	roster_recount(&mirror->roster, member);
}

void mirror_attach(struct mirror *mirror, struct end_room *source,
	struct end_room *dest, bool is_watching)
{
	mirror->source = source;
	mirror->dest = dest;
	if (!dest->ops->admit || !dest->ops->dismiss)
		mirror->policy = MEMBERS_OFF;
	if (dest->ops->shown)
		dest->ops->shown(dest, mirror_on_shown, mirror);
	outcast_recall(mirror);
	mirror->is_watching = is_watching && source->ops->watch;
	if (mirror->is_watching)
		source->ops->watch(source, true);
}

void mirror_on_roster(struct mirror *mirror, enum roster_state state)
{
	census_on_roster(mirror, state);
	drip_pump(mirror);
}

/* --- what the source tells of one person -----------------------------------
 */

static bool is_announced(
	const struct mirror *mirror, const struct member *member)
{
	return mirror->setup.params.announce &&
	       mirror->setup.way == LANE_TO_IRC && mirror->is_known &&
	       !mirror->is_listing && !member->is_hidden && !member->is_ignored;
}

static void judge(struct mirror *mirror, struct member *member,
	const struct presence *presence)
{
	const struct person *person = &presence->person;
	const struct filter *filter = mirror->setup.filter;
	enum lane_way way = mirror->setup.way;

	member->is_hidden =
		presence->is_hidden ||
		(presence->kind == PRESENCE_RENAMED && member->is_hidden);
	member->is_ignored = filter_ignores(filter, way, person);
	member->is_unshown =
		person->is_unshown || filter_unshown(filter, way, person);
}

/* Several changes within a while are one. */
static void take_name(
	struct mirror *mirror, struct member *member, const char *name)
{
	bool was_stale = member_is_stale(member);

	member_rename(member, name);
	if (member->is_shown && member->shown_name == 0)
		member->shown_name = member_name_hash(member->name);
	if (!was_stale)
		member->wait_ms = mirror_now_ms(mirror) + MIRROR_RENAME_MS;
}

/* Who is `member` now was somebody else until now. */
static void succeed(
	struct mirror *mirror, struct member *member, const char *was_id)
{
	struct member *old = was_id && !str_eq(was_id, member->id)
				     ? roster_find(&mirror->roster, was_id)
				     : NULL;

	if (!old)
		return;
	member->is_wanted = member->is_wanted || old->is_wanted ||
			    old->is_shown || old->work == WORK_ADMIT;
	member->is_pressing = !member->is_shown;
	if (old->bar == BAR_OUT)
		member_cast_out(member, old->words ? old->words->why : NULL);
	if (member->read_ms < old->read_ms)
		member->read_ms = old->read_ms;
	old->place = MEMBER_AWAY;
	mirror_plan(mirror, member);
	mirror_plan(mirror, old);
}

static void arrive(struct member *member)
{
	if (member->place == MEMBER_AWAY)
		member_clear_bar(member);
	if (member->place == MEMBER_LINGERS)
		member->wait_ms = 0;
	member->place = MEMBER_HERE;
	member->is_listed = true;
	member_set_removal(member, NULL, NULL);
}

static void on_here(struct mirror *mirror, const struct presence *presence)
{
	const struct person *person = &presence->person;
	struct member *member = roster_find(&mirror->roster, person->id);
	bool is_new = !member || member->place == MEMBER_AWAY;

	if (!member)
		member = mirror_meet(mirror, person->id, person->name);
	if (!member)
		return;
	judge(mirror, member, presence);
	arrive(member);
	take_name(mirror, member, person->name);
	if (is_new && !presence->was_id && is_announced(mirror, member))
		announce_joined(&mirror->announce, member->id, member->name);
	succeed(mirror, member, presence->was_id);
	mirror_plan(mirror, member);
}

static void on_gone(struct mirror *mirror, const struct presence *presence)
{
	struct member *member =
		roster_find(&mirror->roster, presence->person.id);

	if (!member)
		return;
	if (!member->is_shown && member->place == MEMBER_HERE &&
		is_announced(mirror, member))
		announce_left(&mirror->announce, member->id, member->name);
	member->place = MEMBER_AWAY;
	if (presence->kind == PRESENCE_REMOVED)
		member_set_removal(member, presence->actor, presence->reason);
	mirror_plan(mirror, member);
}

static void linger(struct mirror *mirror, const char *person_id, int64_t ms)
{
	struct member *member = roster_find(&mirror->roster, person_id);
	int64_t until_ms = mirror_now_ms(mirror) + ms;

	if (!member || member->place == MEMBER_AWAY)
		return;
	if (member->place != MEMBER_LINGERS || member->wait_ms < until_ms)
		member->wait_ms = until_ms;
	member->place = MEMBER_LINGERS;
	mirror_plan(mirror, member);
}

static void on_quit(struct mirror *mirror, const struct presence *presence)
{
	linger(mirror, presence->person.id, mirror->setup.params.quit_ms);
}

static void on_split(struct mirror *mirror, const struct presence *presence)
{
	linger(mirror, presence->person.id, mirror->setup.params.split_ms);
}

typedef void presence_fn(
	struct mirror *mirror, const struct presence *presence);

static presence_fn *const natives[] = {
	[PRESENCE_HERE] = on_here,
	[PRESENCE_LEFT] = on_gone,
	[PRESENCE_QUIT] = on_quit,
	[PRESENCE_SPLIT] = on_split,
	[PRESENCE_REMOVED] = on_gone,
	[PRESENCE_RENAMED] = on_here,
};

void mirror_on_presence(struct mirror *mirror, const struct presence *presence)
{
	natives[presence->kind](mirror, presence);
	drip_pump(mirror);
}

void mirror_on_read(struct mirror *mirror, const char *person_id, int64_t at_ms)
{
	struct member *member = roster_find(&mirror->roster, person_id);

	if (!member || at_ms <= member->read_ms)
		return;
	member->read_ms = at_ms;
	if (member->is_shown && mirror->dest->ops->has_read)
		mirror->dest->ops->has_read(mirror->dest, member->id, at_ms);
}

void mirror_on_speech(struct mirror *mirror, const struct person *person)
{
	struct member *member = roster_find(&mirror->roster, person->id);

	if (!member || member->queue != QUEUE_COMING)
		return;
	member->is_pressing = true;
	mirror_plan(mirror, member);
	drip_pump(mirror);
}

/* --- what the destination tells --------------------------------------------
 */

/* Shown without having been asked for. Maybe what they said came late, and
 * they are gone by now. */
static struct member *meet_shown(struct mirror *mirror, const char *person_id)
{
	struct member *member = mirror_meet(mirror, person_id, "");

	if (!member)
		return NULL;
	member->place = mirror->is_known ? MEMBER_LINGERS : MEMBER_UNSURE;
	member->wait_ms = mirror_now_ms(mirror) + mirror->setup.params.quit_ms;
	return member;
}

void mirror_on_receipt(
	struct mirror *mirror, const struct mirror_receipt *receipt)
{
	struct member *member =
		roster_find(&mirror->roster, receipt->person_id);

	if (!member && receipt->is_here && receipt->outcome == MIRROR_DONE)
		member = meet_shown(mirror, receipt->person_id);
	if (!member)
		return;
	drip_receipt(mirror, member, receipt);
	mirror_plan(mirror, member);
	drip_pump(mirror);
}

static void likeness_is_here(struct member *member)
{
	if (member->is_shown || member->work != WORK_NONE)
		return;
	member->is_shown = true;
	member->shown_name = member_name_hash(member->name);
}

void mirror_on_likeness(struct mirror *mirror, const struct presence *presence)
{
	const char *id = presence->person.id;
	struct member *member = roster_find(&mirror->roster, id);

	if (!member && presence->kind == PRESENCE_HERE)
		member = meet_shown(mirror, id);
	if (!member)
		return;
	switch (presence->kind) {
	case PRESENCE_HERE:
		likeness_is_here(member);
		break;
	case PRESENCE_REMOVED:
		expulsion(mirror, member, presence);
		break;
	case PRESENCE_RENAMED:
		break;
	case PRESENCE_LEFT:
	case PRESENCE_QUIT:
	case PRESENCE_SPLIT:
		drip_lost(mirror, member);
		break;
	}
	mirror_plan(mirror, member);
	drip_pump(mirror);
}

/* --- for people ------------------------------------------------------------
 */

void mirror_resync(struct mirror *mirror)
{
	struct member *member = NULL;
	struct member *next = NULL;

	HASH_ITER (hh, mirror->roster.members, member, next) {
		if (member->bar != BAR_OUT)
			member_clear_bar(member);
	}
	mirror->drip.failures = 0;
	mirror->drip.slow_until_ms = 0;
	mirror_plan_all(mirror);
	if (mirror->is_watching)
		mirror->source->ops->watch(mirror->source, true);
	drip_pump(mirror);
}

void mirror_get_stats(const struct mirror *mirror, struct mirror_stats *ret)
{
	const size_t *counts = mirror->roster.counts;

	*ret = (struct mirror_stats){
		.here = counts[COUNT_HERE],
		.shown = counts[COUNT_SHOWN],
		.waiting = counts[COUNT_WAITING],
		.refused = counts[COUNT_REFUSED],
		.is_known = mirror->is_known,
		.admitted = mirror->admitted,
		.dismissed = mirror->dismissed,
		.expelled = mirror->expelled,
	};
}
