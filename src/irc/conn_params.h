/*
 * The parameters of a connection as a copy of its own, with the defaults put
 * in the place of zeros.
 */
#ifndef IRC_CONN_PARAMS_H
#define IRC_CONN_PARAMS_H

#include "irc/conn.h"

void irc_conn_params_copy(
	struct irc_conn_params *copy, const struct irc_conn_params *params);
/* Wipes the secrets and frees what the copy owns. */
void irc_conn_params_release(struct irc_conn_params *copy);

#endif
