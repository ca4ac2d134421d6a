#include "config/belfry_private.h"

static const struct schema_row poll_rows[] = {
	{
		.name = "min_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, poll_min_ms),
		.min = 10,
		.max = 3600000,
		.fallback = "1000",
		.unit = "ms",
		.reloadable = true,
		.help = "Between two looks at a channel in which people talk.",
	},
	{
		.name = "max_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, poll_max_ms),
		.min = 10,
		.max = 3600000,
		.fallback = "15000",
		.unit = "ms",
		.reloadable = true,
		.help = "Between two looks at a quiet channel.",
	},
	{.name = NULL},
};

static const struct schema_row limits_rows[] = {
	{
		.name = "bearer_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, bearer),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "All calls on behalf of one user.",
	},
	{
		.name = "identity_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, identity),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "All calls that make app instances and users, of the "
			"account.",
	},
	{
		.name = "app_instance_create_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, app_instances),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Making app instances, of the account.",
	},
	{
		.name = "app_instance_list_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, app_instance_lists),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Lists of app instances, of the account.",
	},
	{
		.name = "app_instance_read_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, app_instance_reads),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Descriptions of one app instance.",
	},
	{
		.name = "user_create_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, users),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Making users, of an app instance.",
	},
	{
		.name = "users_list_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, users_lists),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Lists of the users of an app instance.",
	},
	{
		.name = "user_read_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, user_reads),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Descriptions of one user.",
	},
	{
		.name = "channel_change_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, channels),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Making, changing and deleting channels, of an app "
			"instance.",
	},
	{
		.name = "channel_find_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, list_channels),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Listing channels, of an app instance.",
	},
	{
		.name = "channel_describe_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, describe),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Describing, of a channel.",
	},
	{
		.name = "channel_member_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, member_changes),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Changes of members, bans and moderators, of a "
			"channel.",
	},
	{
		.name = "member_batch_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, member_batches),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Batches of new members, of a channel.",
	},
	{
		.name = "channel_member_list_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, member_lists),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Lists of members, bans and moderators, of a channel.",
	},
	{
		.name = "channel_write_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, message_changes),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Sending, changing and deleting messages, of a "
			"channel.",
	},
	{
		.name = "channel_list_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, message_lists),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Lists of messages, of a channel.",
	},
	{
		.name = "channel_read_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, message_gets),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Reading single messages, of a channel.",
	},
	{
		.name = "user_list_rps",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct limits_config, user_lists),
		.min = -1,
		.max = 100000,
		.fallback = "-1",
		.unit = "calls per second",
		.reloadable = true,
		.help = "Lists of the channels of one user.",
	},
	{.name = NULL},
};

const struct schema_row belfry_chime_rows[] = {
	{
		.name = "region",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, region),
		.required = true,
		.max = 63,
		.example = "us-east-1",
		.help = "The AWS region of the app instance.",
	},
	{
		.name = "app_instance",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, app_instance),
		.required = true,
		.max = 1600,
		.example = "arn:aws:chime:us-east-1:123456789012:app-instance/"
			   "11111111-2222-3333-4444-555555555555",
		.help = "The ARN of the app instance.",
	},
	{
		.name = "user",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, user),
		.required = true,
		.max = 1600,
		.example = "arn:aws:chime:us-east-1:123456789012:app-instance/"
			   "11111111-2222-3333-4444-555555555555/user/belfry",
		.help = "The ARN of the bridge's own user in the app instance. "
			"It becomes member and moderator of every mapped "
			"channel.",
	},
	{
		.name = "messaging_endpoint",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, messaging_endpoint),
		.max = 2048,
		.help = "The URL of the messaging service; Amazon's of the "
			"region when not given. For chimed or a private "
			"endpoint.",
	},
	{
		.name = "identity_endpoint",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, identity_endpoint),
		.max = 2048,
		.help = "The URL of the identity service; Amazon's of the "
			"region when not given.",
	},
	{
		.name = "profile",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, profile),
		.max = 256,
		.help = "The profile in the AWS credentials and config files. "
			"When not given: the environment (AWS_ACCESS_KEY_ID "
			"and so on), then AWS_PROFILE, then the profile "
			"\"default\".",
	},
	{
		.name = "credentials_file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct chime_config, credentials_file),
		.max = 4096,
		.help = "An AWS credentials file to use instead of the usual "
			"one.",
	},
	{
		.name = "ca_file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct chime_config, ca_file),
		.max = 4096,
		.help = "Certificates (PEM) to trust for the endpoints instead "
			"of the system's.",
	},
	{
		.name = "puppets",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct chime_config, puppets),
		.fallback = "true",
		.help = "Whether each person on IRC gets a user of their own "
			"in the app instance. When false, the bridge's own "
			"user says everything; users who are in a channel "
			"already stay there until their people leave.",
	},
	{
		.name = "puppet_name",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct chime_config, puppet_name),
		.max = 100,
		.fallback = "{nick}",
		.help = "How such a user is called: {nick} and {network} are "
			"filled in. After a change whoever has a user is "
			"renamed "
			"when they next speak.",
	},
	{
		.name = "read_markers",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct chime_config, read_markers),
		.fallback = "true",
		.help = "Whether the read markers in Chime are moved: that of "
			"the bridge's own user when all that was said is on "
			"IRC, that of a person's user when the person has "
			"spoken.",
	},
	{
		.name = "poll",
		.type = SCHEMA_GROUP,
		.rows = poll_rows,
		.help = "How often channels are looked at. Between the two the "
			"pace follows the talk and what the limits leave.",
	},
	{
		.name = "late_after_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, late_after_ms),
		.min = 0,
		.max = 86400000,
		.fallback = "60000",
		.unit = "ms",
		.help = "Lines from IRC that are older than this when they are "
			"sent carry their time. 0: never.",
	},
	{
		.name = "limits",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct chime_config, limits),
		.rows = limits_rows,
		.help = "Calls per second that are never passed. -1 means the "
			"quota that Amazon publishes for the region, 0 no "
			"limit; raise one when Amazon raised yours.",
	},
	{
		.name = "max_connections",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, max_connections),
		.min = 1,
		.max = 256,
		.fallback = "8",
		.help = "Connections to the endpoints at most.",
	},
	{
		.name = "members_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, members_ms),
		.min = 100,
		.max = 86400000,
		.fallback = "30000",
		.unit = "ms",
		.help = "Between two lists of a channel's members, where they "
			"are mirrored. Long lists are asked for less often.",
	},
	{
		.name = "max_puppets",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, max_puppets),
		.min = 1,
		.max = 100000,
		.fallback = "90000",
		.unit = "users",
		.help = "The most users made for people of IRC; an app "
			"instance may have 100,000. When they are many, those "
			"that were not seen for longest are retired first; "
			"people for whom there is none left are spoken for by "
			"the bridge's own user.",
	},
	{
		.name = "retire_after_days",
		.type = SCHEMA_INT,
		.offset = offsetof(struct chime_config, retire_after_days),
		.min = 0,
		.max = 3650,
		.fallback = "0",
		.unit = "days",
		.help = "Users of people who were not seen for so long are "
			"deleted; what they said stays. Who is in a channel "
			"whose members are mirrored is seen, also silent. 0: "
			"never.",
	},
	{.name = NULL},
};
