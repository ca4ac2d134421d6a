/*
 * Private conversations between people of IRC and of Chime: each is a mapping
 * of its own, "direct.NETWORK.HASH", made when somebody writes to a puppet
 * (end_irc/directs.h), with a channel of Chime in which are only the two
 * (struct end_chime_room_params, `person`).
 *
 * They are facts (space "direct", key the name, value JSON), so that they are
 * open again after a restart. At most puppets.private_max of a network are
 * open: beyond that the one that has been silent for longest (and has nothing
 * to relay, if there is such a one) is closed, and what its person of Chime
 * says is heard when the person of IRC writes again. At most DIRECT_KNOWN_MAX
 * are remembered; the oldest is forgotten.
 */
#ifndef DAEMON_DIRECT_H
#define DAEMON_DIRECT_H

#include "bridge/bridge.h"
#include "config/belfry_network.h"
#include "end_chime/end_chime.h"
#include "end_irc/end_irc.h"
#include "model/store.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stddef.h>

enum {
	DIRECT_KNOWN_MAX = 10000,
	/* How exactly is known when one was used last. */
	DIRECT_LOOK_MS = 60 * 1000,
	DIRECT_SAVE_MS = 3600 * 1000,
};

struct direct;

/* A network as it runs now. Borrowed. */
struct direct_network {
	struct end_irc *end;
	const struct network_config *config;
};

/* All borrowed, and to outlive it. */
struct direct_params {
	struct loop *loop;
	struct store *store;
	struct bridge *bridge;
	struct end_chime *chime;
	/* False when there is no such network. */
	bool (*network)(
		void *arg, const char *name, struct direct_network *ret);
	void *arg;
};

/* Reads what is remembered (blocks for it) and opens it again. NULL when the
 * state cannot be read. */
struct direct *direct_new(const struct direct_params *params) MUST_CHECK;
/* Before the bridge; what is open there stays so. NULL is fine. */
void direct_free(struct direct *direct);

/* Somebody on IRC has written to a puppet: see struct end_irc_params,
 * `direct`. Where private messages are switched off nothing happens. */
void direct_begin(struct direct *direct, const struct irc_direct *begun);

/* Conversations that are open, of all networks. */
size_t direct_count(const struct direct *direct);

#endif
