/*
 * A message of a Chime channel as an event. Pure translation.
 *
 * Not made into events: CONTROL messages, redacted or empty ones, messages
 * meant for one member, and those that a channel flow has not let through.
 */
#ifndef END_CHIME_INBOUND_H
#define END_CHIME_INBOUND_H

#include "chime/decode.h"
#include "chime_users/users.h"
#include "model/event.h"

#include <stdbool.h>

/* An event and the text that it borrows. */
struct chime_inbound {
	struct event event;
	struct text text;
};

void chime_inbound_init(struct chime_inbound *inbound);
void chime_inbound_release(struct chime_inbound *inbound);

/* False when there is nothing to relay. The event is valid until the next
 * use of `inbound` and as long as the message is. */
bool chime_inbound_read(struct chime_inbound *inbound,
	const struct users *users, const struct chime_message *message);

/*
 * The idempotency token that a bridge put into a message's Metadata, owned;
 * NULL when there is none.
 */
char *chime_inbound_token(const char *metadata) MUST_CHECK;

#endif
