#include "config/schema_value.h"

#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 40, DESCRIBE_BYTES = 2048 };

struct value_type {
	int (*read)(const struct schema_row *row, config_setting_t *setting,
		void *target, struct err *err);
	int (*parse)(
		const struct schema_row *row, const char *text, void *target);
	bool (*same)(const void *a, const void *b);
};

void *schema_target(const struct schema_row *row, void *base)
{
	return (char *)base + row->offset;
}

const void *schema_target_const(const struct schema_row *row, const void *base)
{
	return (const char *)base + row->offset;
}

bool schema_is_string(enum schema_type type)
{
	return type == SCHEMA_STRING || type == SCHEMA_SECRET ||
	       type == SCHEMA_PATH;
}

const struct schema_row *schema_bare_row(const struct schema_row *rows)
{
	for (; rows->name; rows++)
		if (rows->bare)
			return rows;
	return NULL;
}

/* Words for people. */

static void describe_range(const struct schema_row *row, struct buf *out)
{
	if (row->max > 0)
		buf_addf(out, " from %" PRId64 " to %" PRId64, row->min,
			row->max);
}

static void describe_choices(const struct schema_row *row, struct buf *out)
{
	buf_adds(out, "one of");
	for (size_t i = 0; row->choices[i]; i++)
		buf_addf(out, "%s \"%s\"", i ? "," : "", row->choices[i]);
}

void schema_describe(const struct schema_row *row, struct buf *out)
{
	static const char *const words[] = {
		[SCHEMA_STRING] = "a string",
		[SCHEMA_SECRET] = "a string",
		[SCHEMA_PATH] = "a file name",
		[SCHEMA_BOOL] = "true or false",
		[SCHEMA_INT] = "a whole number",
		[SCHEMA_INT64] = "a whole number",
		[SCHEMA_FLOAT] = "a number",
		[SCHEMA_STRINGS] = "a list of strings",
		[SCHEMA_GROUP] = "a group",
		[SCHEMA_LIST] = "a list of groups",
	};

	if (row->type == SCHEMA_CHOICE) {
		describe_choices(row, out);
		return;
	}
	buf_adds(out, words[row->type]);
	if (row->type >= SCHEMA_INT && row->type <= SCHEMA_FLOAT)
		describe_range(row, out);
	if (row->type == SCHEMA_GROUP && schema_bare_row(row->rows))
		buf_adds(out, " or a string");
}

static void describe_string(const char *s, struct buf *out)
{
	size_t len = strlen(s);

	if (len > SHOWN_BYTES)
		buf_addf(out, "\"%.*s…\"", (int)utf8_fit(s, len, SHOWN_BYTES),
			s);
	else
		buf_addf(out, "\"%s\"", s);
}

void schema_describe_setting(config_setting_t *setting, struct buf *out)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		buf_addf(out, "%lld", config_setting_get_int64(setting));
		return;
	case CONFIG_TYPE_FLOAT:
		buf_addf(out, "%g", config_setting_get_float(setting));
		return;
	case CONFIG_TYPE_STRING:
		describe_string(config_setting_get_string(setting), out);
		return;
	case CONFIG_TYPE_BOOL:
		buf_adds(out,
			config_setting_get_bool(setting) ? "true" : "false");
		return;
	case CONFIG_TYPE_GROUP:
		buf_adds(out, "a group");
		return;
	default:
		buf_adds(out, "a list");
	}
}

static int wrong(const struct schema_row *row, config_setting_t *setting,
	struct err *err)
{
	struct buf AUTOBUF text;

	buf_init(&text, DESCRIBE_BYTES);
	schema_describe(row, &text);
	/* A mistyped secret is still a secret. */
	if (row->type != SCHEMA_SECRET) {
		buf_adds(&text, ", not ");
		schema_describe_setting(setting, &text);
	}
	return err_set(err, -EINVAL, "must be %s", text.data);
}

/* Strings. */

static bool has_control(const char *s, size_t len)
{
	uint32_t codepoint;

	for (size_t i = 0; i < len;) {
		size_t n = utf8_decode(s + i, len - i, &codepoint);

		if (n == 0 || utf8_is_control(codepoint))
			return true;
		i += n;
	}
	return false;
}

