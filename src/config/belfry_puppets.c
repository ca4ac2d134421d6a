#include "config/belfry_private.h"

const struct schema_row belfry_puppets_rows[] = {
	{
		.name = "nick",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct puppets_config, nick),
		.min = 1,
		.max = 63,
		.fallback = "{name}[c]",
		.help = "The nick: {name} is the display name, {id} the user "
			"id, as far as the network's nicks can hold them. "
			"What stands behind {name} is kept when a long name is "
			"cut.",
	},
	{
		.name = "username",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct puppets_config, username),
		.max = 63,
		.fallback = "{id}",
		.help = "The user name (ident), {name} and {id} as above.",
	},
	{
		.name = "realname",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct puppets_config, realname),
		.max = 200,
		.fallback = "{name} (Amazon Chime)",
		.help = "The real name, {name} and {id} as they are.",
	},
	{
		.name = "max",
		.type = SCHEMA_INT,
		.offset = offsetof(struct puppets_config, max),
		.min = 1,
		.max = 20000,
		.fallback = "200",
		.unit = "connections",
		.help = "The most connections. People beyond them are relayed "
			"by the bridge's own, until one ends.",
	},
	{
		.name = "connect_interval_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct puppets_config, connect_interval_ms),
		.min = 0,
		.max = 600000,
		.fallback = "2000",
		.unit = "ms",
		.help = "Between two new connections. Networks close the door "
			"on those who knock too often.",
	},
	{
		.name = "idle_s",
		.type = SCHEMA_INT,
		.offset = offsetof(struct puppets_config, idle_s),
		.min = 0,
		.max = 31536000,
		.fallback = "604800",
		.unit = "s",
		.help = "Who has said nothing for so long is disconnected, and "
			"comes back to speak. 0: never.",
	},
	{
		.name = "webirc",
		.type = SCHEMA_SECRET,
		.offset = offsetof(struct puppets_config, webirc),
		.max = 300,
		.help = "The password with which the network lets us say who "
			"connects (WEBIRC); with addresses.",
	},
	{
		.name = "host",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct puppets_config, host),
		.max = 63,
		.fallback = "{id}.chime.invalid",
		.help = "The host name that is said with WEBIRC.",
	},
	{
		.name = "addresses",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct puppets_config, addresses),
		.max = 63,
		.example = "2001:db8:1:2::/64",
		.help = "An IPv6 prefix in which each person has an address: "
			"said with WEBIRC, else connected from (the machine "
			"must have them).",
	},
	{
		.name = "private",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct puppets_config, is_private),
		.fallback = "true",
		.help = "Whether a private message to such a nick becomes a "
			"private Chime channel of the two, and back.",
	},
	{
		.name = "private_max",
		.type = SCHEMA_INT,
		.offset = offsetof(struct puppets_config, private_max),
		.min = 0,
		.max = 10000,
		.fallback = "100",
		.unit = "conversations",
		.help = "The most private conversations at a time; the one "
			"that was silent for longest ends for a new one.",
	},
	{.name = NULL},
};
