/*
 * Whatever is encoded decodes to itself; whatever decodes is the one text that
 * stands for its bytes.
 */
#include "util/enc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int decode_fn(struct buf *out, const char *s, size_t len);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_back(
	decode_fn *decode, struct buf *text, const uint8_t *data, size_t size)
{
	struct buf AUTOBUF back;
	buf_init(&back, size);
	must(decode(&back, text->data, text->len) == 0 && !back.overflow);
	must(back.len == size && memcmp(back.data, data, size) == 0);
	buf_clear(text);
}

static void check_encoders(const uint8_t *data, size_t size)
{
	struct buf AUTOBUF text;
	buf_init(&text, 4 * size + 4);
	enc_base64(&text, data, size);
	check_back(enc_base64_decode, &text, data, size);
	enc_base64url(&text, data, size);
	check_back(enc_base64_decode, &text, data, size);
	enc_percent(&text, (const char *)data, size);
	check_back(enc_percent_decode, &text, data, size);
	enc_percent_path(&text, (const char *)data, size);
	check_back(enc_percent_decode, &text, data, size);
}

/* The same text in the URL-safe alphabet without padding. */
static void normalize(struct buf *out, const char *s, size_t len)
{
	for (; len && *s != '='; s++, len--)
		buf_addc(out, *s == '+' ? '-' : *s == '/' ? '_' : *s);
}

static void check_decoders(const char *s, size_t len)
{
	struct buf AUTOBUF bytes;
	struct buf AUTOBUF text;
	struct buf AUTOBUF want;
	buf_init(&bytes, len);
	buf_init(&text, 2 * len);
	buf_init(&want, len);
	if (enc_base64_decode(&bytes, s, len) == 0) {
		enc_base64url(&text, bytes.data, bytes.len);
		normalize(&want, s, len);
		must(strcmp(text.data, want.data) == 0);
	}
	must(!bytes.overflow);
	buf_clear(&bytes);
	if (enc_percent_decode(&bytes, s, len))
		must(bytes.len == 0);
	must(!bytes.overflow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_encoders(data, size);
	check_decoders((const char *)data, size);
	return 0;
}
