/*
 * The settings of chimed as rows for config/schema.h: names, types, ranges,
 * defaults, help. They load the file of -c and stand in chimed(8).
 */
#ifndef CHIMED_SETTINGS_H
#define CHIMED_SETTINGS_H

#include "chimed/quotas.h"
#include "config/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limits { LIMITS_NONE, LIMITS_PUBLISHED };

/* Strings owned, released by schema_free(). */
struct settings {
	char *listen;
	char *state; /* NULL: not given */
	char *region;
	char *account;
	char *access_key_id; /* NULL: from the environment */
	char *secret_access_key;
	bool no_auth;
	int max_skew_s;
	char **admins; /* user ids */
	size_t admin_count;
	int sync;   /* enum db_sync */
	int limits; /* enum limits */
	int64_t quotas[QUOTA_COUNT];
	char **faults; /* fault_spec.h */
	size_t fault_count;
	int64_t fault_seed;
	int log; /* enum log_level */
};

extern const struct schema settings_schema;
extern const char *const settings_log_levels[];
extern const char *const settings_limits[];
extern const char *const settings_syncs[];

#endif
