#include "bridge/people.h"

#include "bridge/mapping.h"

void mapping_members(struct mapping *mapping, enum lane_way way,
	void (*fn)(void *arg, const struct mapping_member *member), void *arg)
{
	(void)mapping;
	(void)way;
	(void)fn;
	(void)arg;
}

void mapping_mirror_stats(const struct mapping *mapping, enum lane_way way,
	struct mirror_stats *ret)
{
	(void)mapping;
	(void)way;
	*ret = (struct mirror_stats){.is_known = false};
}

void mapping_resync(struct mapping *mapping)
{
	(void)mapping;
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
