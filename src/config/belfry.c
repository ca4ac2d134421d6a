#include "config/belfry.h"

#include "config/belfry_private.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};
static const char *const format_names[] = {
	[LOG_FORMAT_TEXT] = "text",
	[LOG_FORMAT_JSON] = "json",
	[LOG_FORMAT_JOURNAL] = "journal",
	NULL,
};

static const struct schema_row log_rows[] = {
	{
		.name = "level",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct log_config, level),
		.choices = level_names,
		.fallback = "info",
		.reloadable = true,
		.help = "How much is logged.",
	},
	{
		.name = "format",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct log_config, format),
		.choices = format_names,
		.fallback = "text",
		.reloadable = true,
		.help = "Lines for people, JSON objects, or lines with the "
			"priorities of systemd's journal. All go to standard "
			"error.",
	},
	{.name = NULL},
};

static const struct schema_row belfry_rows[] = {
	{
		.name = "state",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct belfry_config, state),
		.fallback = "/var/lib/belfry/state.db",
		.help = "The state file: what was relayed, what is under way, "
			"who is who. It is made when it does not exist. Two "
			"daemons cannot share it.",
	},
	{
		.name = "control",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct belfry_config, control),
		.min = 1,
		.max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1,
		.example = "/run/belfry/control.sock",
		.help = "A Unix socket through which belfryctl asks the running "
			"daemon for its state; only the daemon's user and root "
			"can open it. Without it there is none.",
	},
	{
		.name = "log",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct belfry_config, log),
		.help = "The log.",
		.rows = log_rows,
	},
	{
		.name = "filter",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct belfry_config, filter),
		.help = "What is not relayed, and who is not mirrored, in all "
			"mappings.",
		.reloadable = true,
		.rows = belfry_filter_rows,
	},
	{
		.name = "chime",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct belfry_config, chime),
		.required = true,
		.help = "The side of Amazon Chime SDK messaging.",
		.rows = belfry_chime_rows,
	},
	{
		.name = "networks",
		.type = SCHEMA_LIST,
		.offset = offsetof(struct belfry_config, networks),
		.count_offset = offsetof(struct belfry_config, network_count),
		.size = sizeof(struct network_config),
		.required = true,
		.min = 1,
		.max = 64,
		.help = "The IRC networks.",
		.rows = belfry_network_rows,
	},
	{
		.name = "mappings",
		.type = SCHEMA_LIST,
		.offset = offsetof(struct belfry_config, mappings),
		.count_offset = offsetof(struct belfry_config, mapping_count),
		.size = sizeof(struct mapping_config),
		.max = 10000,
		.reloadable = true,
		.help = "What is bridged: each mapping joins one IRC channel "
			"with one Chime channel.",
		.rows = belfry_mapping_rows,
	},
	{.name = NULL},
};

const struct schema belfry_schema = {
	.rows = belfry_rows,
	.size = sizeof(struct belfry_config),
	.check = belfry_check,
};

int belfry_config_load(
	const char *path, struct belfry_config *ret, struct problems *problems)
{
	return schema_load(&belfry_schema, path, ret, problems);
}

void belfry_config_free(struct belfry_config *config)
{
	schema_free(&belfry_schema, config);
}

/* Host and port without looking into them; -EINVAL. */
static int split_server(
	const char *server, struct span *ret_host, const char **ret_port)
{
	const char *colon = strrchr(server, ':');
	size_t len;

	if (!colon)
		return -EINVAL;
	len = (size_t)(colon - server);
	*ret_port = colon + 1;
	*ret_host = (struct span){server, len};
	if (server[0] != '[')
		return len && !memchr(server, ':', len) ? 0 : -EINVAL;
	if (len < 3 || server[len - 1] != ']')
		return -EINVAL;
	*ret_host = (struct span){server + 1, len - 2};
	return 0;
}

int belfry_server_parse(const char *server, char **ret_host, uint16_t *ret_port)
{
	struct span host;
	const char *port;
	uint64_t number;

	if (split_server(server, &host, &port) < 0 ||
		memchr(host.p, ' ', host.len) ||
		parse_u64(port, UINT16_MAX, &number) < 0 || number == 0)
		return -EINVAL;
	*ret_host = xstrndup(host.p, host.len);
	*ret_port = (uint16_t)number;
	return 0;
}

const struct network_config *belfry_mapping_network(
	const struct belfry_config *config,
	const struct mapping_config *mapping, const char **ret_channel)
{
	const char *slash = mapping->irc ? strchr(mapping->irc, '/') : NULL;
	struct span name;

	if (!slash)
		return NULL;
	name = (struct span){mapping->irc, (size_t)(slash - mapping->irc)};
	*ret_channel = slash + 1;
	for (size_t i = 0; i < config->network_count; i++)
		if (config->networks[i].name &&
			span_is(name, config->networks[i].name))
			return &config->networks[i];
	return NULL;
}
