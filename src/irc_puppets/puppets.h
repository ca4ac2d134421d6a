/*
 * The people of Chime on one network, each with a connection (presence =
 * puppets). Decides how many there are, who may connect when, and who goes; and
 * knows which of those whom the network's main connection sees are ours.
 *
 * Limits: `max` connections, or for ten minutes fewer when the server says that
 * it has too many from us; one new link per connect_interval_ms, after a loss
 * of all too; nobody new for ten minutes when three in a row are banned. Who
 * has not been wanted for idle_ms goes, who is in no channel after a minute, or
 * a few seconds when others wait for the place.
 */
#ifndef IRC_PUPPETS_PUPPETS_H
#define IRC_PUPPETS_PUPPETS_H

#include "irc/message.h"
#include "irc/nick.h"
#include "irc/source.h"
#include "irc_puppets/puppet.h"
#include "irc_puppets/puppet_settings.h"
#include "util/buf.h"

struct irc_puppets_params {
	const char *network;
	const struct irc_conn_params *conn; /* of the main one: copied */
	const struct irc_puppet_settings *settings; /* copied */
	/* The connection that hears for all. Borrowed. */
	const struct irc_conn *main;

	/* All from the loop; none may be NULL. */

	/* Another state or nick. With GOING it is not found any more. */
	void (*changed)(void *arg, struct irc_puppet *puppet);
	/* Is in a channel, or is not let in, or has lost it: why. */
	void (*channel)(void *arg, struct irc_puppet *puppet,
		const char *channel, bool joined, const char *why);
	/* Somebody has removed it from a channel. It stays away. */
	void (*kicked)(void *arg, struct irc_puppet *puppet,
		const struct irc_message *kick);
	/* There is a place again for this person, for whom there was none. */
	void (*vacant)(void *arg, const char *id);
	/* PRIVMSG and NOTICE to the puppet itself. */
	void (*message)(void *arg, struct irc_puppet *puppet,
		const struct irc_message *message);
	/* Does the main connection share a channel with this nick? */
	bool (*is_in_sight)(void *arg, const char *nick);
	void *arg;
};

struct irc_puppets *irc_puppets_new(
	struct loop *loop, const struct irc_puppets_params *params) MUST_CHECK;
/* All links end at once. NULL is fine. */
void irc_puppets_free(struct irc_puppets *puppets);

/* NULL when there is none (that is not going). */
struct irc_puppet *irc_puppets_find(
	const struct irc_puppets *puppets, const char *id);
/*
 * The one of this person, made when there is none; under this name from now on.
 * NULL when there can be none now: says why, for people (static).
 */
struct irc_puppet *irc_puppets_get(struct irc_puppets *puppets, const char *id,
	const char *name, const char **ret_why) MUST_CHECK;
/* The nick that this person would ask for, whether there is a puppet or not. */
void irc_puppets_nick(const struct irc_puppets *puppets, const char *id,
	const char *name, char ret[IRC_NICK_BYTES]);
/*
 * This person was shown when an earlier process ended, and maybe still is: the
 * server does not know that it has ended. So what is found under their nick and
 * user name is taken for theirs, for GHOSTS_MS.
 */
void irc_puppets_recall(
	struct irc_puppets *puppets, const char *id, const char *name);
/* About how long until it is READY, in ms; -1: not to be waited for. */
int64_t irc_puppets_eta_ms(
	const struct irc_puppets *puppets, const struct irc_puppet *puppet);
/* Somebody waits for it: before others who only are to be seen. */
void irc_puppets_hurry(struct irc_puppets *puppets, struct irc_puppet *puppet);

/* All QUIT. `changed` comes as they go. */
void irc_puppets_stop(struct irc_puppets *puppets, const char *reason);
bool irc_puppets_is_stopping(const struct irc_puppets *puppets);
/* Is no link left? */
bool irc_puppets_is_down(const struct irc_puppets *puppets);
/* ", 12 puppets (3 connecting, limit 200)". */
void irc_puppets_describe(const struct irc_puppets *puppets, struct buf *out);

/*
 * What the main connection saw: all of it, before anybody else looks at it, and
 * again after all have. Pass what happens now, not history.
 */
void irc_puppets_before(
	struct irc_puppets *puppets, const struct irc_message *message);
void irc_puppets_after(
	struct irc_puppets *puppets, const struct irc_message *message);
/* The main connection is in another state: no puppet connects before it, and
 * when it is down nobody is seen. */
void irc_puppets_on_main(
	struct irc_puppets *puppets, enum irc_conn_state state);
/*
 * Whose puppet this is, as the main connection sees people: a Chime id, valid
 * until the next message; NULL for everybody else. Also for one who has left or
 * speaks from outside, never for one who has taken over a nick. `puppets` may
 * be NULL.
 */
const char *irc_puppets_owner(
	const struct irc_puppets *puppets, const struct irc_source *source);

#endif
