#include "bridge/readmit.h"

void readmit(struct mirror *mirror, const char *person_id)
{
	struct member *member = roster_find(&mirror->roster, person_id);

	if (!member || (member->bar != BAR_REFUSED && member->bar != BAR_OUT))
		return;
	member_clear_bar(member);
	mirror_plan(mirror, member);
	drip_pump(mirror);
}
