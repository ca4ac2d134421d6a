#include "config/belfry_private.h"

static const char *const mechanism_names[] = {
	[SASL_CONFIG_NONE] = "none",
	[SASL_CONFIG_PLAIN] = "PLAIN",
	[SASL_CONFIG_EXTERNAL] = "EXTERNAL",
	[SASL_CONFIG_SCRAM_SHA_256] = "SCRAM-SHA-256",
	NULL,
};
static const char *const in_doubt_names[] = {
	[IN_DOUBT_CONFIG_RESEND] = "resend",
	[IN_DOUBT_CONFIG_SKIP] = "skip",
	NULL,
};
static const char *const presence_names[] = {
	[PRESENCE_CONFIG_RELAY] = "relay",
	[PRESENCE_CONFIG_PUPPETS] = "puppets",
	NULL,
};
static const char *const bots_names[] = {
	[BOTS_CONFIG_RELAY] = "relay",
	[BOTS_CONFIG_IGNORE] = "ignore",
	NULL,
};

static const struct schema_row sasl_rows[] = {
	{
		.name = "mechanism",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct sasl_config, mechanism),
		.required = true,
		.choices = mechanism_names,
		.help = "How to log in. EXTERNAL uses the client certificate.",
		.example = "SCRAM-SHA-256",
	},
	{
		.name = "account",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct sasl_config, account),
		.max = 300,
		.example = "belfry",
		.help = "The account. Not needed with EXTERNAL.",
	},
	{
		.name = "password",
		.type = SCHEMA_SECRET,
		.offset = offsetof(struct sasl_config, password),
		.max = 300,
		.example = "belfry-irc-password",
		.help = "Its password.",
	},
	{
		.name = "required",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct sasl_config, required),
		.fallback = "true",
		.help = "When false, the bridge goes on without an account "
			"where login is not offered or fails, and says so.",
	},
	{.name = NULL},
};

static const struct schema_row flood_rows[] = {
	{
		.name = "burst",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, flood_burst),
		.min = 0,
		.max = 1000,
		.fallback = "4",
		.unit = "lines",
		.help = "Lines sent at once after a silence. 0: no pacing at "
			"all.",
	},
	{
		.name = "interval_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, flood_interval_ms),
		.min = 0,
		.max = 60000,
		.fallback = "2000",
		.unit = "ms",
		.help = "Then one line per this time. 0: no pacing.",
	},
	{.name = NULL},
};

static const struct schema_row backfill_rows[] = {
	{
		.name = "max_age_s",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, backfill_max_age_s),
		.min = 0,
		.max = 2592000,
		.fallback = "86400",
		.unit = "s",
		.help = "What is older is not fetched.",
	},
	{
		.name = "max_lines",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, backfill_max_lines),
		.min = 0,
		.max = 100000,
		.fallback = "1000",
		.unit = "lines",
		.help = "The most per channel and absence, the oldest. 0: "
			"nothing is fetched.",
	},
	{.name = NULL},
};

static const struct schema_row ping_rows[] = {
	{
		.name = "interval_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, ping_interval_ms),
		.min = 100,
		.max = 3600000,
		.fallback = "60000",
		.unit = "ms",
		.help = "Silence after which the server is asked whether it is "
			"there.",
	},
	{
		.name = "timeout_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, ping_timeout_ms),
		.min = 100,
		.max = 3600000,
		.fallback = "120000",
		.unit = "ms",
		.help = "Without an answer for this long the link is taken for "
			"dead.",
	},
	{.name = NULL},
};

static const struct schema_row retry_rows[] = {
	{
		.name = "min_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, retry_min_ms),
		.min = 10,
		.max = 3600000,
		.fallback = "2000",
		.unit = "ms",
		.help = "After the first loss.",
	},
	{
		.name = "max_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, retry_max_ms),
		.min = 10,
		.max = 3600000,
		.fallback = "300000",
		.unit = "ms",
		.help = "After many.",
	},
	{.name = NULL},
};

