#include "people/drip.h"

#include "people/mirror.h"
#include "util/rand.h"

#include <utlist.h>

static void drip_on_timer(void *arg)
{
	drip_pump(arg);
}

void drip_init(struct mirror *mirror)
{
	mirror->drip = (struct drip){.under_way = 0};
	mirror->drip.timer =
		timer_new(mirror->setup.loop, drip_on_timer, mirror);
}

void drip_release(struct mirror *mirror)
{
	timer_free(mirror->drip.timer);
	mirror->drip.timer = NULL;
}

void drip_set_ready(struct mirror *mirror, bool is_ready)
{
	mirror->drip.is_ready = is_ready;
	drip_pump(mirror);
}

void drip_stall(struct mirror *mirror, bool is_stalled)
{
	mirror->drip.is_stalled = is_stalled;
	drip_pump(mirror);
}

void drip_stop(struct mirror *mirror)
{
	mirror->drip.is_stopped = true;
}

/* --- the queues ------------------------------------------------------------
 */

static void leave_queue(struct drip *drip, struct member *member)
{
	if (member->queue == QUEUE_NONE)
		return;
	DL_DELETE(drip->queues[member->queue], member);
	member->queue = QUEUE_NONE;
}

static enum member_queue queue_for(
	const struct member *member, enum member_work work)
{
	if (work == WORK_NONE)
		return QUEUE_NONE;
	if (work == WORK_DISMISS)
		return QUEUE_GOING;
	return member->is_pressing ? QUEUE_PRESSING : QUEUE_COMING;
}

void drip_want(
	struct mirror *mirror, struct member *member, enum member_work work)
{
	struct drip *drip = &mirror->drip;
	enum member_queue queue = queue_for(member, work);

	if (member->queue == queue)
		return;
	leave_queue(drip, member);
	if (queue != QUEUE_NONE)
		DL_APPEND(drip->queues[queue], member);
	member->queue = (uint8_t)queue;
}

static struct member *next_member(const struct drip *drip)
{
	for (size_t i = 0; i < QUEUE_NONE; i++)
		if (drip->queues[i])
			return drip->queues[i];
	return NULL;
}

/* --- out -------------------------------------------------------------------
 */

static void admit(struct mirror *mirror, struct member *member)
{
	struct person person = {.id = member->id, .name = member->name};

	member->work = WORK_ADMIT;
	member->sent_name = member_name_hash(member->name);
	mirror->dest->ops->admit(mirror->dest, &person);
}

static void dismiss(struct mirror *mirror, struct member *member)
{
	struct removal removal = {
		.person_id = member->id,
		.name = member->name,
	};

	member->work = WORK_DISMISS;
	if (member->words) {
		removal.actor = member->words->actor;
		removal.reason = member->words->reason;
	}
	mirror->dest->ops->dismiss(mirror->dest, &removal);
}

static bool may_give(const struct mirror *mirror)
{
	const struct drip *drip = &mirror->drip;

	return mirror->dest && drip->is_ready && !drip->is_stalled &&
	       !drip->is_stopped;
}

static bool is_storm(const struct drip *drip)
{
	return drip->failures >= DRIP_STORM;
}

static bool is_slow(struct mirror *mirror)
{
	struct drip *drip = &mirror->drip;
	int64_t wait_ms = drip->slow_until_ms - mirror_now_ms(mirror);

	if (wait_ms <= 0)
		return false;
	if (!timer_is_armed(drip->timer))
		timer_arm(drip->timer, wait_ms);
	return true;
}

void drip_pump(struct mirror *mirror)
{
	struct drip *drip = &mirror->drip;
	struct member *member;

	while (may_give(mirror) && (member = next_member(drip)) &&
		drip->under_way < (is_storm(drip) ? 1 : DRIP_MAX) &&
		!is_slow(mirror)) {
		bool is_going = member->queue == QUEUE_GOING;

		leave_queue(drip, member);
		member->is_pressing = false;
		drip->under_way++;
		if (is_going)
			dismiss(mirror, member);
		else
			admit(mirror, member);
		roster_recount(&mirror->roster, member);
	}
}

/* --- receipts --------------------------------------------------------------
 */

/* Uniform in [ms, ms + ms/4]: what was refused together is not tried again
 * together. */
static int64_t spread(int64_t ms)
{
	return ms + (int64_t)rand_below((uint32_t)(ms / 4 + 1));
}

static int64_t retry_ms(const struct member *member, int64_t asked_ms)
{
	int64_t ms = DRIP_RETRY_MIN_MS;

	if (asked_ms > DRIP_RETRY_MAX_MS)
		asked_ms = DRIP_RETRY_MAX_MS;
	if (asked_ms > 0)
		return spread(asked_ms);
	for (unsigned i = 1; i < member->tries && ms < DRIP_RETRY_MAX_MS; i++)
		ms *= 2;
	return spread(ms < DRIP_RETRY_MAX_MS ? ms : DRIP_RETRY_MAX_MS);
}

