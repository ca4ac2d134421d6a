#include "irc/casemap.h"

#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

/* The last byte that folds by adding 32: 'Z', then the letters of RFC 1459
 * follow it in the order [ \ ] ^. */
static const struct {
	const char *name;
	char last;
} maps[] = {
	[IRC_CASEMAP_ASCII] = {"ascii", 'Z'},
	[IRC_CASEMAP_RFC1459] = {"rfc1459", '^'},
	[IRC_CASEMAP_RFC1459_STRICT] = {"rfc1459-strict", ']'},
};

int irc_casemap_parse(const char *name, enum irc_casemap *ret)
{
	for (unsigned i = 0; i < ARRAY_LEN(maps); i++) {
		if (!str_eq_nocase(name, maps[i].name))
			continue;
		*ret = (enum irc_casemap)i;
		return 0;
	}
	return -ENOENT;
}

const char *irc_casemap_name(enum irc_casemap map)
{
	return maps[map].name;
}

char irc_casemap_lower(enum irc_casemap map, char c)
{
	if (c < 'A' || c > maps[map].last)
		return c;
	return (char)(c + 32);
}

int irc_casemap_compare(enum irc_casemap map, const char *a, const char *b)
{
	for (;; a++, b++) {
		unsigned char x = (unsigned char)irc_casemap_lower(map, *a);
		unsigned char y = (unsigned char)irc_casemap_lower(map, *b);
		if (x != y)
			return x < y ? -1 : 1;
		if (x == '\0')
			return 0;
	}
}

bool irc_casemap_equal(enum irc_casemap map, const char *a, const char *b)
{
	return irc_casemap_compare(map, a, b) == 0;
}

bool irc_casemap_starts(enum irc_casemap map, const char *s, const char *prefix)
{
	for (; *prefix; s++, prefix++) {
		if (irc_casemap_lower(map, *s) !=
			irc_casemap_lower(map, *prefix))
			return false;
	}
	return true;
}

size_t irc_casemap_fold(
	enum irc_casemap map, const char *s, char *out, size_t size)
{
	size_t len = strlen(s);
	size_t kept = len < size ? len : size - 1;
	for (size_t i = 0; i < kept; i++)
		out[i] = irc_casemap_lower(map, s[i]);
	out[kept] = '\0';
	return len;
}

char *irc_casemap_fold_dup(enum irc_casemap map, const char *s)
{
	char *folded = xstrdup(s);
	irc_casemap_fold(map, folded, folded, strlen(folded) + 1);
	return folded;
}

uint32_t irc_casemap_hash(enum irc_casemap map, const char *s)
{
	uint32_t hash = 2166136261u;
	for (; *s; s++) {
		hash ^= (unsigned char)irc_casemap_lower(map, *s);
		hash *= 16777619u;
	}
	return hash;
}
