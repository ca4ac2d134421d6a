#include "ctl/iam_policy.h"

#include "chime/operations.h"
#include "ctl/context.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <sysexits.h>

/* What a call is checked against. */
enum resource {
	APP_INSTANCE = 1 << 0,
	BRIDGE = 1 << 1,   /* the bridge's own user */
	PUPPETS = 1 << 2,  /* the users it makes for people of IRC */
	CHANNELS = 1 << 3, /* that are mapped */
	WRITTEN = 1 << 4,  /* of these, where lines of IRC go to */
	READ = 1 << 5,     /* and those that are relayed to IRC */
	ANY_CHANNEL = 1 << 6,
	TOLD = 1 << 7, /* where only the bridge itself says anything */
};

typedef bool mapping_fn(const struct mapping_config *mapping);

static bool is_any(const struct mapping_config *mapping UNUSED)
{
	return true;
}

static bool is_written(const struct mapping_config *mapping)
{
	return mapping->messages != MESSAGES_CONFIG_TO_IRC;
}

static bool is_read(const struct mapping_config *mapping)
{
	return mapping->messages != MESSAGES_CONFIG_TO_CHIME;
}

/* That something of it could not be relayed, say. */
static bool is_told(const struct mapping_config *mapping)
{
	return !is_written(mapping);
}

/* Are people of IRC shown in Chime whether they speak or not? */
static bool is_shown(const struct mapping_config *mapping)
{
	const struct mirror_config *mirror = &mapping->mirror;

	return belfry_members(mirror, mirror->members_to_chime) ==
	       MEMBERS_CONFIG_FULL;
}

static bool is_by_name(const struct mapping_config *mapping)
{
	return !mapping->chime.arn;
}

static bool is_created(const struct mapping_config *mapping)
{
	return !mapping->chime.arn && mapping->chime.create;
}

/* Whose people are looked at. */
static bool is_peopled(const struct mapping_config *mapping)
{
	const struct mirror_config *mirror = &mapping->mirror;

	return belfry_members(mirror, mirror->members_to_irc) !=
		       MEMBERS_CONFIG_OFF ||
	       belfry_members(mirror, mirror->members_to_chime) !=
		       MEMBERS_CONFIG_OFF ||
	       mirror->announce != ANNOUNCE_CONFIG_OFF;
}

static bool has_bans(const struct mapping_config *mapping)
{
	return mapping->mirror.bans != WAY_CONFIG_OFF;
}

static bool has_moderators(const struct mapping_config *mapping)
{
	return mapping->mirror.moderators != WAY_CONFIG_OFF;
}

static bool goes_to_chime(enum way_config way)
{
	return way == WAY_CONFIG_TO_CHIME || way == WAY_CONFIG_BOTH;
}

/* Its topic, name or mode. */
static bool is_changed(const struct mapping_config *mapping)
{
	const struct mirror_config *mirror = &mapping->mirror;

	return goes_to_chime(mirror->topic) || goes_to_chime(mirror->name) ||
	       goes_to_chime(mirror->mode);
}

/* One who looks at any of it looks at all. */
static bool is_moderated(const struct mapping_config *mapping)
{
	const struct mirror_config *mirror = &mapping->mirror;

	return has_bans(mapping) || has_moderators(mapping) ||
	       mirror->topic != WAY_CONFIG_OFF ||
	       mirror->name != WAY_CONFIG_OFF || mirror->mode != WAY_CONFIG_OFF;
}

enum puppets {
	EITHER_WAY,
	WITH_PUPPETS,
	WITHOUT_PUPPETS,
	IN_PRIVATE,
	IN_ANY_WAY, /* who speaks, is shown or talks in private as a puppet */
};

