/*
 * Dates from headers and answers: what is accepted is formatted and read back
 * as the same ms, unless its year has no four digits any more (a leap second
 * at the end of 9999).
 */
#include "util/alloc.h"
#include "util/clock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int64_t ms)
{
	char text[CLOCK_ISO8601_BYTES];
	int64_t again = 0;
	if (ms > 253402300799999)
		return;
	clock_format_iso8601(ms, text);
	if (clock_parse_iso8601(text, &again) || again != ms)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char AUTOFREE *text = xstrndup((const char *)data, size);
	int64_t ms;
	if (clock_parse_iso8601(text, &ms) == 0)
		check(ms);
	if (clock_parse_http_date(text, &ms) == 0)
		check(ms);
	return 0;
}
