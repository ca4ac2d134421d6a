#include "daemon/params.h"

#include "util/alloc.h"

#include <stdlib.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct limit {
	size_t offset;
	enum chime_budget budget;
} limits[] = {
	{offsetof(struct limits_config, bearer), CHIME_BUDGET_BEARER},
	{offsetof(struct limits_config, identity), CHIME_BUDGET_IDENTITY},
	{offsetof(struct limits_config, app_instances),
		CHIME_BUDGET_APP_INSTANCES},
	{offsetof(struct limits_config, app_instance_lists),
		CHIME_BUDGET_APP_INSTANCE_LISTS},
	{offsetof(struct limits_config, app_instance_reads),
		CHIME_BUDGET_APP_INSTANCE_READS},
	{offsetof(struct limits_config, users), CHIME_BUDGET_USERS},
	{offsetof(struct limits_config, users_lists), CHIME_BUDGET_USERS_LISTS},
	{offsetof(struct limits_config, user_reads), CHIME_BUDGET_USER_READS},
	{offsetof(struct limits_config, channels), CHIME_BUDGET_CHANNELS},
	{offsetof(struct limits_config, list_channels),
		CHIME_BUDGET_LIST_CHANNELS},
	{offsetof(struct limits_config, describe), CHIME_BUDGET_DESCRIBE},
	{offsetof(struct limits_config, member_changes),
		CHIME_BUDGET_MEMBER_CHANGES},
	{offsetof(struct limits_config, member_batches),
		CHIME_BUDGET_MEMBER_BATCHES},
	{offsetof(struct limits_config, member_lists),
		CHIME_BUDGET_MEMBER_LISTS},
	{offsetof(struct limits_config, message_changes),
		CHIME_BUDGET_MESSAGE_CHANGES},
	{offsetof(struct limits_config, message_lists),
		CHIME_BUDGET_MESSAGE_LISTS},
	{offsetof(struct limits_config, message_gets),
		CHIME_BUDGET_MESSAGE_GETS},
	{offsetof(struct limits_config, user_lists), CHIME_BUDGET_USER_LISTS},
};
_Static_assert(ARRAY_LEN(limits) == CHIME_BUDGET_COUNT,
	"every budget has its setting");

static const enum irc_sasl_mechanism mechanisms[] = {
	[SASL_CONFIG_NONE] = IRC_SASL_NONE,
	[SASL_CONFIG_PLAIN] = IRC_SASL_PLAIN,
	[SASL_CONFIG_EXTERNAL] = IRC_SASL_EXTERNAL,
	[SASL_CONFIG_SCRAM_SHA_256] = IRC_SASL_SCRAM_SHA_256,
};
static const enum message_policy policies[] = {
	[MESSAGES_CONFIG_BOTH] = MESSAGES_BOTH,
	[MESSAGES_CONFIG_TO_IRC] = MESSAGES_TO_IRC,
	[MESSAGES_CONFIG_TO_CHIME] = MESSAGES_TO_CHIME,
};
static const enum in_doubt_policy in_doubts[] = {
	[IN_DOUBT_CONFIG_RESEND] = IN_DOUBT_RESEND,
	[IN_DOUBT_CONFIG_SKIP] = IN_DOUBT_SKIP,
};
static const enum when_full when_fulls[] = {
	[WHEN_FULL_CONFIG_DROP_OLDEST] = WHEN_FULL_DROP_OLDEST,
	[WHEN_FULL_CONFIG_STOP] = WHEN_FULL_STOP,
};
static const enum members_policy members[] = {
	[MEMBERS_CONFIG_OFF] = MEMBERS_OFF,
	[MEMBERS_CONFIG_LAZY] = MEMBERS_LAZY,
	[MEMBERS_CONFIG_FULL] = MEMBERS_FULL,
};
static const char *const privacies[] = {
	[PRIVACY_CONFIG_PUBLIC] = "PUBLIC",
	[PRIVACY_CONFIG_PRIVATE] = "PRIVATE",
};
static const char *const modes[] = {
	[MODE_CONFIG_UNRESTRICTED] = "UNRESTRICTED",
	[MODE_CONFIG_RESTRICTED] = "RESTRICTED",
};

void params_limits(const struct chime_config *config, struct budget_limits *ret)
{
	const char *base = (const char *)&config->limits;

	budget_limits_default(ret, config->region);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		double set = *(
			const double *)(const void *)(base + limits[i].offset);

		if (set >= 0)
			ret->per_second[limits[i].budget] = set;
	}
}

