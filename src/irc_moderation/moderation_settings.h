/*
 * What the settings of a mapping say about bans, moderators and modes on IRC.
 */
#ifndef IRC_MODERATION_MODERATION_SETTINGS_H
#define IRC_MODERATION_MODERATION_SETTINGS_H

#include <stdbool.h>

/* belfry.conf(5), mappings[].mirror. */
struct irc_moderation_settings {
	const char *ban_mask;        /* template: {nick}, {user}, {host} */
	const char *moderator_modes; /* the last is given */
	bool moderators_need_account;
	const char *restricted_modes; /* the first is set */
};

#endif
