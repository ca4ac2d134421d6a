#include "config/belfry_private.h"

const struct schema_row belfry_filter_rows[] = {
	{
		.name = "ignore_irc",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct filter_config, ignore_irc),
		.count_offset =
			offsetof(struct filter_config, ignore_irc_count),
		.max = 1000,
		.example = "( \"*!*@spam.example\" )",
		.help = "Masks (nick!user@host, * and ?) of people on IRC "
			"who are neither relayed nor mirrored.",
		.reloadable = true,
	},
	{
		.name = "ignore_chime",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct filter_config, ignore_chime),
		.count_offset =
			offsetof(struct filter_config, ignore_chime_count),
		.max = 1000,
		.help = "The same for people of Chime: masks of display "
			"names and of user ARNs.",
		.reloadable = true,
	},
	{
		.name = "drop_irc",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct filter_config, drop_irc),
		.count_offset = offsetof(struct filter_config, drop_irc_count),
		.max = 1000,
		.example = "( \"^!roll\" )",
		.help = "Regular expressions (PCRE): messages from IRC in "
			"which one is found are not relayed.",
		.reloadable = true,
	},
	{
		.name = "drop_chime",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct filter_config, drop_chime),
		.count_offset =
			offsetof(struct filter_config, drop_chime_count),
		.max = 1000,
		.help = "The same for messages from Chime.",
		.reloadable = true,
	},
	{
		.name = "never_puppet",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct filter_config, never_puppet),
		.count_offset =
			offsetof(struct filter_config, never_puppet_count),
		.max = 1000,
		.help = "Masks of people of either side who are never shown as "
			"users of the other: the bridge's own user speaks for "
			"them, with their name in front.",
		.reloadable = true,
	},
	{.name = NULL},
};
