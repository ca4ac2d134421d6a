#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

typedef void rule_fn(struct schema_load *load, const char *setting,
	const struct mirror_config *mirror);

static void ban_mask_fits_somebody(struct schema_load *load,
	const char *setting, const struct mirror_config *mirror)
{
	char AUTOFREE *name = xasprintf("%s.ban_mask", setting);
	const char *mask = mirror->ban_mask;

	if (mask && !strstr(mask, "{nick}") && !strstr(mask, "{user}") &&
		!strstr(mask, "{host}"))
		schema_problem(load, name,
			"must hold {nick}, {user} or {host}, or it would ban "
			"everybody");
	else if (mask && strpbrk(mask, " \t"))
		schema_problem(load, name, "may not hold a blank");
}

static bool is_letters(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static void modes_are_letters(struct schema_load *load, const char *setting,
	const struct mirror_config *mirror)
{
	char AUTOFREE *ranks = xasprintf("%s.moderator_modes", setting);
	char AUTOFREE *modes = xasprintf("%s.restricted_modes", setting);

	if (mirror->moderator_modes && !is_letters(mirror->moderator_modes))
		schema_problem(load, ranks,
			"must be letters of modes such as "
			"\"qao\", without signs");
	if (mirror->restricted_modes && !is_letters(mirror->restricted_modes))
		schema_problem(load, modes,
			"must be letters of modes such as "
			"\"i\", without signs");
}

static void name_is_one_thing(struct schema_load *load, const char *setting,
	const struct mirror_config *mirror)
{
	char AUTOFREE *name = xasprintf("%s.topic_as", setting);

	if (mirror->topic_as == TOPIC_AS_CONFIG_NAME &&
		mirror->topic != WAY_CONFIG_OFF &&
		mirror->name != WAY_CONFIG_OFF)
		schema_problem(load, name,
			"the name cannot be the topic while the name itself is "
			"mirrored");
}

static rule_fn *const rules[] = {
	ban_mask_fits_somebody,
	modes_are_letters,
	name_is_one_thing,
};

void belfry_check_mirrors(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		char AUTOFREE *setting = xasprintf("mappings[%zu].mirror", i);

		for (size_t r = 0; r < ARRAY_LEN(rules); r++)
			rules[r](load, setting, &config->mappings[i].mirror);
	}
}
