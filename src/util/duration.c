#include "util/duration.h"

#include "util/alloc.h"
#include "util/ascii.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

static const uint64_t longest_s = 10 * 365 * 86400ULL;

static const struct {
	char letter;
	uint64_t seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};

int duration_parse(const char *text, int64_t *ret_ms)
{
	size_t len = strlen(text);
	char AUTOFREE *number = xstrndup(text, len ? len - 1 : 0);
	uint64_t n;

	for (size_t i = 0; len && i < ARRAY_LEN(units); i++) {
		if (ascii_lower(text[len - 1]) != units[i].letter)
			continue;
		if (parse_u64(number, longest_s / units[i].seconds, &n) < 0 ||
			n == 0)
			return -EINVAL;
		*ret_ms = (int64_t)(n * units[i].seconds) * 1000;
		return 0;
	}
	return -EINVAL;
}
