/*
 * The inside of a puppet, for the two who share it: puppet.c (one) and
 * puppets.c (all of a network, who decides when it connects and goes).
 */
#ifndef IRC_PUPPETS_PUPPET_PRIVATE_H
#define IRC_PUPPETS_PUPPET_PRIVATE_H

#include "irc/loss.h"
#include "irc_puppets/puppet.h"
#include "irc_puppets/puppet_settings.h"
#include "util/backoff.h"
#include "util/hash.h"

enum {
	/* So long a nick that it had is still taken for its own: servers take
	 * minutes to notice that a link is dead. */
	PUPPET_PAST_MS = 5 * 60 * 1000,
	/* Servers allow few changes of nick. */
	PUPPET_RENAME_MS = 15 * 1000,
};

struct irc_puppet_channel {
	char *name;
	char *folded;
	char *refusal; /* or NULL */
	bool is_in;
	UT_hash_handle hh;
};

struct irc_puppet_events {
	void (*changed)(void *arg, struct irc_puppet *puppet);
	/* It is OFF, and what for. */
	void (*lost)(void *arg, struct irc_puppet *puppet, enum irc_loss loss);
	/* It has to be looked at sooner than was thought. */
	void (*due)(void *arg);
	void (*channel)(void *arg, struct irc_puppet *puppet,
		const char *channel, bool joined, const char *why);
	void (*kicked)(void *arg, struct irc_puppet *puppet,
		const struct irc_message *kick);
	void (*message)(void *arg, struct irc_puppet *puppet,
		const struct irc_message *message);
};

struct irc_puppet {
	struct loop *loop;
	const struct irc_puppet_events *events; /* borrowed */
	void *arg;
	const struct irc_puppet_settings *settings; /* borrowed */
	struct irc_conn *conn;
	enum irc_puppet_state state;
	char *id;
	char *name;
	char *username;
	char *why;
	struct irc_puppet_channel *channels;
	unsigned holds;
	bool is_hurried;
	int64_t touched_ms;
	int64_t emptied_ms; /* since when it is in no channel */
	int64_t due_ms;     /* may connect; of a going one: is freed */
	int64_t ready_ms;   /* of this link or the last one; 0: it never was */
	int64_t renamed_ms;
	bool is_rename_due;
	struct backoff backoff;
	unsigned kills;
	char *past_nick; /* what it was called before, or NULL */
	int64_t past_ms;
	uint64_t links;      /* times it was READY */
	uint64_t dead_links; /* the main connection saw the end of these */
	UT_hash_handle hh;
};

struct irc_puppet_params {
	struct loop *loop;
	const struct irc_conn_params *conn; /* what it has as the others do */
	const struct irc_puppet_settings *settings;
	const struct irc_puppet_events *events;
	void *arg;
};

struct irc_puppet *irc_puppet_new(const struct irc_puppet_params *params,
	const char *id, const char *name) MUST_CHECK;
/* At once; no event comes any more. */
void irc_puppet_free(struct irc_puppet *puppet);
/* Is OFF and may connect: does. */
void irc_puppet_connect(struct irc_puppet *puppet);
/* QUIT; `changed` with GOING comes at once, and again when the link is down. */
void irc_puppet_go(struct irc_puppet *puppet, const char *reason);
/* Was it lost because there are too many from here? */
bool irc_puppet_is_too_many(const struct irc_puppet *puppet);
bool irc_puppet_is_down(const struct irc_puppet *puppet);
/* Another name, and another nick when it is time; the last one counts. */
void irc_puppet_rename(struct irc_puppet *puppet, const char *name);
/* When to call again, in loop ms; INT64_MAX: not at all. */
int64_t irc_puppet_rename_due(struct irc_puppet *puppet);
/*
 * Can it be that the main connection sees this puppet under this source? Its
 * links are read one after the other: what is true on the one may not be known
 * on the other yet.
 */
bool irc_puppet_may_be(
	const struct irc_puppet *puppet, const struct irc_source *source);
/* Is that one's user name, for a server that may put '~' before it, this? */
bool irc_puppet_is_user(const char *user, const char *seen);

#endif
