/*
 * ClientRequestTokens: the same request with the same token gets the answer
 * of the first time; another request with that token is a conflict. Tokens
 * are kept in the state file for IDEMPOTENCY_KEEP_MS, in the transaction of
 * what they protect. Only successes are kept.
 */
#ifndef CHIMED_IDEMPOTENCY_H
#define CHIMED_IDEMPOTENCY_H

#include "chimed/db.h"
#include "util/attr.h"
#include "util/digest.h"

#include <stdint.h>

enum {
	IDEMPOTENCY_KEEP_MS = 24 * 60 * 60 * 1000,
	IDEMPOTENCY_BYTES = 16, /* of a SHA-256: half the pages to write */
};

struct idempotency {
	uint8_t key[IDEMPOTENCY_BYTES]; /* whose, which operation and token */
	uint8_t request[IDEMPOTENCY_BYTES]; /* what was asked for */
};

struct idempotency_source {
	const char *operation;
	const char *who; /* the bearer, or the account where there is none */
	const char *token;
	const uint8_t *request; /* digest of the arguments, SHA256_BYTES */
};
void idempotency_init(
	struct idempotency *entry, const struct idempotency_source *source);

enum idempotency_state {
	IDEMPOTENCY_NEW,
	IDEMPOTENCY_REPLAY, /* ret_answer is the stored body; owned */
	IDEMPOTENCY_CONFLICT,
};
enum idempotency_state idempotency_find(struct db *db,
	const struct idempotency *entry, int64_t now_ms,
	char **ret_answer) MUST_CHECK;

/* Remembers the answer, and forgets some that are too old. */
void idempotency_store(struct db *db, const struct idempotency *entry,
	const char *answer, int64_t now_ms);

#endif