/* Rules of one `sid` stand together and share their resources. */
static const struct rule {
	const char *sid;
	enum chime_op op;
	mapping_fn *needed; /* by at least one mapping */
	enum puppets puppets;
	unsigned resources;
} rules[] = {
	{"MakePuppets", CHIME_CREATE_APP_INSTANCE_USER, is_any, IN_ANY_WAY,
		APP_INSTANCE | PUPPETS},
	{"MakePuppets", CHIME_DESCRIBE_APP_INSTANCE_USER, is_any, IN_ANY_WAY,
		APP_INSTANCE | PUPPETS},
	{"MakePuppets", CHIME_UPDATE_APP_INSTANCE_USER, is_any, IN_ANY_WAY,
		APP_INSTANCE | PUPPETS},
	{"MakePuppets", CHIME_DELETE_APP_INSTANCE_USER, is_any, IN_ANY_WAY,
		APP_INSTANCE | PUPPETS},
	{"FindChannels", CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER, is_by_name,
		EITHER_WAY, BRIDGE},
	{"UseChannels", CHIME_CREATE_CHANNEL, is_created, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"UseChannels", CHIME_CREATE_CHANNEL_MEMBERSHIP, is_any, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"UseChannels", CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, is_any,
		EITHER_WAY, BRIDGE | CHANNELS},
	{"UseChannels", CHIME_LIST_CHANNEL_MESSAGES, is_any, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"MirrorPeople", CHIME_LIST_CHANNEL_MEMBERSHIPS, is_peopled, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"MirrorPeople", CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, is_peopled,
		EITHER_WAY, BRIDGE | CHANNELS},
	{"MirrorPeople", CHIME_DELETE_CHANNEL_MEMBERSHIP, is_peopled,
		EITHER_WAY, BRIDGE | CHANNELS},
	{"MirrorPeople", CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER, is_peopled,
		EITHER_WAY, BRIDGE | CHANNELS},
	/* What belfryctl unmap does, by the daemon; but to delete a channel,
	 * with all that was said in it, is for people to allow. */
	{"TakeBack", CHIME_DELETE_CHANNEL_MEMBERSHIP, is_any, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"TakeBack", CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, is_any, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_LIST_CHANNELS_MODERATED_BY_USER, is_moderated,
		EITHER_WAY, BRIDGE | CHANNELS},
	{"Moderate", CHIME_DESCRIBE_CHANNEL, is_moderated, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_LIST_CHANNEL_BANS, is_moderated, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_DESCRIBE_CHANNEL_BAN, is_moderated, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_LIST_CHANNEL_MODERATORS, is_moderated, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_DESCRIBE_CHANNEL_MODERATOR, is_moderated, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_CREATE_CHANNEL_BAN, has_bans, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_DELETE_CHANNEL_BAN, has_bans, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_CREATE_CHANNEL_MODERATOR, has_moderators, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_DELETE_CHANNEL_MODERATOR, has_moderators, EITHER_WAY,
		BRIDGE | CHANNELS},
	{"Moderate", CHIME_UPDATE_CHANNEL, is_changed, EITHER_WAY,
		BRIDGE | CHANNELS},
	/* What servers say has no puppet. */
	{"Speak", CHIME_SEND_CHANNEL_MESSAGE, is_written, WITH_PUPPETS,
		BRIDGE | PUPPETS | WRITTEN},
	{"Speak", CHIME_SEND_CHANNEL_MESSAGE, is_written, WITHOUT_PUPPETS,
		BRIDGE | WRITTEN},
	{"Tell", CHIME_SEND_CHANNEL_MESSAGE, is_told, EITHER_WAY,
		BRIDGE | TOLD},
	{"MarkRead", CHIME_UPDATE_CHANNEL_READ_MARKER, is_read, EITHER_WAY,
		BRIDGE | READ},
	{"MarkReadByPuppets", CHIME_UPDATE_CHANNEL_READ_MARKER, is_written,
		WITH_PUPPETS, PUPPETS | WRITTEN},
	{"TalkInPrivate", CHIME_CREATE_CHANNEL, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_CREATE_CHANNEL_MEMBERSHIP, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, is_any,
		IN_PRIVATE, PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_LIST_CHANNEL_MEMBERSHIPS, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_LIST_CHANNEL_MESSAGES, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_SEND_CHANNEL_MESSAGE, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
	{"TalkInPrivate", CHIME_UPDATE_CHANNEL_READ_MARKER, is_any, IN_PRIVATE,
		PUPPETS | ANY_CHANNEL},
};

static size_t count_mappings(
	const struct belfry_config *config, mapping_fn *which)
{
	size_t count = 0;

	for (size_t i = 0; i < config->mapping_count; i++)
		count += which(&config->mappings[i]);
	return count;
}

/* A nick of theirs can be written to. */
static bool talks_in_private(const struct belfry_config *config)
{
	bool talks = false;

	for (size_t i = 0; i < config->network_count; i++)
		talks |= config->networks[i].presence ==
				 PRESENCE_CONFIG_PUPPETS &&
			 config->networks[i].puppets.is_private;
	return talks && config->chime.puppets;
}

static bool has_users(const struct belfry_config *config)
{
	return config->chime.puppets &&
	       (count_mappings(config, is_written) > 0 ||
		       count_mappings(config, is_shown) > 0 ||
		       talks_in_private(config));
}

static bool fits_puppets(
	const struct rule *rule, const struct belfry_config *config)
{
	switch (rule->puppets) {
	case WITH_PUPPETS:
		return config->chime.puppets;
	case WITHOUT_PUPPETS:
		return !config->chime.puppets;
	case IN_PRIVATE:
		return talks_in_private(config);
	case IN_ANY_WAY:
		return has_users(config);
	case EITHER_WAY:
		break;
	}
	return true;
}

static bool is_needed(
	const struct rule *rule, const struct belfry_config *config)
{
	if (!fits_puppets(rule, config))
		return false;
	if (rule->op == CHIME_UPDATE_CHANNEL_READ_MARKER &&
		!config->chime.read_markers)
		return false;
	return count_mappings(config, rule->needed) > 0;
}

static void add_text(json_t *list, const char *base, const char *rest)
{
	char AUTOFREE *text = xasprintf("%s%s", base, rest);

	json_array_append_new(list, json_string(text));
}

/* A channel without an ARN is found or made later: then any may be it. */
static void add_channels(
	json_t *list, const struct belfry_config *config, mapping_fn *which)
{
	bool any = count_mappings(config, which) > IAM_POLICY_CHANNELS;

	for (size_t i = 0; i < config->mapping_count; i++)
		any |= which(&config->mappings[i]) &&
		       is_by_name(&config->mappings[i]);
	if (any) {
		add_text(list, config->chime.app_instance, "/channel/*");
		return;
	}
	for (size_t i = 0; i < config->mapping_count; i++)
		if (which(&config->mappings[i]))
			add_text(list, config->mappings[i].chime.arn, "");
}

static json_t *resource_list(
	const struct belfry_config *config, unsigned resources)
{
	const struct chime_config *chime = &config->chime;
	json_t *list = json_array();

	if (resources & APP_INSTANCE)
		add_text(list, chime->app_instance, "");
	if (resources & BRIDGE)
		add_text(list, chime->user, "");
	/* Their ids begin so, whatever the network. */
	if (resources & PUPPETS)
		add_text(list, chime->app_instance, "/user/irc:*");
	if (resources & CHANNELS)
		add_channels(list, config, is_any);
	if (resources & WRITTEN)
		add_channels(list, config, is_written);
	if (resources & READ)
		add_channels(list, config, is_read);
	if (resources & TOLD)
		add_channels(list, config, is_told);
	if (resources & ANY_CHANNEL)
		add_text(list, config->chime.app_instance, "/channel/*");
	return list;
}

/* The statement of the rule; the last one when it is of the same sid. */
static json_t *statement_of(json_t *statements, const struct rule *rule,
	const struct belfry_config *config)
{
	size_t count = json_array_size(statements);
	json_t *last = json_array_get(statements, count ? count - 1 : 0);
	const char *sid = json_string_value(json_object_get(last, "Sid"));

	if (str_eq(sid, rule->sid))
		return last;
	last = json_pack("{s:s, s:s, s:[], s:o}", "Sid", rule->sid, "Effect",
		"Allow", "Action", "Resource",
		resource_list(config, rule->resources));
	json_array_append_new(statements, last);
	return last;
}

json_t *iam_policy_of(const struct belfry_config *config)
{
	json_t *statements = json_array();

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (is_needed(&rules[i], config))
			add_text(json_object_get(statement_of(statements,
							 &rules[i], config),
					 "Action"),
				"chime:", chime_operation(rules[i].op)->name);
	if (json_array_size(statements) > 0)
		return json_pack("{s:s, s:o}", "Version", "2012-10-17",
			"Statement", statements);
	json_decref(statements);
	return NULL;
}

static int print_policy(const struct belfry_config *config)
{
	json_t *policy = iam_policy_of(config);

	if (!policy)
		return complain(EX_CONFIG, "the configuration has no mappings: "
					   "belfryd calls nothing");
	json_dumpf(policy, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(policy);
	return 0;
}

static int run_iam_policy(struct args *args, char **words)
{
	const struct option_set none = {.count = 0};
	struct context context;
	struct err err = {0};
	int status;

	if (args_parse_command(args, words, &none, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	if (!args->config)
		return complain(EX_USAGE,
			"iam-policy needs -c FILE: what shall be allowed?");
	status = context_open(&context, args);
	if (status)
		return status;
	status = print_policy(context.config);
	context_close(&context);
	return status;
}

const struct command command_iam_policy = {
	.name = "iam-policy",
	.run = run_iam_policy,
	.usage = "(with -c FILE)",
	.summary = "print the IAM policy that the configuration needs",
};
