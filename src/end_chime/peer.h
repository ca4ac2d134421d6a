/*
 * Is the other one of a conversation of two still there? Who has left is not
 * written to: the line that finds that out is refused, and so are others until
 * PEER_AGAIN_MS have passed; with the next one after that they are asked back.
 *
 * Looked at when something is to be said, at most once in PEER_LOOK_MS. When
 * nobody can tell the line is sent.
 */
#ifndef END_CHIME_PEER_H
#define END_CHIME_PEER_H

#include "chime/client.h"
#include "util/attr.h"

#include <stdbool.h>

enum {
	PEER_LOOK_MS = 30 * 1000,
	PEER_AGAIN_MS = 60 * 1000,
};

struct peer;

struct peer_params {
	struct chime_client *client; /* borrowed */
	const char *object;          /* for logs; copied, as all strings */
	const char *channel;         /* ARN */
	const char *puppet;          /* ARN of the one who looks */
	const char *peer;            /* ARN */
	/* It is known now, after PEER_WAIT: ask again. From the loop; may
	 * close. */
	void (*known)(void *arg);
	void *arg;
};

struct peer *peer_new(
	struct loop *loop, const struct peer_params *params) MUST_CHECK;
/* Frees at the end of the turn. */
void peer_close(struct peer *peer);

/* In all of these NULL is one who is always there. */

enum peer_answer { PEER_HERE, PEER_GONE, PEER_WAIT };
/* Something is to be said to the peer. */
enum peer_answer peer_ask(struct peer *peer) MUST_CHECK;
/* This one (ARN) has just said something in the channel. */
void peer_heard(struct peer *peer, const char *arn);
/* The two are in another channel now, both. */
void peer_move(struct peer *peer, const char *channel);

#endif
