/*
 * One person of Chime as a person on IRC: a connection of their own. Made, kept
 * and freed by irc_puppets (irc_puppets/puppets.h), which also says when it may
 * connect: a link that is lost is not dialled again by the connection itself.
 *
 * Keep the id across turns, not the pointer: a puppet is freed when nobody has
 * wanted it for long enough, or when the network does not let it in.
 */
#ifndef IRC_PUPPETS_PUPPET_H
#define IRC_PUPPETS_PUPPET_H

#include "irc/conn.h"
#include "irc/source.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irc_puppet;
struct irc_puppets;

enum irc_puppet_state {
	IRC_PUPPET_OFF, /* until its turn to connect comes */
	IRC_PUPPET_CONNECTING,
	IRC_PUPPET_READY,
	IRC_PUPPET_GOING, /* QUIT is said; freed soon */
};

enum irc_puppet_state irc_puppet_state(const struct irc_puppet *puppet);
/* The Chime id that it was made for. */
const char *irc_puppet_id(const struct irc_puppet *puppet);
/* As Chime called them last. */
const char *irc_puppet_name(const struct irc_puppet *puppet);
/* The nick that it has, or asks for. */
const char *irc_puppet_nick(const struct irc_puppet *puppet);
/* Borrowed; never NULL. Only to speak with: not to be started or stopped. */
struct irc_conn *irc_puppet_conn(const struct irc_puppet *puppet);
/* Why it is not ready, for people: "banned: ..."; "" when there is nothing to
 * say. */
const char *irc_puppet_why(const struct irc_puppet *puppet);
/* Ms until it may try again after a loss; 0: none. */
int64_t irc_puppet_wait_ms(const struct irc_puppet *puppet);

/* Is wanted in this channel: joins as soon as it can, and again after a link
 * that is lost; but not after a kick. Said again, it is wanted again. */
void irc_puppet_join(
	struct irc_puppet *puppet, const char *channel, const char *key);
/* Leaves, says why (may be NULL). Without a channel the puppet goes soon. */
void irc_puppet_part(
	struct irc_puppet *puppet, const char *channel, const char *reason);
/* The same, but whoever wants it there within a few seconds finds it there
 * still, with the rights that it has (irc_conn_part_soon()). */
void irc_puppet_part_soon(struct irc_puppet *puppet, const char *channel);
bool irc_puppet_is_in(const struct irc_puppet *puppet, const char *channel);
bool irc_puppet_is_wanted(const struct irc_puppet *puppet, const char *channel);
/* The server's words when it was not let in; NULL when it was, or nothing is
 * known yet. */
const char *irc_puppet_refusal(
	const struct irc_puppet *puppet, const char *channel);

/* Its person has said or done something: it stays. */
void irc_puppet_touch(struct irc_puppet *puppet);
/* Has nobody wanted it for so long that it goes? */
bool irc_puppet_is_idle(const struct irc_puppet *puppet);
/* While held it stays without a channel too (a private conversation). Counts.
 */
void irc_puppet_hold(struct irc_puppet *puppet);
void irc_puppet_let_go(struct irc_puppet *puppet);

#endif
