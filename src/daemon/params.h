/*
 * Settings in the words of the rooms that use them. Pure; strings are
 * borrowed from the configuration.
 */
#ifndef DAEMON_PARAMS_H
#define DAEMON_PARAMS_H

#include "bridge/bridge.h"
#include "chime/client.h"
#include "config/belfry.h"
#include "end_chime/end_chime.h"
#include "end_irc/end_irc.h"

void params_limits(
	const struct chime_config *config, struct budget_limits *ret);
void params_creds(const struct chime_config *config, struct creds_params *ret);
/* Without creds and limits. */
void params_client(
	const struct chime_config *config, struct chime_client_params *ret);
/* Without client and store. */
void params_end_chime(
	const struct chime_config *config, struct end_chime_params *ret);
void params_room_irc(const struct mapping_config *config, const char *channel,
	struct end_irc_room_params *ret);
void params_room_chime(
	const struct mapping_config *config, struct end_chime_room_params *ret);
void params_filter(
	const struct filter_config *config, struct filter_params *ret);
void params_mapping(const struct mapping_config *config,
	const struct network_config *network, struct mapping_params *ret);

/* Without store, command and direct. */
struct network_params {
	struct end_irc_params end;
	struct irc_server *servers; /* end.conn.servers; owned with hosts */
};
void params_network_init(
	struct network_params *params, const struct network_config *config);
void params_network_release(struct network_params *params);

#endif
