#include "people/readmit.h"

void unadmit(struct mirror *mirror, const char *person_id)
{
	struct member *member = roster_find(&mirror->roster, person_id);

	if (!member || member->work != WORK_NONE)
		return;
	member->is_wanted = member->is_wanted || member->is_shown;
	member->is_shown = false;
	member->bar = BAR_REFUSED;
	member->bar_work = WORK_ADMIT;
	member->until_ms = mirror_now_ms(mirror) + MIRROR_REFUSED_MS;
	member_set_why(member, "they are banned there");
	mirror_plan(mirror, member);
	drip_pump(mirror);
}

void readmit(struct mirror *mirror, const char *person_id)
{
	struct member *member = roster_find(&mirror->roster, person_id);

	if (!member || (member->bar != BAR_REFUSED && member->bar != BAR_OUT))
		return;
	member_clear_bar(member);
	mirror_plan(mirror, member);
	drip_pump(mirror);
}
