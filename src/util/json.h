/*
 * Thin helpers over Jansson. Text from a network that Jansson refuses is
 * repaired (util/json_repair.h) and tried again: broken UTF-8 bytes and lone
 * surrogate escapes become U+FFFD, numbers out of range become 0, \u0000 in a
 * value is kept (JSON_ALLOW_NUL), so that one odd message cannot make a whole
 * page unreadable. The text must be one object or array with nothing behind
 * it, nested at most 2048 deep. Member getters take NULL or a value that is no
 * object for an object without members.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/attr.h"
#include "util/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A new reference, or NULL with `err` (-EBADMSG) naming line and column; the
 * text itself is not quoted, for it may hold secrets.
 */
json_t *json_parse_repaired(
	const char *text, size_t len, struct err *err) MUST_CHECK;

/* Repairs nothing, and refuses members that come twice. */
json_t *json_parse_strict(
	const char *text, size_t len, struct err *err) MUST_CHECK;
/* As that, of text that is one line of many: `err` names the column alone. */
json_t *json_parse_line(
	const char *text, size_t len, struct err *err) MUST_CHECK;

/* The string member, or NULL when absent, null or of another type. */
const char *json_get_string(const json_t *object, const char *key);
/* Same, with the length: the string may hold NUL bytes. */
const char *json_get_string_n(
	const json_t *object, const char *key, size_t *ret_len);
/*
 * AWS epoch seconds (number, number in a string, or ISO 8601 string) as wall
 * ms; 0 when absent or unreadable.
 */
int64_t json_get_time_ms(const json_t *object, const char *key);
bool json_get_bool(const json_t *object, const char *key, bool fallback);
int64_t json_get_int(const json_t *object, const char *key, int64_t fallback);
/* Sets a string member; a NULL value sets nothing. Bytes that are no UTF-8
 * become U+FFFD. */
void json_set_string(json_t *object, const char *key, const char *value);
/* Compact text, owned by the caller. */
char *json_text(const json_t *value) MUST_CHECK;

/* json_t AUTOJSON *x = ...; drops the reference at the end of its scope. */
void json_cleanup(json_t **value);
#define AUTOJSON CLEANUP(json_cleanup)

#endif
