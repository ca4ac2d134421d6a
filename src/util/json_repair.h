/*
 * Makes JSON text from a network acceptable to a strict parser, without
 * understanding it: the output is longer by at most a factor of six and means
 * the same wherever the input was right.
 *
 *   broken UTF-8                          U+FFFD per byte
 *   \ud800 without its other half         \ufffd (in strings)
 *   \u0000 in the name of a member        \ufffd (in a value it is kept)
 *   a raw control character in a string   its \u00XX escape
 *   a number a double cannot hold, or a
 *   whole one that 64 bits cannot hold    0
 *
 * Never fails: what is broken otherwise stays broken, for the parser to say so.
 * Takes time in proportion to the length. RFC 8259.
 */
#ifndef UTIL_JSON_REPAIR_H
#define UTIL_JSON_REPAIR_H

#include "util/buf.h"

#include <stddef.h>

/* Appends the repaired text. */
void json_repair(struct buf *out, const char *text, size_t len);

#endif
