#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/pattern.h"

struct checked_list {
	const char *name;
	char *const *items; /* NULL: it had a problem already */
	size_t count;
};

static void expressions_compile(struct schema_load *load, const char *group,
	const struct checked_list *list)
{
	char AUTOFREE *setting = xasprintf("%s.%s", group, list->name);

	for (size_t i = 0; list->items && i < list->count; i++) {
		struct err err = {0};
		struct pattern *pattern = pattern_new(list->items[i], &err);

		if (!pattern)
			schema_problem(load, setting,
				"element %zu is no regular expression: %s",
				i + 1, err.text);
		pattern_free(pattern);
	}
}

static void check_filter(struct schema_load *load, const char *group,
	const struct filter_config *filter)
{
	const struct checked_list expressions[] = {
		{"drop_irc", filter->drop_irc, filter->drop_irc_count},
		{"drop_chime", filter->drop_chime, filter->drop_chime_count},
	};

	for (size_t i = 0; i < ARRAY_LEN(expressions); i++)
		expressions_compile(load, group, &expressions[i]);
}

void belfry_check_filters(
	struct schema_load *load, const struct belfry_config *config)
{
	check_filter(load, "filter", &config->filter);
	for (size_t i = 0; i < config->mapping_count; i++) {
		char AUTOFREE *group = xasprintf("mappings[%zu].filter", i);

		check_filter(load, group, &config->mappings[i].filter);
	}
}
