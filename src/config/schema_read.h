/*
 * The walk: rows and parsed file side by side, values to the struct, problems
 * to the load. For the schema files only.
 */
#ifndef CONFIG_SCHEMA_READ_H
#define CONFIG_SCHEMA_READ_H

#include "config/schema_load.h"

/* Fills the zeroed struct at `base`; what has a problem keeps its default. */
void schema_read(
	struct schema_load *load, const struct schema_row *rows, void *base);
void schema_rows_default(const struct schema_row *rows, void *base);

#endif
