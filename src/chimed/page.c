#include "chimed/page.h"

#include "util/buf.h"
#include "util/digest.h"
#include "util/enc.h"

#include <errno.h>
#include <string.h>

enum {
	FORMAT = 1,
	SCOPE_AT = 1,
	TIME_AT = SCOPE_AT + PAGE_SCOPE_BYTES,
	ID_AT = TIME_AT + 8,
	SEAL_AT = ID_AT + 8,
	SEAL_BYTES = 16, /* of an HMAC-SHA-256 */
	TOKEN_RAW = SEAL_AT + SEAL_BYTES,
};

static void put_i64(uint8_t *out, int64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}

static int64_t get_i64(const uint8_t *in)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return (int64_t)value;
}

static void seal(const uint8_t *secret, const uint8_t *raw, uint8_t *out)
{
	uint8_t full[SHA256_BYTES];

	hmac_sha256(secret, PAGE_SECRET_BYTES, raw, SEAL_AT, full);
	memcpy(out, full, SEAL_BYTES);
}

void page_seal(const uint8_t secret[PAGE_SECRET_BYTES],
	const uint8_t scope[PAGE_SCOPE_BYTES],
	const struct page_position *position, char out[PAGE_TOKEN_BYTES])
{
	struct buf AUTOBUF text;
	uint8_t raw[TOKEN_RAW] = {FORMAT};

	memcpy(raw + SCOPE_AT, scope, PAGE_SCOPE_BYTES);
	put_i64(raw + TIME_AT, position->time_ms);
	put_i64(raw + ID_AT, position->id);
	seal(secret, raw, raw + SEAL_AT);
	buf_init(&text, PAGE_TOKEN_BYTES - 1);
	enc_base64url(&text, raw, sizeof(raw));
	memcpy(out, text.data, text.len + 1);
}

int page_unseal(const uint8_t secret[PAGE_SECRET_BYTES],
	const uint8_t scope[PAGE_SCOPE_BYTES], const char *token,
	struct page_position *ret)
{
	struct buf AUTOBUF raw;
	uint8_t want[SEAL_BYTES];

	buf_init(&raw, PAGE_TOKEN_BYTES);
	if (strlen(token) >= PAGE_TOKEN_BYTES ||
		enc_base64_decode(&raw, token, strlen(token)) != 0 ||
		raw.len != TOKEN_RAW || raw.data[0] != FORMAT)
		return -EINVAL;
	const uint8_t *bytes = (const uint8_t *)raw.data;

	seal(secret, bytes, want);
	if (!digest_equal(want, bytes + SEAL_AT, SEAL_BYTES) ||
		memcmp(bytes + SCOPE_AT, scope, PAGE_SCOPE_BYTES) != 0)
		return -EINVAL;
	ret->time_ms = get_i64(bytes + TIME_AT);
	ret->id = get_i64(bytes + ID_AT);
	return 0;
}
