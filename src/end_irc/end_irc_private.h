/*
 * What the IRC end and its rooms tell each other.
 */
#ifndef END_IRC_END_IRC_PRIVATE_H
#define END_IRC_END_IRC_PRIVATE_H

#include "end_irc/end_irc.h"

struct irc_room;

const struct end_irc_params *end_irc_params(const struct end_irc *end);
/* So many rooms more (or less) cannot present what they hear: while there is
 * any, nothing is read. 0: still so, on a new link too. */
void end_irc_busy(struct end_irc *end, int rooms);
struct irc_conn *end_irc_conn(const struct end_irc *end);
/* The room starts: be in its channel. */
void end_irc_join(struct end_irc *end, struct irc_room *room);
/* The room closes: leave the channel and forget it. */
void end_irc_leave(struct end_irc *end, struct irc_room *room);

#endif