int schema_string_check(
	const struct schema_row *row, const char *s, struct err *err)
{
	size_t len = strlen(s);
	size_t max = SCHEMA_STRING_BYTES;

	if (row->max > 0 && row->type != SCHEMA_STRINGS)
		max = (size_t)row->max;
	if (len == 0)
		return err_set(err, -EINVAL, "must not be empty");
	if (len > max)
		return err_set(err, -EINVAL,
			"is %zu bytes long, at most %zu are allowed", len, max);
	if (!utf8_is_valid(s, len))
		return err_set(err, -EINVAL, "is not valid UTF-8");
	if (has_control(s, len))
		return err_set(err, -EINVAL,
			"holds a line break or another control character");
	return 0;
}

static int read_string(const struct schema_row *row, config_setting_t *setting,
	void *target, struct err *err)
{
	const char *s;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return wrong(row, setting, err);
	s = config_setting_get_string(setting);
	if (schema_string_check(row, s, err) < 0)
		return err->code;
	set_string(target, s);
	return 0;
}

static int parse_string(
	const struct schema_row *row UNUSED, const char *text, void *target)
{
	set_string(target, text);
	return 0;
}

static bool same_string(const void *a, const void *b)
{
	return str_eq(*(char *const *)a, *(char *const *)b);
}

/* Booleans. */

static int read_bool(const struct schema_row *row, config_setting_t *setting,
	void *target, struct err *err)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return wrong(row, setting, err);
	*(bool *)target = config_setting_get_bool(setting) != 0;
	return 0;
}

static int parse_bool(
	const struct schema_row *row UNUSED, const char *text, void *target)
{
	*(bool *)target = str_eq(text, "true");
	return str_eq(text, "true") || str_eq(text, "false") ? 0 : -EINVAL;
}

static bool same_bool(const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

/* Numbers. */

static bool is_whole(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_INT ||
	       config_setting_type(setting) == CONFIG_TYPE_INT64;
}

static bool is_in_range(const struct schema_row *row, int64_t value)
{
	if (row->max > 0)
		return value >= row->min && value <= row->max;
	return row->type != SCHEMA_INT ||
	       (value >= INT32_MIN && value <= INT32_MAX);
}

static void store_whole(
	const struct schema_row *row, int64_t value, void *target)
{
	if (row->type == SCHEMA_INT)
		*(int *)target = (int)value;
	else
		*(int64_t *)target = value;
}

static int read_whole(const struct schema_row *row, config_setting_t *setting,
	void *target, struct err *err)
{
	int64_t value;

	if (!is_whole(setting))
		return wrong(row, setting, err);
	value = config_setting_get_int64(setting);
	if (!is_in_range(row, value))
		return wrong(row, setting, err);
	store_whole(row, value, target);
	return 0;
}

static int parse_whole(
	const struct schema_row *row, const char *text, void *target)
{
	int64_t value;

	if (parse_i64(text, INT64_MIN, INT64_MAX, &value) < 0 ||
		!is_in_range(row, value))
		return -EINVAL;
	store_whole(row, value, target);
	return 0;
}

static bool same_int(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

static bool same_int64(const void *a, const void *b)
{
	return *(const int64_t *)a == *(const int64_t *)b;
}

static bool is_float_in_range(const struct schema_row *row, double value)
{
	return isfinite(value) &&
	       (row->max <= 0 || (value >= (double)row->min &&
					 value <= (double)row->max));
}

static int read_float(const struct schema_row *row, config_setting_t *setting,
	void *target, struct err *err)
{
	double value;

	if (is_whole(setting))
		value = (double)config_setting_get_int64(setting);
	else if (config_setting_type(setting) == CONFIG_TYPE_FLOAT)
		value = config_setting_get_float(setting);
	else
		return wrong(row, setting, err);
	if (!is_float_in_range(row, value))
		return wrong(row, setting, err);
	*(double *)target = value;
	return 0;
}

static int parse_float(
	const struct schema_row *row, const char *text, void *target)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text || !is_float_in_range(row, value))
		return -EINVAL;
	*(double *)target = value;
	return 0;
}

static bool same_float(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(double)) == 0;
}

/* Choices: enums are as wide as int here. */

static int parse_choice(
	const struct schema_row *row, const char *text, void *target)
{
	for (int i = 0; row->choices[i]; i++) {
		if (!str_eq(text, row->choices[i]))
			continue;
		memcpy(target, &i, sizeof(i));
		return 0;
	}
	return -EINVAL;
}

