/*
 * Which delivery a message of the server decides, and how: labelled answers,
 * own echoes, refusals, PONGs. Internal to the connection.
 */
#ifndef IRC_DELIVERY_MATCH_H
#define IRC_DELIVERY_MATCH_H

#include "irc/message.h"

#include <stdbool.h>
#include <stdint.h>

struct irc_conn;

/* Takes a message that happens now. True when it is the echo of a delivery. */
bool irc_deliveries_take(
	struct irc_conn *conn, const struct irc_message *msg, bool is_own);
/* The server has processed all that was written before PING `number`. */
void irc_deliveries_on_pong(struct irc_conn *conn, uint64_t number);

#endif