static void bar(struct mirror *mirror, struct member *member,
	enum member_bar why, const struct mirror_receipt *receipt)
{
	int64_t now_ms = mirror_now_ms(mirror);

	if (why == BAR_LATER && member->tries < UINT8_MAX)
		member->tries++;
	member->bar = (uint8_t)why;
	member->bar_work = receipt->is_here ? WORK_ADMIT : WORK_DISMISS;
	member_set_why(member, receipt->why);
	member->until_ms = now_ms + spread(MIRROR_REFUSED_MS);
	if (why == BAR_LATER)
		member->until_ms = now_ms + retry_ms(member, receipt->retry_ms);
	if (why == BAR_NOT_SHOWN)
		member->until_ms = now_ms + spread(MIRROR_NOT_SHOWN_MS);
}

/* What nobody asked for: the end has put them away, and knows why. */
static void retire(struct member *member, const struct mirror_receipt *receipt)
{
	member->is_shown = false;
	member->bar = BAR_RETIRED;
	member->bar_work = WORK_ADMIT;
	member->until_ms = INT64_MAX;
	member_set_why(member, receipt->why);
	if (member->place == MEMBER_UNSURE)
		member->place = MEMBER_AWAY;
}

void drip_lost(struct mirror *mirror, struct member *member)
{
	struct mirror_receipt lost = {.is_here = true};

	if (!member->is_shown || member->work != WORK_NONE)
		return;
	member->is_shown = false;
	bar(mirror, member, BAR_LATER, &lost);
}

static void on_done(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt, bool is_answer)
{
	if (!receipt->is_here && !is_answer) {
		retire(member, receipt);
		return;
	}
	mirror->admitted += receipt->is_here && !member->is_shown;
	mirror->dismissed += !receipt->is_here && member->is_shown;
	member->is_shown = receipt->is_here;
	member->shown_name =
		is_answer ? member->sent_name : member_name_hash(member->name);
	member_clear_bar(member);
}

static void on_refused(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt, bool is_answer)
{
	const char *why = receipt->why ? receipt->why : "no reason given";

	(void)is_answer;
	bar(mirror, member, BAR_REFUSED, receipt);
	if (log_once_is_news(&mirror->refused_log, why, MIRROR_REFUSED_MS))
		log_warn(mirror->setup.object, "%s (%s) is not %s %s: %s",
			member->name, member->id,
			receipt->is_here ? "shown on" : "taken away from",
			mirror_side(mirror), why);
}

static void on_later(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt, bool is_answer)
{
	if (is_answer)
		bar(mirror, member, BAR_LATER, receipt);
	else if (member->bar == BAR_NOT_SHOWN)
		member_clear_bar(member);
}

static void on_not_shown(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt, bool is_answer)
{
	(void)is_answer;
	member->is_shown = false;
	if (receipt->is_here)
		bar(mirror, member, BAR_NOT_SHOWN, receipt);
	else
		member_clear_bar(member);
}

typedef void mirror_outcome_fn(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt, bool is_answer);

static mirror_outcome_fn *const outcomes[] = {
	[MIRROR_DONE] = on_done,
	[MIRROR_REFUSED] = on_refused,
	[MIRROR_LATER] = on_later,
	[MIRROR_NOT_SHOWN] = on_not_shown,
};

static bool is_failure(enum mirror_outcome outcome)
{
	return outcome == MIRROR_REFUSED || outcome == MIRROR_LATER;
}

static void count_failure(
	struct mirror *mirror, const struct mirror_receipt *receipt)
{
	struct drip *drip = &mirror->drip;

	if (!is_failure(receipt->outcome)) {
		drip->failures = 0;
		drip->slow_until_ms = 0;
		return;
	}
	drip->failures++;
	if (drip->failures == DRIP_STORM)
		log_warn(mirror->setup.object,
			"towards %s: %u people in a row could not be shown or "
			"taken away (%s); it goes slowly until one can",
			mirror_side(mirror), drip->failures,
			receipt->why ? receipt->why : "no reason given");
	if (is_storm(drip))
		drip->slow_until_ms = mirror_now_ms(mirror) + DRIP_SLOW_MS;
}

void drip_receipt(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt)
{
	enum member_work work = receipt->is_here ? WORK_ADMIT : WORK_DISMISS;
	bool is_answer = member->work == work;

	if (is_answer) {
		member->work = WORK_NONE;
		mirror->drip.under_way--;
		count_failure(mirror, receipt);
	}
	outcomes[receipt->outcome](mirror, member, receipt, is_answer);
}
