/*
 * The settings of one mapping, and of filters (belfry.conf(5), mappings). See
 * config/belfry.h for ownership and units.
 */
#ifndef CONFIG_BELFRY_MAPPING_H
#define CONFIG_BELFRY_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

enum messages_config {
	MESSAGES_CONFIG_BOTH,
	MESSAGES_CONFIG_TO_IRC,
	MESSAGES_CONFIG_TO_CHIME,
};

enum privacy_config { PRIVACY_CONFIG_PUBLIC, PRIVACY_CONFIG_PRIVATE };
enum mode_config { MODE_CONFIG_UNRESTRICTED, MODE_CONFIG_RESTRICTED };

/* Either `arn`, or the rest. */
struct mapping_chime_config {
	char *arn;
	char *name;
	enum privacy_config privacy;
	enum mode_config mode;
	bool create;
};

enum when_full_config { WHEN_FULL_CONFIG_DROP_OLDEST, WHEN_FULL_CONFIG_STOP };

/* What may wait for Chime; `max_age_ms` holds both ways. */
struct queue_config {
	int max_lines;
	int max_bytes;
	int max_age_ms;
	enum when_full_config when_full;
};

enum members_config {
	MEMBERS_CONFIG_OFF,
	MEMBERS_CONFIG_LAZY,
	MEMBERS_CONFIG_FULL,
	MEMBERS_CONFIG_SAME, /* as the setting for both */
};
enum announce_config { ANNOUNCE_CONFIG_OFF, ANNOUNCE_CONFIG_NOTICES };

enum way_config {
	WAY_CONFIG_OFF,
	WAY_CONFIG_TO_IRC,
	WAY_CONFIG_TO_CHIME,
	WAY_CONFIG_BOTH,
};
enum winner_config { WINNER_CONFIG_IRC, WINNER_CONFIG_CHIME };
enum topic_as_config { TOPIC_AS_CONFIG_METADATA, TOPIC_AS_CONFIG_NAME };

/* What is mirrored beside messages. */
struct mirror_config {
	enum members_config members;
	enum members_config members_to_irc;
	enum members_config members_to_chime;
	bool kicks;
	enum announce_config announce;
	int quit_ms;
	int split_ms;
	enum way_config bans;
	enum way_config moderators;
	enum way_config topic;
	enum way_config name;
	enum way_config mode;
	enum winner_config winner;
	int max_changes;
	char *ban_mask;
	bool unban_restores;
	char *moderator_modes;
	bool moderators_need_account;
	enum topic_as_config topic_as;
	char *restricted_modes;
};

/* What holds for one way, given its own setting: that, or the one for both. */
enum members_config belfry_members(
	const struct mirror_config *mirror, enum members_config way);

/* Patterns: masks for people, regular expressions for texts. */
struct filter_config {
	char **ignore_irc;
	size_t ignore_irc_count;
	char **ignore_chime;
	size_t ignore_chime_count;
	char **drop_irc;
	size_t drop_irc_count;
	char **drop_chime;
	size_t drop_chime_count;
	char **never_puppet;
	size_t never_puppet_count;
};

struct mapping_config {
	char *name;
	char *irc; /* "network/#channel" */
	char *irc_key;
	struct mapping_chime_config chime;
	enum messages_config messages;
	struct queue_config queue;
	struct mirror_config mirror;
	struct filter_config filter;
};

#endif
