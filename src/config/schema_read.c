#include "config/schema_read.h"

#include "config/schema_names.h"
#include "config/schema_value.h"
#include "util/alloc.h"
#include "util/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_BYTES = 2048 };

/* A group being read: its setting (NULL when it is not given), its struct. */
struct group {
	const struct schema_row *rows;
	config_setting_t *setting;
	void *base;
	bool wanted; /* required rows are required */
};

static void read_group(struct schema_load *load, const struct group *group);

static void unknown_setting(struct schema_load *load, const struct group *group,
	config_setting_t *setting)
{
	struct buf AUTOBUF known;

	buf_init(&known, WORDS_BYTES);
	schema_describe_known(
		group->rows, config_setting_name(setting), &known);
	load_problem(load, setting, "unknown setting; %s", known.data);
}

static void find_unknown(struct schema_load *load, const struct group *group)
{
	unsigned n = (unsigned)config_setting_length(group->setting);

	for (unsigned i = 0; i < n; i++) {
		config_setting_t *setting =
			config_setting_get_elem(group->setting, i);
		const char *name = config_setting_name(setting);
		size_t mark = load_enter(load, name);

		if (!schema_is_known(group->rows, name))
			unknown_setting(load, group, setting);
		load_leave(load, mark);
	}
}

static void read_secret_file(struct schema_load *load,
	const struct schema_row *row, config_setting_t *setting, void *base)
{
	static const struct schema_row file_row = {
		.name = "file", .type = SCHEMA_PATH};
	char AUTOFREE *name = NULL;
	char AUTOFREE *path = NULL;
	char *secret = NULL;
	struct err err = {0};

	if (schema_value_read(&file_row, setting, &name, &err) < 0) {
		load_problem(load, setting, "%s", err.text);
		return;
	}
	path = schema_resolve(load->folder, name);
	if (file_read_secret(path, &secret, &err) < 0 ||
		schema_string_check(row, secret, &err) < 0)
		load_problem(load, setting, "%s", err.text);
	else
		*(char **)schema_target(row, base) = TAKE(secret);
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static config_setting_t *secret_file_setting(
	const struct schema_row *row, const struct group *group)
{
	char AUTOFREE *name = xasprintf("%s_file", row->name);

	return group->setting ? config_setting_get_member(group->setting, name)
			      : NULL;
}

/* Values. */

static void read_list(struct schema_load *load, const struct schema_row *row,
	config_setting_t *setting, void *base);

static void check_missing(struct schema_load *load,
	const struct schema_row *row, const struct group *group)
{
	struct buf AUTOBUF what;

	buf_init(&what, WORDS_BYTES);
	if (!row->required || !group->wanted || row->bare)
		return;
	schema_describe(row, &what);
	load_problem(load, group->setting, "missing; must be %s", what.data);
}

/* NAME or NAME_file, whichever is given. */
static void read_secret(struct schema_load *load, const struct schema_row *row,
	const struct group *group, config_setting_t *setting)
{
	config_setting_t *file = secret_file_setting(row, group);
	struct err err = {0};

	if (setting && file)
		load_problem(load, setting,
			"give either %s or %s_file, not both", row->name,
			row->name);
	else if (setting &&
		 schema_value_read(row, setting, group->base, &err) < 0)
		load_problem(load, setting, "%s", err.text);
	else if (file) {
		buf_adds(&load->path, "_file");
		read_secret_file(load, row, file, group->base);
	} else if (!setting)
		check_missing(load, row, group);
}

/* All paths are files to read: better said now than in the night. */
static void resolve_path(struct schema_load *load, const struct schema_row *row,
	config_setting_t *setting, void *base)
{
	char **path = schema_target(row, base);
	char *resolved = schema_resolve(load->folder, *path);

	free(*path);
	*path = resolved;
	if (access(resolved, R_OK) < 0)
		load_problem(
			load, setting, "%s: %s", resolved, strerror(errno));
}

static void read_scalar(struct schema_load *load, const struct schema_row *row,
	const struct group *group, config_setting_t *setting)
{
	struct err err = {0};

	if (!setting)
		check_missing(load, row, group);
	else if (schema_value_read(row, setting, group->base, &err) < 0)
		load_problem(load, setting, "%s", err.text);
	else if (row->type == SCHEMA_PATH)
		resolve_path(load, row, setting, group->base);
}

static void read_bare(struct schema_load *load, const struct schema_row *row,
	config_setting_t *setting, void *base)
{
	struct err err = {0};

	if (schema_value_read(row, setting, base, &err) < 0)
		load_problem(load, setting, "%s", err.text);
}

static void wrong_aggregate(struct schema_load *load,
	const struct schema_row *row, config_setting_t *setting)
{
	struct buf AUTOBUF what;

	buf_init(&what, WORDS_BYTES);
	schema_describe(row, &what);
	buf_adds(&what, ", not ");
	schema_describe_setting(setting, &what);
	load_problem(load, setting, "must be %s", what.data);
}

static void read_subgroup(struct schema_load *load,
	const struct schema_row *row, const struct group *group,
	config_setting_t *setting)
{
	const struct schema_row *bare = schema_bare_row(row->rows);
	struct group sub = {
		.rows = row->rows,
		.base = schema_target(row, group->base),
		.wanted = setting || (row->required && group->wanted),
	};

	if (!setting && bare && row->required) {
		check_missing(load, row, group);
		sub.wanted = false;
	} else if (setting && bare &&
		   config_setting_type(setting) == CONFIG_TYPE_STRING) {
		read_bare(load, bare, setting, sub.base);
		sub.wanted = false;
	} else if (setting && !config_setting_is_group(setting)) {
		wrong_aggregate(load, row, setting);
		sub.wanted = false;
	} else
		sub.setting = setting;
	read_group(load, &sub);
}

static void read_row(struct schema_load *load, const struct schema_row *row,
	const struct group *group)
{
	config_setting_t *setting = NULL;
	size_t mark;

	if (group->setting && !row->bare)
		setting = config_setting_get_member(group->setting, row->name);
	mark = load_enter(load, row->name);
	if (row->type == SCHEMA_GROUP)
		read_subgroup(load, row, group, setting);
	else if (row->type == SCHEMA_LIST && setting)
		read_list(load, row, setting, group->base);
	else if (row->type == SCHEMA_SECRET)
		read_secret(load, row, group, setting);
	else
		read_scalar(load, row, group, setting);
	load_leave(load, mark);
}

static void read_group(struct schema_load *load, const struct group *group)
{
	for (const struct schema_row *row = group->rows; row->name; row++)
		read_row(load, row, group);
	if (group->setting)
		find_unknown(load, group);
}

/* Lists. */

static void read_element(struct schema_load *load, const struct schema_row *row,
	config_setting_t *setting, void *base)
{
	struct group group = {
		.rows = row->rows,
		.setting = setting,
		.base = base,
		.wanted = true,
	};

	schema_rows_default(row->rows, base);
	if (!config_setting_is_group(setting)) {
		struct buf AUTOBUF what;

		buf_init(&what, WORDS_BYTES);
		schema_describe_setting(setting, &what);
		load_problem(
			load, setting, "must be a group, not %s", what.data);
		return;
	}
	read_group(load, &group);
}

static void read_list(struct schema_load *load, const struct schema_row *row,
	config_setting_t *setting, void *base)
{
	size_t max = row->max > 0 ? (size_t)row->max : SCHEMA_LIST_MAX;
	size_t n = (size_t)config_setting_length(setting);
	char *items;

	/* An empty array is as good as an empty list. */
	if (!config_setting_is_list(setting) &&
		!(config_setting_is_array(setting) && n == 0)) {
		wrong_aggregate(load, row, setting);
		return;
	}
	if (n < (size_t)row->min || n > max) {
		load_problem(load, setting,
			"has %zu elements, %zu to %zu are allowed", n,
			(size_t)row->min, max);
		return;
	}
	items = xcalloc(n + 1, row->size);
	*(void **)schema_target(row, base) = items;
	*(size_t *)(void *)((char *)base + row->count_offset) = n;
	for (size_t i = 0; i < n; i++) {
		size_t mark = load->path.len;

		buf_addf(&load->path, "[%zu]", i);
		read_element(load, row,
			config_setting_get_elem(setting, (unsigned)i),
			items + i * row->size);
		load_leave(load, mark);
	}
}

/* The door. */

void schema_rows_default(const struct schema_row *rows, void *base)
{
	for (; rows->name; rows++) {
		if (rows->type == SCHEMA_GROUP)
			schema_rows_default(
				rows->rows, schema_target(rows, base));
		else if (rows->type != SCHEMA_LIST)
			schema_value_default(rows, base);
	}
}

void schema_read(
	struct schema_load *load, const struct schema_row *rows, void *base)
{
	struct group root = {
		.rows = rows,
		.setting = config_root_setting(&load->config),
		.base = base,
		.wanted = true,
	};

	schema_rows_default(rows, base);
	read_group(load, &root);
}
