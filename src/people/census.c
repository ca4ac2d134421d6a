#include "people/census.h"

static void begin(struct mirror *mirror)
{
	struct member *member = NULL;
	struct member *next = NULL;

	mirror->is_listing = true;
	HASH_ITER (hh, mirror->roster.members, member, next) {
		member->is_listed = false;
	}
}

static bool is_missing(const struct member *member)
{
	return !member->is_listed &&
	       (member->place == MEMBER_HERE || member->place == MEMBER_UNSURE);
}

static bool is_believable(struct mirror *mirror)
{
	size_t shown = mirror->roster.counts[COUNT_SHOWN];
	struct member *member = NULL;
	struct member *next = NULL;
	size_t lost = 0;

	HASH_ITER (hh, mirror->roster.members, member, next) {
		lost += member->is_shown && is_missing(member);
	}
	if (mirror->policy == MEMBERS_OFF || lost <= MIRROR_LOSS_MAX ||
		lost * 2 <= shown)
		return true;
	log_warn(mirror->setup.object,
		"%zu of %zu people shown on %s are not in the list of who is "
		"there; %s",
		lost, shown, mirror_side(mirror),
		mirror->is_doubted ? "as a second list says so too, they go"
				   : "they stay until a second list says so");
	return mirror->is_doubted;
}

/* Somebody for whom nothing is remembered need not linger. */
static void lose(struct mirror *mirror, struct member *member, bool is_believed)
{
	bool is_noted = member->is_shown || member->work != WORK_NONE ||
			member->bar != BAR_NONE;

	if (!is_believed) {
		member->place = MEMBER_UNSURE;
		return;
	}
	member->place = is_noted ? MEMBER_LINGERS : MEMBER_AWAY;
	member->wait_ms = mirror_now_ms(mirror) + mirror->setup.params.quit_ms;
}

static void complete(struct mirror *mirror)
{
	bool is_believed = is_believable(mirror);
	struct member *member = NULL;
	struct member *next = NULL;

	mirror->is_listing = false;
	mirror->is_known = true;
	mirror->is_doubted = !is_believed;
	if (!is_believed)
		timer_arm(mirror->confirm, MIRROR_CONFIRM_MS);
	HASH_ITER (hh, mirror->roster.members, member, next) {
		if (is_missing(member))
			lose(mirror, member, is_believed);
	}
	mirror_plan_all(mirror);
}

static void forget(struct mirror *mirror)
{
	struct member *member = NULL;
	struct member *next = NULL;

	mirror->is_listing = false;
	mirror->is_known = false;
	HASH_ITER (hh, mirror->roster.members, member, next) {
		if (member->place == MEMBER_HERE)
			member->place = MEMBER_UNSURE;
	}
	mirror_plan_all(mirror);
}

void census_on_roster(struct mirror *mirror, enum roster_state state)
{
	switch (state) {
	case ROSTER_BEGINS:
		begin(mirror);
		break;
	case ROSTER_COMPLETE:
		complete(mirror);
		break;
	case ROSTER_UNKNOWN:
		forget(mirror);
		break;
	}
}

void census_on_confirm(void *arg)
{
	struct mirror *mirror = arg;

	if (mirror->is_doubted && mirror->is_watching)
		mirror->source->ops->watch(mirror->source, true);
}
