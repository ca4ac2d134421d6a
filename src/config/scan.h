/*
 * A light reading of libconfig's text, for what the library does not tell:
 * which name was given twice, and which whole numbers it would silently cut
 * to 32 or 64 bits. Comments and strings are skipped. Never fails; on text
 * that is no configuration it finds what looks like one.
 */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include "util/str.h"

#include <stdbool.h>

enum scan_token { SCAN_END, SCAN_NAME, SCAN_NUMBER, SCAN_OTHER };

struct scan {
	const char *p;    /* borrowed, terminated */
	unsigned line;    /* of the token that was returned last */
	unsigned at_line; /* of p */
};

void scan_init(struct scan *scan, const char *text);
/* The next token and its bytes; SCAN_OTHER is one byte of punctuation. */
enum scan_token scan_next(struct scan *scan, struct span *ret);

enum scan_number { SCAN_FITS, SCAN_NEEDS_L, SCAN_TOO_LARGE };
enum scan_number scan_number_check(struct span number);

/* The name most likely to be the doubled one on that line; false: unclear. */
bool scan_doubled_name(const char *text, unsigned line, struct span *ret);

#endif
