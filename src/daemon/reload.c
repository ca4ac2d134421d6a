#include "daemon/reload.h"

#include "config/schema_diff.h"
#include "daemon/check.h"
#include "util/log.h"
#include "util/str.h"

static void reload_on_applied(
	const struct schema_change *change, void *arg UNUSED)
{
	/* Mappings are told one by one as they begin and end. */
	if (change->reloadable && !str_starts(change->setting, "mappings"))
		log_info("config", "%s is applied", change->setting);
}

static void reload_on_stale(
	const struct schema_change *change, void *arg UNUSED)
{
	if (!change->reloadable)
		log_warn("config", "%s has changed and needs a restart",
			change->setting);
}

struct belfry_config *reload_read(const struct reload *reload)
{
	struct belfry_config *config = check_reload(reload->path);

	if (!config) {
		log_error("config", "%s is not applied, the old one stays",
			reload->path);
		return NULL;
	}
	schema_diff(&belfry_schema, reload->current, config, reload_on_applied,
		NULL);
	schema_diff(
		&belfry_schema, reload->startup, config, reload_on_stale, NULL);
	log_info("config", "%s is applied", reload->path);
	return config;
}
