/*
 * Case in nicks and channel names, by the server's CASEMAPPING. In rfc1459
 * {}|^ are the small letters of []\~; in rfc1459-strict only {}| of []\.
 * Bytes above 127 never fold. Never compare names any other way.
 */
#ifndef IRC_CASEMAP_H
#define IRC_CASEMAP_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum irc_casemap {
	IRC_CASEMAP_ASCII,
	IRC_CASEMAP_RFC1459, /* the default when a server says nothing */
	IRC_CASEMAP_RFC1459_STRICT,
};

/* "ascii", "rfc1459", "rfc1459-strict" in any case; else -ENOENT. */
int irc_casemap_parse(const char *name, enum irc_casemap *ret) MUST_CHECK;
const char *irc_casemap_name(enum irc_casemap map);

char irc_casemap_lower(enum irc_casemap map, char c);
bool irc_casemap_equal(enum irc_casemap map, const char *a, const char *b);
/* Order of the folded bytes: negative, 0, positive. */
int irc_casemap_compare(enum irc_casemap map, const char *a, const char *b);
bool irc_casemap_starts(
	enum irc_casemap map, const char *s, const char *prefix);
/*
 * Writes the folded name, cut to size - 1 bytes and terminated (size > 0).
 * Returns the length of the whole name: it was cut when that is >= size.
 * `out` may be `s` itself.
 */
size_t irc_casemap_fold(
	enum irc_casemap map, const char *s, char *out, size_t size);
/* The folded name, owned by the caller: a key for a table. */
char *irc_casemap_fold_dup(enum irc_casemap map, const char *s) MUST_CHECK;
/* FNV-1a of the folded bytes; not for anything hostile, stable across runs. */
uint32_t irc_casemap_hash(enum irc_casemap map, const char *s);

#endif
