#include "net/http_why.h"

#include "util/str.h"

#include <stddef.h>
#include <string.h>

static const char after[] = " after ";

/* How many bytes of `text` are such a duration; 0: it is something else. */
static size_t duration_length(const char *text)
{
	static const char *const units[] = {" milliseconds", " ms"};
	size_t begin = sizeof(after) - 1;
	size_t digits = strspn(text + begin, "0123456789");

	for (size_t i = 0; digits > 0 && i < ARRAY_LEN(units); i++)
		if (str_starts(text + begin + digits, units[i]))
			return begin + digits + strlen(units[i]);
	return 0;
}

void http_why_settle(char *why)
{
	char *at = strstr(why, after);

	while (at) {
		size_t length = duration_length(at);

		memmove(at, at + length, strlen(at + length) + 1);
		at = strstr(length > 0 ? at : at + 1, after);
	}
}
