/*
 * A call on its way out: an operation's row and a JSON object of members
 * become path, query, headers and body. Checks everything against the row
 * first, so that a refusal names the member and its limit and costs no
 * request. Made once per call; every attempt sends the same bytes.
 */
#ifndef CHIME_ENCODE_H
#define CHIME_ENCODE_H

#include "chime/operations.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/err.h"

#include <jansson.h>
#include <stddef.h>

enum {
	CHIME_TARGET_BYTES = 32 << 10, /* path and query */
	CHIME_BODY_BYTES = 256 << 10,
};

/* All owned. */
struct chime_encoded {
	const struct chime_operation *operation;
	struct buf target; /* path, '?', query: as sent */
	size_t path_len;   /* of target */
	char *body;        /* NULL: the operation has none */
	size_t body_len;
	char body_sha256[SHA256_HEX_BYTES];
	/* What budgets go by; NULL when the call does not name it. */
	char *bearer;
	char *channel;
	char *app_instance;
	char *user;
};

/*
 * `members` has API names as keys ("ChannelArn"); null values count as
 * absent; unknown names are refused. A missing idempotency token is made up.
 * 0, -EINVAL or -E2BIG with a text for people; then nothing is to release.
 */
int chime_encode(struct chime_encoded *ret,
	const struct chime_operation *operation, json_t *members,
	struct err *err) MUST_CHECK;
void chime_encoded_release(struct chime_encoded *encoded);

#endif
