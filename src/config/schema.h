/*
 * Settings as data. One row per setting says its name, type, range, default,
 * unit and help, and where its value goes in a struct. The rows load a file
 * (this header), print the example file and the manual's list
 * (config/schema_print.h) and compare two loaded structs for a reload
 * (config/schema_diff.h). Knows no setting of any program.
 *
 * The file language is libconfig's, with @include (paths relative to the
 * folder of the main file). Unknown, doubled, missing, mistyped and
 * out-of-range settings are problems; all of them are collected.
 *
 * Rows are static and constant. The struct's strings and arrays are owned by
 * it and released by schema_free().
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "config/problems.h"
#include "util/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
	SCHEMA_STRING,  /* char *: UTF-8 without controls; NULL when not set */
	SCHEMA_SECRET,  /* char *: as string; or the first line of NAME_file */
	SCHEMA_PATH,    /* char *: readable file, see schema_resolve() */
	SCHEMA_BOOL,    /* bool */
	SCHEMA_INT,     /* int */
	SCHEMA_INT64,   /* int64_t */
	SCHEMA_FLOAT,   /* double; whole numbers are accepted too */
	SCHEMA_CHOICE,  /* an enum: index into `choices` */
	SCHEMA_STRINGS, /* char **, and size_t at count_offset */
	SCHEMA_GROUP,   /* a struct in place */
	SCHEMA_LIST,    /* struct *, and size_t at count_offset */
};

struct schema_row {
	const char *name; /* NULL ends the rows */
	enum schema_type type;
	size_t offset;       /* of the value in the struct */
	size_t count_offset; /* strings, list: of the number of elements */
	size_t size;         /* list: bytes of one element */
	/* Must be given, where the group it is in is given (or is required). */
	bool required;
	/* A reload applies a change without a restart. */
	bool reloadable;
	/*
	 * Inside the rows of a group: the group may be written as a bare
	 * string instead, which then sets this row. It cannot be named.
	 */
	bool bare;
	/*
	 * Numbers: the range, when max > 0. Strings: bytes (max 0: 1024).
	 * Strings (list), list: number of elements (max 0: 64).
	 */
	int64_t min, max;
	const char *const *choices; /* NULL ends */
	const char *fallback;       /* the default as in the file, or NULL */
	const char *unit;           /* "ms", "requests per second", or NULL */
	const char *example;        /* for the example file; else fallback */
	const char *help;           /* sentences for manual and example */
	const struct schema_row *rows; /* group, list */
};

enum { SCHEMA_STRING_BYTES = 1024, SCHEMA_LIST_MAX = 64 };

struct schema_load;
/*
 * What rows cannot say: called after the rows with the filled struct, also
 * when there were problems (what has one is at its default, strings and lists
 * may be NULL). Tells by schema_problem().
 */
typedef void schema_check_fn(struct schema_load *load, const void *config);

struct schema {
	const struct schema_row *rows;
	size_t size; /* bytes of the struct */
	schema_check_fn *check;
};

/*
 * Fills `ret_config` (`schema->size` bytes, which it sets to zero first) from
 * a file. 0, or -EINVAL (nothing left in ret_config) with at least one
 * problem added. Blocks for the disk: for start and reload.
 */
int schema_load(const struct schema *schema, const char *path, void *ret_config,
	struct problems *problems) MUST_CHECK;
/* The same from memory; `name` stands for the file in problems. */
int schema_load_text(const struct schema *schema, const char *name,
	const char *text, void *ret_config,
	struct problems *problems) MUST_CHECK;
/* Nothing but defaults: what a program runs with when it has no file. */
void schema_defaults(const struct schema *schema, void *ret_config);
/* Secrets are wiped. The struct is zero afterwards. */
void schema_free(const struct schema *schema, void *config);

/* A problem at a setting ("networks[0].nick"), or where its nearest parent
 * stands in the file when it is not given. For schema_check_fn. */
void schema_problem(struct schema_load *load, const char *setting,
	const char *fmt, ...) PRINTF_LIKE(3, 4);
void schema_vproblem(struct schema_load *load, const char *setting,
	const char *fmt, va_list ap) PRINTF_LIKE(3, 0);
/* Stands the setting in the file (even when it has a problem)? */
bool schema_is_given(const struct schema_load *load, const char *setting);

/*
 * The file a path setting means: absolute as it is; else in
 * $CREDENTIALS_DIRECTORY (systemd) when such a file is there, else in `folder`.
 * Owned.
 */
char *schema_resolve(const char *folder, const char *path) MUST_CHECK;

#endif