static int read_choice(const struct schema_row *row, config_setting_t *setting,
	void *target, struct err *err)
{
	const char *s;
	const char *near;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return wrong(row, setting, err);
	s = config_setting_get_string(setting);
	if (parse_choice(row, s, target) == 0)
		return 0;
	near = str_nearest(s, row->choices);
	if (wrong(row, setting, err) < 0 && near)
		err_set(err, -EINVAL, "%s; did you mean \"%s\"?", err->text,
			near);
	return err->code;
}

static bool same_choice(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(int)) == 0;
}

/* Lists of strings. */

static size_t *count_of(const struct schema_row *row, void *base)
{
	return (size_t *)(void *)((char *)base + row->count_offset);
}

static size_t count_of_const(const struct schema_row *row, const void *base)
{
	return *(const size_t *)(const void *)((const char *)base +
					       row->count_offset);
}

static int check_strings(const struct schema_row *row,
	config_setting_t *setting, struct err *err)
{
	size_t max = row->max > 0 ? (size_t)row->max : SCHEMA_LIST_MAX;
	size_t n = (size_t)config_setting_length(setting);

	if (n < (size_t)row->min || n > max)
		return err_set(err, -EINVAL,
			"has %zu elements, %" PRId64 " to %zu are allowed", n,
			row->min, max);
	for (unsigned i = 0; i < n; i++) {
		const char *s = config_setting_get_string_elem(setting, (int)i);

		if (!s)
			return err_set(err, -EINVAL,
				"element %u is not a string", i + 1);
		if (schema_string_check(row, s, err) < 0)
			return err_prefix(err, "element %u", i + 1);
	}
	return 0;
}

static int read_strings(const struct schema_row *row, config_setting_t *setting,
	void *base, struct err *err)
{
	size_t n;
	char **items;

	if (!config_setting_is_list(setting) &&
		!config_setting_is_array(setting))
		return wrong(row, setting, err);
	if (check_strings(row, setting, err) < 0)
		return err->code;
	n = (size_t)config_setting_length(setting);
	items = xcalloc(n + 1, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i] = xstrdup(
			config_setting_get_string_elem(setting, (int)i));
	schema_value_release(row, base);
	*(char ***)schema_target(row, base) = items;
	*count_of(row, base) = n;
	return 0;
}

static void release_strings(const struct schema_row *row, void *base)
{
	char ***items = schema_target(row, base);

	for (size_t i = 0; i < *count_of(row, base); i++)
		free((*items)[i]);
	free(*items);
	*items = NULL;
	*count_of(row, base) = 0;
}

static bool same_strings(
	const struct schema_row *row, const void *a, const void *b)
{
	char *const *items_a = *(char **const *)schema_target_const(row, a);
	char *const *items_b = *(char **const *)schema_target_const(row, b);
	size_t n = count_of_const(row, a);

	if (n != count_of_const(row, b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(items_a[i], items_b[i]))
			return false;
	return true;
}

/* The doors. */

static const struct value_type value_types[] = {
	[SCHEMA_STRING] = {read_string, parse_string, same_string},
	[SCHEMA_SECRET] = {read_string, parse_string, same_string},
	[SCHEMA_PATH] = {read_string, parse_string, same_string},
	[SCHEMA_BOOL] = {read_bool, parse_bool, same_bool},
	[SCHEMA_INT] = {read_whole, parse_whole, same_int},
	[SCHEMA_INT64] = {read_whole, parse_whole, same_int64},
	[SCHEMA_FLOAT] = {read_float, parse_float, same_float},
	[SCHEMA_CHOICE] = {read_choice, parse_choice, same_choice},
};

int schema_value_read(const struct schema_row *row, config_setting_t *setting,
	void *base, struct err *err)
{
	if (row->type == SCHEMA_STRINGS)
		return read_strings(row, setting, base, err);
	return value_types[row->type].read(
		row, setting, schema_target(row, base), err);
}

void schema_value_default(const struct schema_row *row, void *base)
{
	if (!row->fallback)
		return;
	if (value_types[row->type].parse(
		    row, row->fallback, schema_target(row, base)) < 0)
		abort();
}

void schema_value_release(const struct schema_row *row, void *base)
{
	char **s = schema_target(row, base);

	if (row->type == SCHEMA_STRINGS)
		release_strings(row, base);
	if (!schema_is_string(row->type))
		return;
	if (row->type == SCHEMA_SECRET && *s)
		explicit_bzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

bool schema_value_same(
	const struct schema_row *row, const void *a, const void *b)
{
	if (row->type == SCHEMA_STRINGS)
		return same_strings(row, a, b);
	return value_types[row->type].same(
		schema_target_const(row, a), schema_target_const(row, b));
}
