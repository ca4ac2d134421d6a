/*
 * The settings of puppets, kept: a copy of their own, with the defaults of
 * belfry.conf(5) in the place of templates that are not set.
 */
#ifndef IRC_PUPPETS_PUPPET_SETTINGS_H
#define IRC_PUPPETS_PUPPET_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

/* belfry.conf(5), networks[].puppets. */
struct irc_puppet_settings {
	const char *nick; /* templates: {name}, {id} */
	const char *username;
	const char *realname;
	size_t max;
	int64_t connect_interval_ms;
	int64_t idle_ms;       /* 0: never */
	const char *webirc;    /* password, or NULL */
	const char *host;      /* template, said with WEBIRC */
	const char *addresses; /* IPv6 prefix, or NULL */
};

void irc_puppet_settings_copy(struct irc_puppet_settings *copy,
	const struct irc_puppet_settings *settings);
/* Wipes the secrets and frees what the copy owns. */
void irc_puppet_settings_release(struct irc_puppet_settings *copy);

#endif
