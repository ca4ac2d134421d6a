#include "chime/operations.h"

#include "aws/arn.h"
#include "chime/operations_rows.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

enum {
	TAG_KEY_CHARACTERS = 128,
	TAG_VALUE_CHARACTERS = 256,
	DIGITS_BYTES = 20,
};

const struct chime_operation *chime_operation(enum chime_op op)
{
	const struct chime_operation *row = &chime_messaging_rows[op];
	return row->name ? row : &chime_identity_rows[op];
}

void chime_kebab(const char *name, char out[CHIME_KEBAB_BYTES])
{
	size_t n = 0;
	for (const char *p = name; *p && n + 2 < CHIME_KEBAB_BYTES; p++) {
		bool upper = *p >= 'A' && *p <= 'Z';
		if (upper && p != name)
			out[n++] = '-';
		out[n++] = ascii_lower(*p);
	}
	out[n] = '\0';
}

static bool is_named(const char *name, const char *wanted)
{
	char kebab[CHIME_KEBAB_BYTES];
	if (str_eq(name, wanted))
		return true;
	chime_kebab(name, kebab);
	return str_eq(kebab, wanted);
}

const struct chime_operation *chime_operation_by_name(const char *name)
{
	for (int op = 0; op < CHIME_OP_COUNT; op++) {
		const struct chime_operation *row =
			chime_operation((enum chime_op)op);
		if (is_named(row->name, name))
			return row;
	}
	return NULL;
}

const struct chime_member *chime_member(
	const struct chime_operation *operation, const char *name)
{
	for (size_t i = 0; i < operation->member_count; i++) {
		if (is_named(operation->members[i].name, name))
			return &operation->members[i];
	}
	return NULL;
}

/* ---- values ---- */

/* Calls `fn` for every code point until it says no. */
typedef bool codepoint_fn(uint32_t c);

static bool all_codepoints(const char *s, size_t len, codepoint_fn *fn)
{
	while (len > 0) {
		uint32_t c;
		size_t n = utf8_decode(s, len, &c);
		if (n == 0 || !fn(c))
			return false;
		s += n;
		len -= n;
	}
	return true;
}

static bool in_line(uint32_t c)
{
	return c != '\n' && c != '\r' && c != 0x85 && c != 0x2028 &&
	       c != 0x2029;
}

static bool in_name(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= '~') ||
	       c == 0x85 || (c >= 0xa0 && c <= 0xfffd);
}

