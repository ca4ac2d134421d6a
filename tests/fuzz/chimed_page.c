/* No text opens as a token but one that was sealed, and that one gives back
 * what went in; one bit more or less and it does not. */
#include "chimed/page.h"
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t secret[PAGE_SECRET_BYTES] = {1, 2, 3, 4};
static const uint8_t scope[PAGE_SCOPE_BYTES] = {5, 6, 7, 8};

static void round_trip(const uint8_t *data, size_t size)
{
	struct page_position in = {0, 0};
	struct page_position out;
	char token[PAGE_TOKEN_BYTES];

	memcpy(&in, data, size < sizeof(in) ? size : sizeof(in));
	page_seal(secret, scope, &in, token);
	if (page_unseal(secret, scope, token, &out) != 0 ||
		out.time_ms != in.time_ms || out.id != in.id)
		abort();
	token[size % strlen(token)] ^= 1;
	if (page_unseal(secret, scope, token, &out) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char AUTOFREE *text = xstrndup((const char *)data, size);
	struct page_position position;
	char again[PAGE_TOKEN_BYTES];

	/* The alphabet has two spellings; the length has one. */
	if (page_unseal(secret, scope, text, &position) == 0) {
		page_seal(secret, scope, &position, again);
		if (strlen(again) != strlen(text))
			abort();
	}
	round_trip(data, size);
	return 0;
}
