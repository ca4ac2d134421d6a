#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

/* What is filled in somewhere: other words in braces may be meant as such. */
static const char *const known[] = {
	"nick", "name", "id", "user", "host", "network", NULL};

struct fields {
	const char *names[4]; /* NULL ends them */
	const char *text;
};

static const struct fields of_irc = {
	{"nick", "network"}, "{nick} and {network}"};
static const struct fields of_chime = {{"name", "id"}, "{name} and {id}"};
static const struct fields of_mask = {
	{"nick", "user", "host"}, "{nick}, {user} and {host}"};

static bool is_one_of(const char *name, const struct fields *fields)
{
	for (size_t i = 0; fields->names[i]; i++)
		if (str_eq(fields->names[i], name))
			return true;
	return false;
}

/* A field that is misspelt would be taken as it stands. */
static void check(struct schema_load *load, const char *setting,
	const char *template, const struct fields *fields)
{
	const char *open = template ? strchr(template, '{') : NULL;

	for (; open; open = strchr(open + 1, '{')) {
		size_t len = strcspn(open + 1, "{}");
		char AUTOFREE *name = xstrndup(open + 1, len);

		if (open[len + 1] != '}' || is_one_of(name, fields) ||
			!str_nearest(name, known))
			continue;
		schema_problem(load, setting,
			"{%s} is not filled in here, only %s", name,
			fields->text);
		return;
	}
}

static void check_network(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	const struct {
		const char *member;
		const char *template;
	} rows[] = {
		{"nick_template", network->nick_template},
		{"puppets.nick", network->puppets.nick},
		{"puppets.username", network->puppets.username},
		{"puppets.realname", network->puppets.realname},
		{"puppets.host", network->puppets.host},
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		char AUTOFREE *setting =
			xasprintf("networks[%zu].%s", i, rows[r].member);

		check(load, setting, rows[r].template, &of_chime);
	}
}

void belfry_check_templates(
	struct schema_load *load, const struct belfry_config *config)
{
	check(load, "chime.puppet_name", config->chime.puppet_name, &of_irc);
	for (size_t i = 0; i < config->network_count; i++)
		check_network(load, i, &config->networks[i]);
	for (size_t i = 0; i < config->mapping_count; i++) {
		char AUTOFREE *setting =
			xasprintf("mappings[%zu].mirror.ban_mask", i);

		check(load, setting, config->mappings[i].mirror.ban_mask,
			&of_mask);
	}
}