void params_creds(const struct chime_config *config, struct creds_params *ret)
{
	*ret = (struct creds_params){
		.profile = config->profile,
		.credentials_file = config->credentials_file,
	};
}

void params_client(
	const struct chime_config *config, struct chime_client_params *ret)
{
	*ret = (struct chime_client_params){
		.region = config->region,
		.messaging_endpoint = config->messaging_endpoint,
		.identity_endpoint = config->identity_endpoint,
		.ca_file = config->ca_file,
		.max_connections = (unsigned)config->max_connections,
	};
}

void params_end_chime(
	const struct chime_config *config, struct end_chime_params *ret)
{
	*ret = (struct end_chime_params){
		.app_instance = config->app_instance,
		.user = config->user,
		.puppets = config->puppets,
		.read_markers = config->read_markers,
		.puppet_name = config->puppet_name,
		.poll_min_ms = config->poll_min_ms,
		.poll_max_ms = config->poll_max_ms,
		.late_after_ms = config->late_after_ms,
		.members_ms = config->members_ms,
		.max_puppets = (size_t)config->max_puppets,
		.retire_after_ms = (int64_t)config->retire_after_days * DAY_MS,
	};
}

static enum members_policy members_policy(
	const struct mirror_config *config, enum members_config way)
{
	return members[belfry_members(config, way)];
}

void params_room_chime(
	const struct mapping_config *config, struct end_chime_room_params *ret)
{
	*ret = (struct end_chime_room_params){
		.mapping = config->name,
		.channel = config->chime.arn,
		.name = config->chime.name,
		.privacy = privacies[config->chime.privacy],
		.mode = modes[config->chime.mode],
		.create = config->chime.create,
		.is_minded =
			members_policy(&config->mirror,
				config->mirror.members_to_chime) != MEMBERS_OFF,
		.topic_is_name =
			config->mirror.topic_as == TOPIC_AS_CONFIG_NAME,
	};
}

static struct mirror_params mirror_params(const struct mirror_config *config)
{
	return (struct mirror_params){
		.to_irc = members_policy(config, config->members_to_irc),
		.to_chime = members_policy(config, config->members_to_chime),
		.kicks = config->kicks,
		.announce = config->announce == ANNOUNCE_CONFIG_NOTICES,
		.quit_ms = config->quit_ms,
		.split_ms = config->split_ms,
	};
}

static struct reconcile_ways ways(enum way_config way)
{
	return (struct reconcile_ways){
		.to_irc = way == WAY_CONFIG_TO_IRC || way == WAY_CONFIG_BOTH,
		.to_chime =
			way == WAY_CONFIG_TO_CHIME || way == WAY_CONFIG_BOTH,
	};
}

static struct moderation_params moderation_params(
	const struct mirror_config *config)
{
	return (struct moderation_params){
		.standings =
			{
				[STANDING_BANNED] = ways(config->bans),
				[STANDING_MODERATOR] = ways(config->moderators),
			},
		.attributes =
			{
				[ATTRIBUTE_TOPIC] = ways(config->topic),
				[ATTRIBUTE_NAME] = ways(config->name),
				[ATTRIBUTE_RESTRICTED] = ways(config->mode),
			},
		.winner = config->winner == WINNER_CONFIG_IRC ? SIDE_IRC
							      : SIDE_CHIME,
		.max_changes = (size_t)config->max_changes,
		.unban_restores = config->unban_restores,
	};
}

void params_room_irc(const struct mapping_config *config, const char *channel,
	struct end_irc_room_params *ret)
{
	*ret = (struct end_irc_room_params){
		.mapping = config->name,
		.channel = channel,
		.key = config->irc_key,
		.moderation =
			{
				.ban_mask = config->mirror.ban_mask,
				.moderator_modes =
					config->mirror.moderator_modes,
				.moderators_need_account =
					config->mirror.moderators_need_account,
				.restricted_modes =
					config->mirror.restricted_modes,
			},
	};
}

static struct pattern_list pattern_list(char *const *items, size_t count)
{
	return (struct pattern_list){
		.items = (const char *const *)items,
		.count = count,
	};
}

void params_filter(
	const struct filter_config *config, struct filter_params *ret)
{
	*ret = (struct filter_params){
		.ignore_irc = pattern_list(
			config->ignore_irc, config->ignore_irc_count),
		.ignore_chime = pattern_list(
			config->ignore_chime, config->ignore_chime_count),
		.drop_irc =
			pattern_list(config->drop_irc, config->drop_irc_count),
		.drop_chime = pattern_list(
			config->drop_chime, config->drop_chime_count),
		.never_puppet = pattern_list(
			config->never_puppet, config->never_puppet_count),
	};
}

