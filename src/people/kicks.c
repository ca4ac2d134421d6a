#include "people/kicks.h"

#include "people/roster.h"
#include "util/alloc.h"

#include <stdlib.h>

void kicks_release(struct kicks *kicks)
{
	free(TAKE(kicks->kept));
}

static size_t count(const struct kicks *kicks, uint32_t person, int64_t since)
{
	size_t found = 0;

	for (size_t i = 0; kicks->kept && i < KICKS_KEPT; i++)
		found += kicks->kept[i].person != 0 &&
			 kicks->kept[i].at_ms > since &&
			 (person == 0 || kicks->kept[i].person == person);
	return found;
}

enum kicks_verdict kicks_ask(
	struct kicks *kicks, const char *person_id, int64_t now_ms)
{
	uint32_t person = member_name_hash(person_id);

	if (now_ms < kicks->paused_until_ms)
		return KICKS_STOPPED;
	if (count(kicks, person, now_ms - KICKS_PERSON_MS) >= KICKS_PERSON ||
		count(kicks, 0, now_ms - KICKS_ALL_MS) >= KICKS_ALL) {
		kicks->paused_until_ms = now_ms + KICKS_PAUSE_MS;
		return KICKS_STOP;
	}
	if (!kicks->kept)
		kicks->kept = xcalloc(KICKS_KEPT, sizeof(*kicks->kept));
	kicks->kept[kicks->next] =
		(struct kick){.person = person, .at_ms = now_ms};
	kicks->next = (kicks->next + 1) % KICKS_KEPT;
	return KICKS_CROSS;
}
