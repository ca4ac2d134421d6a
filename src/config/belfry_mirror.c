#include "config/belfry_private.h"

static const char *const members_names[] = {
	[MEMBERS_CONFIG_OFF] = "off",
	[MEMBERS_CONFIG_LAZY] = "lazy",
	[MEMBERS_CONFIG_FULL] = "full",
	NULL,
};
static const char *const members_way_names[] = {
	[MEMBERS_CONFIG_OFF] = "off",
	[MEMBERS_CONFIG_LAZY] = "lazy",
	[MEMBERS_CONFIG_FULL] = "full",
	[MEMBERS_CONFIG_SAME] = "same",
	NULL,
};
static const char *const announce_names[] = {
	[ANNOUNCE_CONFIG_OFF] = "off",
	[ANNOUNCE_CONFIG_NOTICES] = "notices",
	NULL,
};

const struct schema_row belfry_mirror_rows[] = {
	{
		.name = "members",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, members),
		.choices = members_names,
		.fallback = "lazy",
		.help = "Who is shown on the other side. off: whoever speaks, "
			"and they stay. lazy: whoever speaks, until they "
			"leave. full: all, a few at a time.",
		.reloadable = true,
	},
	{
		.name = "members_to_irc",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, members_to_irc),
		.choices = members_way_names,
		.fallback = "same",
		.help = "The same for people of Chime on IRC alone (with "
			"presence = \"puppets\").",
		.reloadable = true,
	},
	{
		.name = "members_to_chime",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, members_to_chime),
		.choices = members_way_names,
		.fallback = "same",
		.help = "The same for people of IRC in Chime alone.",
		.reloadable = true,
	},
	{
		.name = "kicks",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct mirror_config, kicks),
		.fallback = "true",
		.help = "Whether who is removed from one channel is removed "
			"from the other too, where we may. Not with members "
			"off.",
		.reloadable = true,
	},
	{
		.name = "announce",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, announce),
		.choices = announce_names,
		.fallback = "off",
		.help = "Whether it is said on IRC who comes to and leaves the "
			"Chime channel, where they are not seen there.",
		.reloadable = true,
	},
	{
		.name = "quit_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct mirror_config, quit_ms),
		.min = 0,
		.max = 86400000,
		.fallback = "60000",
		.unit = "ms",
		.help = "Who quits IRC stays in Chime for so long, as most "
			"come back.",
		.reloadable = true,
	},
	{
		.name = "split_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct mirror_config, split_ms),
		.min = 0,
		.max = 86400000,
		.fallback = "600000",
		.unit = "ms",
		.help = "The same for those whom a netsplit took away.",
		.reloadable = true,
	},
	{.name = NULL},
};
