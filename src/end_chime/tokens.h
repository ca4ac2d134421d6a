/*
 * The idempotency tokens of messages that lie in a channel, as one listing
 * found them. After a restart many lines may have been sent by the process
 * before; one listing answers for all of them, as nobody else sends them.
 *
 * At most TOKENS_MAX are kept; of a longer listing only the one that was
 * wanted is sure to be, and the listing covers nothing else.
 */
#ifndef END_CHIME_TOKENS_H
#define END_CHIME_TOKENS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKENS_MAX = 20000 };

struct tokens {
	struct token_entry *entries;
	const char *wanted; /* borrowed from begin to end */
	int64_t from_ms;    /* listed from here on */
	bool is_whole;      /* all of it is here */
};

/* A set begins as {0}. Empties it. */
void tokens_release(struct tokens *tokens);

/* A listing from this time on begins; it is looked for `wanted`. */
void tokens_begin(struct tokens *tokens, int64_t from_ms, const char *wanted);
/* The messages of one page. */
void tokens_add_page(struct tokens *tokens, json_t *items);
/* It came to its end. */
void tokens_end(struct tokens *tokens);

/* Would a listing from this time on find nothing else? */
bool tokens_cover(const struct tokens *tokens, int64_t from_ms);
/* The MessageId, or NULL; valid until the set changes. */
const char *tokens_find(const struct tokens *tokens, const char *token);

#endif