void params_mapping(const struct mapping_config *config,
	const struct network_config *network, struct mapping_params *ret)
{
	*ret = (struct mapping_params){
		.name = config->name,
		.irc_label = config->irc,
		.chime_label = config->chime.name ? config->chime.name
						  : config->chime.arn,
		.mirror = mirror_params(&config->mirror),
		.moderation = moderation_params(&config->mirror),
		.messages = policies[config->messages],
		.in_doubt = in_doubts[network->in_doubt],
		.window = (unsigned)network->window,
		.queue =
			{
				.max_lines = (size_t)config->queue.max_lines,
				.max_bytes = (size_t)config->queue.max_bytes,
				.max_age_ms = config->queue.max_age_ms,
				.when_full =
					when_fulls[config->queue.when_full],
			},
	};
	params_filter(&config->filter, &ret->filter);
}

static struct irc_server *servers_new(const struct network_config *config)
{
	struct irc_server *servers =
		xcalloc(config->server_count, sizeof(*servers));

	for (size_t i = 0; i < config->server_count; i++) {
		char *host = NULL;
		uint16_t port = 0;

		/* The rules of the configuration saw to it. */
		if (belfry_server_parse(config->servers[i], &host, &port) < 0)
			abort();
		servers[i] = (struct irc_server){.host = host, .port = port};
	}
	return servers;
}

static struct irc_conn_params conn_params(const struct network_config *config)
{
	return (struct irc_conn_params){
		.name = config->name,
		.tls = config->tls,
		.tls_params =
			{
				.ca_file = config->tls_ca_file,
				.cert_file = config->tls_cert_file,
				.key_file = config->tls_key_file,
				.pin_sha256 = config->tls_pin_sha256,
			},
		.bind_address = config->bind,
		.password = config->password,
		.nick = config->nick,
		.username = config->username,
		.realname = config->realname,
		.sasl = mechanisms[config->sasl.mechanism],
		.sasl_account = config->sasl.account,
		.sasl_password = config->sasl.password,
		.sasl_required = config->sasl.required,
		.flood_burst = config->flood_interval_ms
				       ? (unsigned)config->flood_burst
				       : 0,
		.flood_interval_ms = config->flood_interval_ms,
		.ping_interval_ms = config->ping_interval_ms,
		.ping_timeout_ms = config->ping_timeout_ms,
		.retry_min_ms = config->retry_min_ms,
		.retry_max_ms = config->retry_max_ms,
	};
}

static struct irc_puppet_settings puppet_settings(
	const struct puppets_config *config)
{
	return (struct irc_puppet_settings){
		.nick = config->nick,
		.username = config->username,
		.realname = config->realname,
		.max = (size_t)config->max,
		.connect_interval_ms = config->connect_interval_ms,
		.idle_ms = (int64_t)config->idle_s * 1000,
		.webirc = config->webirc,
		.host = config->host,
		.addresses = config->addresses,
	};
}

void params_network_init(
	struct network_params *params, const struct network_config *config)
{
	*params = (struct network_params){
		.end =
			{
				.conn = conn_params(config),
				.window = (unsigned)config->window,
				.nick_template = config->nick_template,
				.anti_ping = config->anti_ping,
				.max_lines = (unsigned)config->max_lines,
				.late_after_ms = config->late_after_ms,
				.backfill_max_age_ms =
					(int64_t)config->backfill_max_age_s *
					1000,
				.backfill_max_lines =
					(size_t)config->backfill_max_lines,
				.relaymsg = config->relaymsg,
				.has_puppets = config->presence ==
					       PRESENCE_CONFIG_PUPPETS,
				.puppets = puppet_settings(&config->puppets),
				.relays = (const char *const *)config->relays,
				.relay_count = config->relay_count,
				.operators =
					(const char *const *)config->operators,
				.operator_count = config->operator_count,
				.ignores_bots =
					config->bots == BOTS_CONFIG_IGNORE,
			},
		.servers = servers_new(config),
	};
	params->end.conn.servers = params->servers;
	params->end.conn.server_count = config->server_count;
}

void params_network_release(struct network_params *params)
{
	for (size_t i = 0; i < params->end.conn.server_count; i++) {
		char *host = (char *)(uintptr_t)params->servers[i].host;

		free(host);
	}
	free(params->servers);
	*params = (struct network_params){.servers = NULL};
}
