/*
 * A good configuration for tests of the daemon: one network and mappings on
 * ports where nobody listens.
 */
#ifndef SUPPORT_DAEMON_CONFIG_H
#define SUPPORT_DAEMON_CONFIG_H

#include "config/belfry.h"

#define DAEMON_APP_INSTANCE "arn:aws:chime:us-east-1:1:app-instance/a"
#define DAEMON_MAPPING(name)                                                   \
	"{ name = \"" name "\"; irc = \"net/#" name                            \
	"\"; chime = \"" DAEMON_APP_INSTANCE "/channel/" name "\"; }"

struct daemon_config_text {
	const char *state;    /* path */
	const char *chime;    /* more settings of the group; NULL: none */
	const char *network;  /* more settings of the network; NULL: none */
	const char *mappings; /* DAEMON_MAPPING("a") "," ... */
	const char *rest;     /* NULL: none */
};

/* The text of the file; owned. */
char *daemon_config_compose(const struct daemon_config_text *text);
/* The loaded configuration; release with check_free(). Fails the test when it
 * is bad. */
struct belfry_config *daemon_config_load(const struct daemon_config_text *text);
void daemon_config_write(
	const char *path, const struct daemon_config_text *text);

#endif
