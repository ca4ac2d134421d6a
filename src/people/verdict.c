#include "people/verdict.h"

static bool is_to_be_seen(const struct member *member)
{
	return member->place == MEMBER_HERE && !member->is_hidden &&
	       !member->is_ignored && !member->is_unshown;
}

/* For certain, and as long as the list is not known nothing is. */
static bool is_gone(
	const struct member *member, const struct verdict_rules *rules)
{
	if (!rules->is_known)
		return false;
	return member->place == MEMBER_AWAY ||
	       (member->place == MEMBER_LINGERS &&
		       rules->now_ms >= member->wait_ms);
}

static const struct verdict nothing = {.due_ms = VERDICT_NEVER};
static const struct verdict over = {.due_ms = VERDICT_NEVER, .is_over = true};

static struct verdict wait_until(int64_t due_ms)
{
	return (struct verdict){.due_ms = due_ms};
}

static struct verdict barred_until(const struct member *member)
{
	return wait_until(member->until_ms);
}

/* The work, unless it is barred for now. */
static struct verdict work(const struct member *member, enum member_work work,
	const struct verdict_rules *rules)
{
	bool is_barred = member->bar != BAR_NONE && member->bar_work == work &&
			 rules->now_ms < member->until_ms;

	if (rules->policy == MEMBERS_OFF)
		return nothing;
	if (is_barred)
		return barred_until(member);
	return (struct verdict){.work = work, .due_ms = VERDICT_NEVER};
}

static struct verdict verdict_gone(
	const struct member *member, const struct verdict_rules *rules)
{
	if (!member->is_shown)
		return over;
	return work(member, WORK_DISMISS, rules);
}

static struct verdict verdict_seen(
	const struct member *member, const struct verdict_rules *rules)
{
	bool is_wanted = rules->policy == MEMBERS_FULL || member->is_wanted;

	if (!member->is_shown)
		return is_wanted ? work(member, WORK_ADMIT, rules) : nothing;
	if (!member_is_stale(member))
		return nothing;
	if (rules->now_ms < member->wait_ms)
		return wait_until(member->wait_ms);
	return work(member, WORK_ADMIT, rules);
}

struct verdict verdict_of(
	const struct member *member, const struct verdict_rules *rules)
{
	if (member->work != WORK_NONE)
		return nothing;
	if (member->place == MEMBER_AWAY && !member->is_shown)
		return over;
	if (is_gone(member, rules))
		return verdict_gone(member, rules);
	if (is_to_be_seen(member))
		return verdict_seen(member, rules);
	if (member->place == MEMBER_HERE)
		return member->is_shown ? work(member, WORK_DISMISS, rules)
					: nothing;
	if (member->place == MEMBER_LINGERS && rules->is_known)
		return wait_until(member->wait_ms);
	return nothing;
}
