/*
 * The settings of puppets, kept: a copy of their own, with the defaults of
 * belfry.conf(5) in the place of templates that are not set.
 */
#ifndef END_IRC_PUPPET_SETTINGS_H
#define END_IRC_PUPPET_SETTINGS_H

#include "end_irc/end_irc.h"

void irc_puppet_settings_copy(struct irc_puppet_settings *copy,
	const struct irc_puppet_settings *settings);
/* Wipes the secrets and frees what the copy owns. */
void irc_puppet_settings_release(struct irc_puppet_settings *copy);

#endif
