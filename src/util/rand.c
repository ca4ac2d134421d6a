#include "util/rand.h"

#include "util/enc.h"

#include <openssl/rand.h>
#include <stdlib.h>

void rand_bytes(void *out, size_t len)
{
	enum { CHUNK = 1 << 20 };
	unsigned char *p = out;
	while (len) {
		size_t n = len < CHUNK ? len : CHUNK;
		if (RAND_bytes(p, (int)n) != 1)
			abort();
		p += n;
		len -= n;
	}
}

uint32_t rand_below(uint32_t n)
{
	/* Values past the last whole multiple of n would favour the low ones:
	 * draw again. Each draw is taken with a chance of over one half. */
	uint32_t excess = (UINT32_MAX % n + 1) % n;
	uint32_t value;
	do {
		rand_bytes(&value, sizeof(value));
	} while (value > UINT32_MAX - excess);
	return value % n;
}

void rand_token(char out[RAND_TOKEN_BYTES])
{
	unsigned char bytes[(RAND_TOKEN_BYTES - 1) / 2];
	rand_bytes(bytes, sizeof(bytes));
	enc_hex(bytes, sizeof(bytes), out);
}