static bool is_alnum(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool in_id(uint32_t c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

static bool in_user_id(uint32_t c)
{
	return in_id(c) || c == ':' || c == '.' || c == '@';
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_any(const char *s, size_t len)
{
	(void)s;
	(void)len;
	return true;
}

static bool is_one_line(const char *s, size_t len)
{
	return all_codepoints(s, len, in_line);
}

static bool is_arn(const char *s, size_t len)
{
	return strlen(s) == len && arn_is_valid(s);
}

static bool is_id(const char *s, size_t len)
{
	return all_codepoints(s, len, in_id);
}

static bool is_name(const char *s, size_t len)
{
	return all_codepoints(s, len, in_name);
}

static bool is_not_blank(const char *s, size_t len)
{
	return is_one_line(s, len) && !all_codepoints(s, len, is_blank);
}

/* Five characters at least: the model's pattern has {3,50} in its middle. */
static bool is_user_id(const char *s, size_t len)
{
	return len >= 5 && all_codepoints(s, len, in_user_id) &&
	       is_alnum((unsigned char)s[0]) &&
	       is_alnum((unsigned char)s[len - 1]);
}

static const struct {
	bool (*is_fit)(const char *s, size_t len);
	const char *wanted;
} patterns[] = {
	[CHIME_ANY] = {is_any, ""},
	[CHIME_ONE_LINE] = {is_one_line, "must be one line"},
	[CHIME_ARN] = {is_arn, "must be an ARN"},
	[CHIME_ID] = {is_id, "may hold only letters, digits, - and _"},
	[CHIME_NAME] = {is_name,
		"may hold no control characters and nothing beyond U+FFFD"},
	[CHIME_NOT_BLANK] = {is_not_blank, "must be one line and not blank"},
	[CHIME_USER_ID] = {is_user_id,
		"must be 5 to 50 of A-Z a-z 0-9 : - _ . @, with a letter "
		"or digit at both ends"},
};

static int check_count(
	const char *name, size_t count, size_t min, size_t max, struct err *err)
{
	if (count < min)
		return err_set(err, -EINVAL,
			"%s has length %zu, at least %zu "
			"is needed",
			name, count, min);
	if (max && count > max)
		return err_set(err, -EINVAL,
			"%s has length %zu, at most %zu "
			"is allowed",
			name, count, max);
	return 0;
}

static int check_word(
	const struct chime_member *member, const char *s, struct err *err)
{
	char known[256] = "";
	size_t used = 0;
	for (size_t i = 0; member->values[i]; i++) {
		if (str_eq(member->values[i], s))
			return 0;
		int n = snprintf(known + used, sizeof(known) - used, " %s",
			member->values[i]);
		if (n > 0 && used + (size_t)n < sizeof(known))
			used += (size_t)n;
	}
	return err_set(
		err, -EINVAL, "%s must be one of:%s", member->name, known);
}

static int check_string(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	if (!json_is_string(value))
		return err_set(
			err, -EINVAL, "%s must be a string", member->name);
	const char *s = json_string_value(value);
	size_t len = json_string_length(value);
	if (member->values)
		return check_word(member, s, err);
	if (member->max_bytes && len > member->max_bytes)
		return err_set(err, -EINVAL,
			"%s is %zu bytes long, at most "
			"%u are allowed",
			member->name, len, member->max_bytes);
	int r = check_count(member->name, utf8_length(s, len), member->min,
		member->max, err);
	if (r != 0)
		return r;
	if (!patterns[member->pattern].is_fit(s, len))
		return err_set(err, -EINVAL, "%s %s", member->name,
			patterns[member->pattern].wanted);
	return 0;
}

static int integer_of(const json_t *value, int64_t *ret)
{
	if (json_is_integer(value)) {
		*ret = json_integer_value(value);
		return 0;
	}
	if (!json_is_string(value) || json_string_length(value) > DIGITS_BYTES)
		return -EINVAL;
	return parse_i64(json_string_value(value), INT64_MIN, INT64_MAX, ret);
}

static int check_integer(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	int64_t number;
	if (integer_of(value, &number) != 0)
		return err_set(err, -EINVAL, "%s must be a whole number",
			member->name);
	if (number < (int64_t)member->min ||
		(member->max && number > (int64_t)member->max))
		return err_set(err, -EINVAL, "%s must be from %u to %u",
			member->name, member->min, member->max);
	return 0;
}

/* The end of the year 9999: ISO 8601 has four digits. */
static const double last_second = 253402300799.0;

static int check_timestamp(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	int64_t ms;
	double seconds = json_number_value(value);
	if (json_is_number(value) && seconds >= 0 && seconds <= last_second)
		return 0;
	if (json_is_string(value) &&
		clock_parse_iso8601(json_string_value(value), &ms) == 0)
		return 0;
	return err_set(err, -EINVAL,
		"%s must be a time: epoch seconds or "
		"ISO 8601 in UTC",
		member->name);
}

static int check_tag_text(
	const json_t *tag, const char *key, size_t max, struct err *err)
{
	const json_t *value = json_object_get(tag, key);
	if (!json_is_string(value))
		return err_set(err, -EINVAL,
			"Tags: every tag needs the "
			"strings Key and Value");
	size_t n = utf8_length(
		json_string_value(value), json_string_length(value));
	return check_count(key, n, 1, max, err);
}

static int check_tags(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	size_t i;
	json_t *tag;
	if (!json_is_array(value))
		return err_set(err, -EINVAL, "%s must be a list", member->name);
	int r = check_count(member->name, json_array_size(value), member->min,
		member->max, err);
	json_array_foreach (value, i, tag) {
		if (r == 0)
			r = check_tag_text(tag, "Key", TAG_KEY_CHARACTERS, err);
		if (r == 0)
			r = check_tag_text(
				tag, "Value", TAG_VALUE_CHARACTERS, err);
	}
	return r;
}

static int check_arns(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	struct chime_member each = {
		.name = member->name,
		.pattern = CHIME_ARN,
		.max = ARN_MAX_BYTES,
	};
	size_t i;
	json_t *arn;
	if (!json_is_array(value))
		return err_set(err, -EINVAL, "%s must be a list", member->name);
	int r = check_count(member->name, json_array_size(value), member->min,
		member->max, err);
	json_array_foreach (value, i, arn) {
		if (r == 0)
			r = check_string(&each, arn, err);
	}
	return r;
}

int chime_member_check(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	static int (*const checks[])(
		const struct chime_member *, const json_t *, struct err *) = {
		[CHIME_STRING] = check_string,
		[CHIME_INTEGER] = check_integer,
		[CHIME_TIMESTAMP] = check_timestamp,
		[CHIME_TAGS] = check_tags,
		[CHIME_ARNS] = check_arns,
	};
	if (!value || json_is_null(value)) {
		if (!member->required)
			return 0;
		return err_set(err, -EINVAL, "%s is missing", member->name);
	}
	return checks[member->type](member, value, err);
}
