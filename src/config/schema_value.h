/*
 * One value of a schema row: from the file or from the default to the struct,
 * in words, compared, released. Groups and lists of groups are not values;
 * config/schema.c walks them. For the schema files only.
 */
#ifndef CONFIG_SCHEMA_VALUE_H
#define CONFIG_SCHEMA_VALUE_H

#include "config/schema.h"
#include "util/buf.h"
#include "util/err.h"

#include <libconfig.h>

/* Where the row's value stands in a struct. */
void *schema_target(const struct schema_row *row, void *base);
const void *schema_target_const(const struct schema_row *row, const void *base);

/* Reads the setting into the struct at `base`; -EINVAL with `err` saying what
 * it must be. The struct is left alone then. */
int schema_value_read(const struct schema_row *row, config_setting_t *setting,
	void *base, struct err *err) MUST_CHECK;
/* Stores the row's default, if it has one. A default that does not fit its
 * own row is a bug and aborts. */
void schema_value_default(const struct schema_row *row, void *base);
void schema_value_release(const struct schema_row *row, void *base);
bool schema_value_same(
	const struct schema_row *row, const void *a, const void *b);

/* Checks a string by the row's rules. */
int schema_string_check(const struct schema_row *row, const char *s,
	struct err *err) MUST_CHECK;

/* "a whole number from 1 to 50", `one of "a", "b"`, "true or false", … */
void schema_describe(const struct schema_row *row, struct buf *out);
/* What stands in the file, shortened: `"abc"`, "12", "a group", … */
void schema_describe_setting(config_setting_t *setting, struct buf *out);
/* The row that a bare string sets, or NULL. */
const struct schema_row *schema_bare_row(const struct schema_row *rows);
bool schema_is_string(enum schema_type type);

#endif
