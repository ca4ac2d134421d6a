/*
 * Who is who on one network: the one place where somebody seen on IRC gets the
 * id that the bridge knows them by (model/person.h).
 *
 * Who is logged in is "network/@account", whatever their nick. Everybody else
 * is "network/nick" and keeps that id through changes of nick: the new nick is
 * bound to the id of the old one. Whoever then comes under the old nick, while
 * its id is another's, gets one of their own, "network/nick@2": no nick can
 * hold a '@', and no account's id begins with anything else. Names are folded
 * under the server's case mapping.
 *
 * Bindings are facts (space "irc-identity", key "network/nick", value the id):
 * the same nick is the same person after a restart. That a nick has the id of
 * its own name is not stored. A binding is in the way of others only while
 * somebody who is not logged in has that nick in a channel of ours. When the
 * link has just come up, or we were put out of a channel, that is not known
 * until all channels are listed, or
 * IDENTITY_GRACE_MS have passed: who seems to be in somebody's way then gets an
 * id that is thought over afterwards. A nick that nobody had in sight for
 * IDENTITY_KEPT_MS is anybody's. At most IDENTITY_BINDINGS_MAX; the oldest that
 * nobody uses goes first.
 *
 * An account is believed when a message is tagged with it, or when the server
 * keeps us informed (account-notify); nobody else ever speaks as one.
 */
#ifndef IRC_PEOPLE_IDENTITY_H
#define IRC_PEOPLE_IDENTITY_H

#include "irc/conn.h"
#include "model/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irc_user;
struct irc_identity;

enum {
	IRC_ID_BYTES = 512, /* with the NUL; longer ids are cut */
	IDENTITY_BINDINGS_MAX = 50000,
	IDENTITY_GRACE_MS = 60 * 1000,
	IDENTITY_KEPT_MS = 24 * 3600 * 1000,
};

/* `conn` is borrowed for the identity's life, as is the store; NULL: nothing
 * is remembered. Reads the facts. */
struct irc_identity *irc_identity_new(const struct irc_conn *conn,
	const char *network, struct store *store) MUST_CHECK;
void irc_identity_free(struct irc_identity *identity);

/* One whose id is asked for. */
struct irc_who {
	const char *nick;
	const char *account; /* as the server writes it; NULL: not logged in */
};

/* Who sends this message (of now), and who a tracked user is. Borrowed from
 * what they were made of. */
struct irc_who irc_who_of_message(
	const struct irc_conn *conn, const struct irc_message *message);
struct irc_who irc_who_of_user(
	const struct irc_conn *conn, const struct irc_user *user);

/* The id; where the nick's own is taken, one is made and remembered. */
void irc_identity_id(struct irc_identity *identity, const struct irc_who *who,
	char ret[IRC_ID_BYTES]);
/* The same of one who spoke in the past: nothing is made or remembered. */
void irc_identity_past_id(const struct irc_identity *identity,
	const struct irc_who *who, char ret[IRC_ID_BYTES]);

/* Takes every message of now, after the connection and before anybody asks for
 * ids: NICK moves the id along, QUIT and the like leave it behind. */
void irc_identity_take(
	struct irc_identity *identity, const struct irc_message *message);
/* The link is up, or a channel was lost; all channels are listed. */
void irc_identity_up(struct irc_identity *identity);
void irc_identity_settle(struct irc_identity *identity);

/* Is it known who is in our channels? Not while the link is down, nor before
 * all are listed (again) or IDENTITY_GRACE_MS have passed. */
bool irc_identity_is_settled(const struct irc_identity *identity);
/* Somebody in a channel of ours who is this now; NULL when nobody is, or two
 * are (it is one of them). Valid until the next message. */
const struct irc_user *irc_identity_find(
	struct irc_identity *identity, const char *person_id);

/* Not known as this one now; can it be that they are, as it has not been told
 * yet whether they are logged in? */
bool irc_identity_may_be(const struct irc_identity *identity,
	const struct irc_user *user, const char *person_id);

/* Bindings that are remembered. */
size_t irc_identity_count(const struct irc_identity *identity);

#endif
