/*
 * Batches that the server has open (https://ircv3.net/specs/extensions/batch):
 * what a message with a `batch` tag is part of. Bounded: IRC_BATCHES_MAX open
 * at once, nested IRC_BATCH_DEPTH_MAX deep; what is past that is not known and
 * its messages count as outside any batch.
 */
#ifndef IRC_BATCH_H
#define IRC_BATCH_H

#include "irc/message.h"

#include <stdbool.h>
#include <stddef.h>

enum { IRC_BATCHES_MAX = 128, IRC_BATCH_DEPTH_MAX = 8 };

/* Owned by the table; valid until irc_batches_end() after its last line. */
struct irc_batch {
	struct irc_batch *prev;
	struct irc_batch *next;
	const struct irc_batch *outer; /* or NULL */
	unsigned depth;                /* 1: not inside another */
	char *reference;
	char *type;
	char *target; /* its first parameter, "" when none */
	char *label; /* of its first line, "" when none */
};

struct irc_batches {
	struct irc_batch *open;
	struct irc_batch *ended; /* closed by the message at hand, or NULL */
	size_t count;
};

void irc_batches_init(struct irc_batches *batches);
/* Forgets all (a new link); also the release. */
void irc_batches_clear(struct irc_batches *batches);

/*
 * Acts on BATCH +reference and -reference; other messages change nothing. A
 * batch that ends stays known until irc_batches_end(), to be called when the
 * message has been dealt with.
 */
void irc_batches_take(
	struct irc_batches *batches, const struct irc_message *msg);
void irc_batches_end(struct irc_batches *batches);

/*
 * The innermost batch this message is part of, or NULL. The lines BATCH + and
 * BATCH - are part of the batch they begin or end.
 */
const struct irc_batch *irc_batches_of(
	const struct irc_batches *batches, const struct irc_message *msg);
/* Is it, or one it is nested in, of this type? `batch` may be NULL. */
bool irc_batch_is_in(const struct irc_batch *batch, const char *type);
/*
 * The type that says what its messages are: that of the outermost batch, but
 * labeled-response (which only says whom they answer) when there is no other.
 * NULL for NULL.
 */
const char *irc_batch_meaning(const struct irc_batch *batch);
/* The label of the outermost batch that has one, or "". */
const char *irc_batch_label(const struct irc_batch *batch);

#endif
