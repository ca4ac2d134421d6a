/*
 * What an event is called inside the bridge: a digest of its direction, its
 * mapping and its source id. The same for ever, so the idempotency token made
 * from it is the same even when an event is learned a second time by another
 * way.
 */
#ifndef BRIDGE_IDENT_H
#define BRIDGE_IDENT_H

#include "model/store.h"

#include <stdint.h>

enum {
	IDENT_BYTES = 32,
	IDENT_TOKEN_BYTES = 44, /* 43 characters of base64url and a NUL */
};

struct ident {
	uint8_t bytes[IDENT_BYTES];
};

void ident_of(struct ident *ret, enum lane_way way, const char *mapping,
	const char *source_id);
void ident_token(const struct ident *ident, char out[IDENT_TOKEN_BYTES]);

#endif
