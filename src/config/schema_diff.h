/*
 * What differs between two loaded structs of one schema: for a reload.
 */
#ifndef CONFIG_SCHEMA_DIFF_H
#define CONFIG_SCHEMA_DIFF_H

#include "config/schema.h"

#include <stdbool.h>

struct schema_change {
	const char *setting; /* "chime.poll.min_ms", "networks[0].nick";
				borrowed for the call */
	const struct schema_row *row;
	bool reloadable; /* the row's, or that of the list it is in */
};

typedef void schema_change_fn(const struct schema_change *change, void *arg);

/*
 * Calls fn for every setting that differs. Elements of lists are compared
 * place by place; a list of another length is one change of the list.
 */
void schema_diff(const struct schema *schema, const void *before,
	const void *after, schema_change_fn *fn, void *arg);
/* Do two structs of these rows (elements of a list) hold the same? */
bool schema_rows_same(
	const struct schema_row *rows, const void *a, const void *b);

#endif
