#include "irc_parsed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { KEPT = 4 };

const struct irc_message *irc_parsed(const char *line)
{
	static char lines[KEPT][16384];
	static struct irc_message messages[KEPT];
	static int next;
	int i = next++ % KEPT;
	size_t len = strlen(line);

	assert_in_range(len, 0, sizeof(lines[i]) - 1);
	memcpy(lines[i], line, len + 1);
	assert_int_equal(
		irc_message_parse(&messages[i], lines[i], len), IRC_PARSE_OK);
	return &messages[i];
}
