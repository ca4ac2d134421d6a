/*
 * One load under way: the parsed file, the path of the setting being read,
 * and problems at their places. For the schema files only.
 */
#ifndef CONFIG_SCHEMA_LOAD_H
#define CONFIG_SCHEMA_LOAD_H

#include "config/problems.h"
#include "config/schema.h"
#include "util/buf.h"

#include <libconfig.h>

enum { LOAD_PATH_BYTES = 512 }; /* "networks[0].sasl.mechanism" */

struct schema_load {
	config_t config;
	const char *name; /* of the main file, for problems; borrowed */
	char *folder;     /* of the main file, for other files */
	struct problems *problems; /* borrowed */
	struct buf path;           /* of the setting being read */
	char *included;            /* last answer of load_file_name() */
};

void load_init(
	struct schema_load *load, const char *name, struct problems *problems);
void load_release(struct schema_load *load);

/* Enters a member and returns how to come back. */
size_t load_enter(struct schema_load *load, const char *name);
void load_leave(struct schema_load *load, size_t mark);

/* How to open and call a file that libconfig names; NULL: the main file.
 * Borrowed until the next call. */
const char *load_file_name(struct schema_load *load, const char *file);
/* File and line of a setting; NULL and the root: line 1 of the main file. */
struct place load_place_of(
	struct schema_load *load, const config_setting_t *setting);
/* A problem at the setting, under the name of the present path. */
void load_problem(struct schema_load *load, const config_setting_t *setting,
	const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
