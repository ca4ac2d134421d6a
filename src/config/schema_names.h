/*
 * The names that a group of rows knows, with NAME_file of every secret. For
 * the schema files only.
 */
#ifndef CONFIG_SCHEMA_NAMES_H
#define CONFIG_SCHEMA_NAMES_H

#include "config/schema.h"
#include "util/buf.h"

bool schema_is_known(const struct schema_row *rows, const char *name);
/* `did you mean "nick"?`, or "known here: name, nick" when none is near. */
void schema_describe_known(
	const struct schema_row *rows, const char *name, struct buf *out);

#endif
