#include "bridge/ident.h"

#include "util/attr.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/enc.h"

#include <stdlib.h>
#include <string.h>

/* Part of every token ever made: not to be changed. */
static const char *const way_words[] = {
	[LANE_TO_IRC] = "to_irc",
	[LANE_TO_CHIME] = "to_chime",
};

void ident_of(struct ident *ret, enum lane_way way, const char *mapping,
	const char *source_id)
{
	struct buf AUTOBUF name;

	buf_init(&name, SIZE_MAX);
	/* With their NULs: no two of them can be mistaken for one. */
	buf_add(&name, way_words[way], strlen(way_words[way]) + 1);
	buf_add(&name, mapping, strlen(mapping) + 1);
	buf_adds(&name, source_id);
	sha256(name.data, name.len, ret->bytes);
}

void ident_token(const struct ident *ident, char out[IDENT_TOKEN_BYTES])
{
	struct buf AUTOBUF token;

	buf_init(&token, IDENT_TOKEN_BYTES);
	enc_base64url(&token, ident->bytes, sizeof(ident->bytes));
	if (token.len != IDENT_TOKEN_BYTES - 1)
		abort();
	memcpy(out, token.data, token.len + 1);
}
