#include "config/schema_names.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 128 }; /* of one group, with NAME_file */

static bool is_file_variant(const struct schema_row *row, const char *name)
{
	size_t len = strlen(row->name);

	return row->type == SCHEMA_SECRET &&
	       strncmp(name, row->name, len) == 0 &&
	       str_eq(name + len, "_file");
}

bool schema_is_known(const struct schema_row *rows, const char *name)
{
	for (; rows->name; rows++)
		if (!rows->bare && (str_eq(rows->name, name) ||
					   is_file_variant(rows, name)))
			return true;
	return false;
}

/* All names of the rows; those of NAME_file are made and owned. */
struct names {
	const char *list[NAMES_MAX + 1];
	char *made[NAMES_MAX];
	size_t count, made_count;
};

static void names_add(struct names *names, const char *name)
{
	if (names->count < NAMES_MAX)
		names->list[names->count++] = name;
}

static void names_collect(struct names *names, const struct schema_row *rows)
{
	memset(names, 0, sizeof(*names));
	for (; rows->name && names->count < NAMES_MAX - 1; rows++) {
		if (rows->bare)
			continue;
		names_add(names, rows->name);
		if (rows->type != SCHEMA_SECRET)
			continue;
		names->made[names->made_count] =
			xasprintf("%s_file", rows->name);
		names_add(names, names->made[names->made_count++]);
	}
}

static void names_release(struct names *names)
{
	for (size_t i = 0; i < names->made_count; i++)
		free(names->made[i]);
}

void schema_describe_known(
	const struct schema_row *rows, const char *name, struct buf *out)
{
	struct names CLEANUP(names_release) names;
	const char *near;

	names_collect(&names, rows);
	near = str_nearest(name, names.list);
	if (near) {
		buf_addf(out, "did you mean \"%s\"?", near);
		return;
	}
	buf_adds(out, "known here: ");
	for (size_t i = 0; i < names.count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", names.list[i]);
}
