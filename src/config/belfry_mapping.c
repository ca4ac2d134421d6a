#include "config/belfry_private.h"

static const char *const privacy_names[] = {
	[PRIVACY_CONFIG_PUBLIC] = "PUBLIC",
	[PRIVACY_CONFIG_PRIVATE] = "PRIVATE",
	NULL,
};
static const char *const mode_names[] = {
	[MODE_CONFIG_UNRESTRICTED] = "UNRESTRICTED",
	[MODE_CONFIG_RESTRICTED] = "RESTRICTED",
	NULL,
};
static const char *const messages_names[] = {
	[MESSAGES_CONFIG_BOTH] = "both",
	[MESSAGES_CONFIG_TO_IRC] = "to_irc",
	[MESSAGES_CONFIG_TO_CHIME] = "to_chime",
	NULL,
};

static const struct schema_row mapping_chime_rows[] = {
	{
		.name = "arn",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mapping_chime_config, arn),
		.bare = true,
		.max = 1600,
		.help = "The ARN of the channel.",
		.reloadable = true,
	},
	{
		.name = "name",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mapping_chime_config, name),
		.required = true,
		.max = 256,
		.example = "Lounge",
		.help = "The name of the channel.",
		.reloadable = true,
	},
	{
		.name = "privacy",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mapping_chime_config, privacy),
		.choices = privacy_names,
		.fallback = "PUBLIC",
		.help = "Who may find and join it, when it is made.",
		.reloadable = true,
	},
	{
		.name = "mode",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mapping_chime_config, mode),
		.choices = mode_names,
		.fallback = "UNRESTRICTED",
		.help = "Whether members may add others, when it is made.",
		.reloadable = true,
	},
	{
		.name = "create",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct mapping_chime_config, create),
		.fallback = "false",
		.example = "true",
		.help = "Whether to make the channel when the app instance has "
			"none of that name.",
		.reloadable = true,
	},
	{.name = NULL},
};

const struct schema_row belfry_mapping_rows[] = {
	{
		.name = "name",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mapping_config, name),
		.required = true,
		.max = 63,
		.example = "project",
		.help = "A name for logs and the state: a mapping that keeps "
			"its name keeps its place in both channels.",
		.reloadable = true,
	},
	{
		.name = "irc",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mapping_config, irc),
		.required = true,
		.max = 264,
		.example = "libera/#project",
		.help = "Network and channel, as \"network/#channel\".",
		.reloadable = true,
	},
	{
		.name = "irc_key",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct mapping_config, irc_key),
		.max = 64,
		.help = "The key (+k) of the IRC channel.",
		.reloadable = true,
	},
	{
		.name = "chime",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct mapping_config, chime),
		.required = true,
		.rows = mapping_chime_rows,
		.example = "arn:aws:chime:us-east-1:123456789012:app-instance/"
			   "11111111-2222-3333-4444-555555555555/channel/"
			   "66666666-7777-8888-9999-000000000000",
		.help = "The Chime channel: its ARN, or a group that says how "
			"to find or make it.",
		.reloadable = true,
	},
	{
		.name = "messages",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct mapping_config, messages),
		.choices = messages_names,
		.fallback = "both",
		.help = "Which way messages go.",
		.reloadable = true,
	},
	{.name = NULL},
};
