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

static const char *const way_names[] = {
	[WAY_CONFIG_OFF] = "off",
	[WAY_CONFIG_TO_IRC] = "to_irc",
	[WAY_CONFIG_TO_CHIME] = "to_chime",
	[WAY_CONFIG_BOTH] = "both",
	NULL,
};
static const char *const winner_names[] = {
	[WINNER_CONFIG_IRC] = "irc",
	[WINNER_CONFIG_CHIME] = "chime",
	NULL,
};
static const char *const topic_as_names[] = {
	[TOPIC_AS_CONFIG_METADATA] = "metadata",
	[TOPIC_AS_CONFIG_NAME] = "name",
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
	{
		.name = "bans",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, bans),
		.choices = way_names,
		.fallback = "both",
		.help = "Which way bans go. A mask bans the people whom it "
			"fits, "
			"now and when they come; a ban in Chime becomes a mask "
			"and a kick. Who lifts one lifts the other.",
		.reloadable = true,
	},
	{
		.name = "moderators",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, moderators),
		.choices = way_names,
		.fallback = "off",
		.help = "Which way the standing of operators and moderators "
			"goes.",
		.reloadable = true,
	},
	{
		.name = "topic",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, topic),
		.choices = way_names,
		.fallback = "off",
		.help = "Which way the topic goes.",
		.reloadable = true,
	},
	{
		.name = "name",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, name),
		.choices = way_names,
		.fallback = "off",
		.help = "Which way the channel's name goes, where the IRC "
			"server "
			"can rename channels (draft/channel-rename).",
		.reloadable = true,
	},
	{
		.name = "mode",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, mode),
		.choices = way_names,
		.fallback = "off",
		.help = "Which way goes whether only some may come in: "
			"restricted_modes on IRC, RESTRICTED in Chime.",
		.reloadable = true,
	},
	{
		.name = "winner",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, winner),
		.choices = winner_names,
		.fallback = "irc",
		.help = "Whose topic, name and mode hold where both have "
			"changed, "
			"and when the two meet for the first time.",
		.reloadable = true,
	},
	{
		.name = "max_changes",
		.type = SCHEMA_INT,
		.offset = offsetof(struct mirror_config, max_changes),
		.min = 1,
		.max = 100000,
		.fallback = "20",
		.help = "More bans or moderators than these, and than a tenth "
			"of "
			"the people there, are not changed at once: the bridge "
			"stops and waits for \"belfryctl resync --confirm\".",
		.reloadable = true,
	},
	{
		.name = "ban_mask",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mirror_config, ban_mask),
		.min = 1,
		.max = 200,
		.fallback = "*!*{user}@{host}",
		.help = "The mask for somebody who was banned in Chime and has "
			"no "
			"account on IRC, or where accounts cannot be banned: "
			"{nick}, {user}, {host}.",
		.reloadable = true,
	},
	{
		.name = "unban_restores",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct mirror_config, unban_restores),
		.fallback = "true",
		.help = "Whether somebody whose ban is lifted is shown again "
			"where they were shown before.",
		.reloadable = true,
	},
	{
		.name = "moderator_modes",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mirror_config, moderator_modes),
		.min = 1,
		.max = 10,
		.fallback = "qao",
		.help = "The ranks on IRC (modes) that count as moderators. "
			"The "
			"last is the one that moderators of Chime are given.",
		.reloadable = true,
	},
	{
		.name = "moderators_need_account",
		.type = SCHEMA_BOOL,
		.offset =
			offsetof(struct mirror_config, moderators_need_account),
		.fallback = "true",
		.help = "Whether only people with a services account can "
			"become "
			"moderators in Chime.",
		.reloadable = true,
	},
	{
		.name = "topic_as",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mirror_config, topic_as),
		.choices = topic_as_names,
		.fallback = "metadata",
		.help = "Where the topic stands in Chime: in the channel's "
			"metadata (beside what others keep there), or as its "
			"name.",
		.reloadable = true,
	},
	{
		.name = "restricted_modes",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mirror_config, restricted_modes),
		.min = 1,
		.max = 10,
		.fallback = "i",
		.help = "The channel modes on IRC any of which means "
			"restricted. "
			"The first is the one that is set for a channel that "
			"is "
			"RESTRICTED in Chime.",
		.reloadable = true,
	},
	{.name = NULL},
};
