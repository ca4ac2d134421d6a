#include "irc_puppets/puppet_settings.h"

#include "util/alloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const size_t setting_strings[] = {
	offsetof(struct irc_puppet_settings, nick),
	offsetof(struct irc_puppet_settings, username),
	offsetof(struct irc_puppet_settings, realname),
	offsetof(struct irc_puppet_settings, webirc),
	offsetof(struct irc_puppet_settings, host),
	offsetof(struct irc_puppet_settings, addresses),
};

static char **setting_string(struct irc_puppet_settings *settings, size_t i)
{
	return (char **)(void *)((char *)settings + setting_strings[i]);
}

void irc_puppet_settings_copy(struct irc_puppet_settings *copy,
	const struct irc_puppet_settings *settings)
{
	*copy = *settings;
	if (!copy->nick)
		copy->nick = "{name}[c]";
	if (!copy->username)
		copy->username = "{id}";
	if (!copy->realname)
		copy->realname = "{name}";
	for (size_t i = 0; i < ARRAY_LEN(setting_strings); i++)
		*setting_string(copy, i) =
			xstrdup_null(*setting_string(copy, i));
}

void irc_puppet_settings_release(struct irc_puppet_settings *settings)
{
	for (size_t i = 0; i < ARRAY_LEN(setting_strings); i++) {
		char *text = *setting_string(settings, i);
		if (text)
			explicit_bzero(text, strlen(text));
		free(text);
	}
}
