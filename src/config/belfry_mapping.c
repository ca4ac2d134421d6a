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

static const char *const when_full_names[] = {
	[WHEN_FULL_CONFIG_DROP_OLDEST] = "drop_oldest",
	[WHEN_FULL_CONFIG_STOP] = "stop",
	NULL,
};

static const struct schema_row queue_rows[] = {
	{
		.name = "max_lines",
		.type = SCHEMA_INT,
		.offset = offsetof(struct queue_config, max_lines),
		.min = 10,
		.max = 1000000,
		.fallback = "10000",
		.unit = "lines",
		.help = "Lines from IRC that may wait for Chime.",
		.reloadable = true,
	},
	{
		.name = "max_bytes",
		.type = SCHEMA_INT,
		.offset = offsetof(struct queue_config, max_bytes),
		.min = 65536,
		.max = 1073741824,
		.fallback = "33554432",
		.unit = "bytes",
		.help = "Bytes that these lines may take, on disk and in "
			"memory.",
		.reloadable = true,
	},
	{
		.name = "max_age_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct queue_config, max_age_ms),
		.min = 60000,
		.max = 2147483647,
		.fallback = "604800000",
		.unit = "ms",
		.help = "A message that is older when its turn comes, either "
			"way, is set aside instead of being relayed.",
		.reloadable = true,
	},
	{
		.name = "when_full",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct queue_config, when_full),
		.choices = when_full_names,
		.fallback = "drop_oldest",
		.help = "What happens to lines from IRC when no more may wait. "
			"drop_oldest: the oldest is lost; the number is said "
			"in the channel, the log and the status. stop: the "
			"bridge stops reading from the network, all channels "
			"of it, until there is room; the server keeps some "
			"lines and may close the link.",
		.reloadable = true,
	},
	{.name = NULL},
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
		.help = "The name of the channel. When several have it none is "
			"taken: give the ARN.",
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
	{
		.name = "queue",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct mapping_config, queue),
		.rows = queue_rows,
		.help = "How much may wait while the other side cannot be "
			"reached.",
		.reloadable = true,
	},
	{
		.name = "mirror",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct mapping_config, mirror),
		.rows = belfry_mirror_rows,
		.help = "What is mirrored beside messages.",
		.reloadable = true,
	},
	{
		.name = "filter",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct mapping_config, filter),
		.rows = belfry_filter_rows,
		.help = "What is not relayed, and who is not mirrored, in this "
			"mapping; in addition to the filter of all.",
		.reloadable = true,
	},
	{.name = NULL},
};

enum members_config belfry_members(
	const struct mirror_config *mirror, enum members_config way)
{
	return way == MEMBERS_CONFIG_SAME ? mirror->members : way;
}