const struct schema_row belfry_network_rows[] = {
	{
		.name = "name",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, name),
		.required = true,
		.max = 63,
		.example = "libera",
		.help = "A name for mappings and logs.",
	},
	{
		.name = "servers",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct network_config, servers),
		.count_offset = offsetof(struct network_config, server_count),
		.required = true,
		.min = 1,
		.max = 16,
		.example = "( \"irc.libera.chat:6697\" )",
		.help = "Servers to try in turn, as \"host:port\" or "
			"\"[address]:port\".",
	},
	{
		.name = "tls",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct network_config, tls),
		.fallback = "true",
		.help = "Whether to speak TLS. Certificate and name of the "
			"server are always checked.",
	},
	{
		.name = "tls_ca_file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct network_config, tls_ca_file),
		.max = 4096,
		.help = "Certificates (PEM) to trust instead of the system's.",
	},
	{
		.name = "tls_cert_file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct network_config, tls_cert_file),
		.max = 4096,
		.help = "Our own certificate (PEM), for SASL EXTERNAL.",
	},
	{
		.name = "tls_key_file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct network_config, tls_key_file),
		.max = 4096,
		.help = "Its key (PEM), when it is not in the same file.",
	},
	{
		.name = "tls_pin_sha256",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, tls_pin_sha256),
		.max = 95,
		.help = "The SHA-256 of the server's certificate in hex, "
			"colons allowed. It replaces the check of chain and "
			"name: for self-signed servers.",
	},
	{
		.name = "bind",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, bind),
		.max = 63,
		.help = "The local address to connect from.",
	},
	{
		.name = "password",
		.type = SCHEMA_SECRET,
		.offset = offsetof(struct network_config, password),
		.max = 300,
		.help = "The password of the server (PASS), not of an account.",
	},
	{
		.name = "nick",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, nick),
		.required = true,
		.max = 63,
		.example = "belfry",
		.help = "Our nick.",
	},
	{
		.name = "username",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, username),
		.max = 63,
		.fallback = "belfry",
		.help = "Our user name.",
	},
	{
		.name = "realname",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, realname),
		.max = 200,
		.fallback = "Bridge to Amazon Chime",
		.help = "Our real name.",
	},
	{
		.name = "sasl",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct network_config, sasl),
		.rows = sasl_rows,
		.help = "Logging in to an account.",
	},
	{
		.name = "flood",
		.type = SCHEMA_GROUP,
		.rows = flood_rows,
		.help = "The pace of our lines. The default was safe on every "
			"server tried; raise it only on a server of your own.",
	},
	{
		.name = "ping",
		.type = SCHEMA_GROUP,
		.rows = ping_rows,
		.help = "How a dead link is found out.",
	},
	{
		.name = "retry",
		.type = SCHEMA_GROUP,
		.rows = retry_rows,
		.help = "The pause before we connect again. It doubles with "
			"each loss and is drawn at random up to that; servers "
			"that ask for more get more.",
	},
	{
		.name = "window",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, window),
		.min = 1,
		.max = 64,
		.fallback = "1",
		.unit = "messages",
		.help = "Messages per channel that may be under way without "
			"the server's confirmation. After a sudden end no more "
			"than these are in doubt. The lines of a long message "
			"wait for each other, whatever the window.",
	},
	{
		.name = "in_doubt",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct network_config, in_doubt),
		.choices = in_doubt_names,
		.fallback = "resend",
		.help = "What becomes of messages that were under way when the "
			"link or the process died, where the server cannot "
			"tell: sent again (a few may be seen twice) or skipped "
			"(a few may be lost, each is logged).",
	},
	{
		.name = "nick_template",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct network_config, nick_template),
		.max = 200,
		.fallback = "<{name}> ",
		.help = "What stands before the words of a person from Chime: "
			"{name} is the display name, {id} the user id.",
	},
	{
		.name = "anti_ping",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct network_config, anti_ping),
		.fallback = "false",
		.help = "Whether to put an invisible character into relayed "
			"names, so that a person of that nick is not alerted.",
	},
	{
		.name = "max_lines",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, max_lines),
		.min = 0,
		.max = 1000,
		.fallback = "0",
		.unit = "lines",
		.help = "Lines per message; the rest is cut with a note. 0: no "
			"limit.",
	},
	{
		.name = "late_after_ms",
		.type = SCHEMA_INT,
		.offset = offsetof(struct network_config, late_after_ms),
		.min = 0,
		.max = 86400000,
		.fallback = "60000",
		.unit = "ms",
		.help = "Messages older than this carry their time. 0: never.",
	},
	{
		.name = "backfill",
		.type = SCHEMA_GROUP,
		.rows = backfill_rows,
		.help = "What was said on IRC while the bridge was away is "
			"fetched from servers that keep history "
			"(draft/chathistory). What is missing is told in the "
			"Chime channel.",
	},
	{
		.name = "presence",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct network_config, presence),
		.choices = presence_names,
		.fallback = "relay",
		.help = "How people from Chime are seen on IRC. relay: one "
			"connection speaks for all. puppets: each has a "
			"connection and a nick of their own.",
	},
	{
		.name = "relaymsg",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct network_config, relaymsg),
		.fallback = "true",
		.help = "Whether the one connection shows people by names of "
			"their own (draft/relaymsg), where the server offers "
			"and allows it.",
	},
	{
		.name = "puppets",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct network_config, puppets),
		.rows = belfry_puppets_rows,
		.help = "The connections of people from Chime, with presence = "
			"\"puppets\".",
	},
	{
		.name = "commands",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct network_config, commands),
		.fallback = "true",
		.help = "Whether the bridge answers commands: \"/msg NICK "
			"help\", and \"!chime help\" in a channel.",
	},
	{
		.name = "operators",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct network_config, operators),
		.count_offset = offsetof(struct network_config, operator_count),
		.max = 64,
		.example = "( \"alice\" )",
		.help = "Services accounts whose people may pause, resume, "
			"resync, ban and mute by command.",
	},
	{
		.name = "bots",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct network_config, bots),
		.choices = bots_names,
		.fallback = "relay",
		.help = "What becomes of the words of people who say that they "
			"are bots (IRCv3 bot mode).",
	},
	{
		.name = "relays",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct network_config, relays),
		.count_offset = offsetof(struct network_config, relay_count),
		.max = 64,
		.example = "( \"otherbridge!*@*\" )",
		.help = "Masks of other bridges' users on this network: what "
			"they say is never relayed, so that nothing goes "
			"round in circles. What carries the mark of a relay "
			"(draft/relaymsg, +belfry/id) is known without it.",
	},
	{.name = NULL},
};
