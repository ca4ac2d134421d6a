/*
 * The server's half of SCRAM: two arbitrary texts, the second behind the first
 * newline. Nothing that does not know the password is believed.
 */
#include "irc/scram.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Counts of five digits and more are good, but slow. */
static bool is_slow(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
		if (digits > 4)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - text) : size;
	const char *why = NULL;
	struct irc_scram scram;
	struct buf AUTOBUF out;

	buf_init(&out, 1 << 16);
	if (size == 0 || is_slow(text, len))
		return 0;
	if (irc_scram_init(&scram, "user", "secret", "abc") < 0)
		abort();
	if (irc_scram_final(&scram, text, len, &out, &why) < 0 &&
		(!why || out.len > 0))
		abort();
	if (end && irc_scram_verify(&scram, end + 1, size - len - 1, &why) == 0)
		abort();
	irc_scram_release(&scram);
	return 0;
}
