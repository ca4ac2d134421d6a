#include "irc/tag.h"

#include <string.h>

/* The letter after the backslash, and the byte that it stands for. */
static const char escapes[][2] = {
	{':', ';'},
	{'s', ' '},
	{'\\', '\\'},
	{'r', '\r'},
	{'n', '\n'},
};

static char byte_of(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		if (escapes[i][0] == letter)
			return escapes[i][1];
	}
	return letter;
}

/* 0 when the byte needs no escape. */
static char letter_of(char byte)
{
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		if (escapes[i][1] == byte)
			return escapes[i][0];
	}
	return '\0';
}

size_t irc_tag_unescape(char *value)
{
	char *to = value;
	for (const char *from = value; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		if (!*++from)
			break;
		*to++ = byte_of(*from);
	}
	*to = '\0';
	return (size_t)(to - value);
}

void irc_tag_escape(struct buf *out, const char *value)
{
	for (; *value; value++) {
		char letter = letter_of(*value);
		if (letter)
			buf_add(out, (char[]){'\\', letter}, 2);
		else
			buf_addc(out, *value);
	}
}

size_t irc_tag_escaped_bytes(const char *value)
{
	size_t bytes = 0;
	for (; *value; value++)
		bytes += letter_of(*value) ? 2 : 1;
	return bytes;
}

bool irc_tag_key_is_valid(const char *key)
{
	return key && *key && !key[strcspn(key, ";= \r\n")];
}
