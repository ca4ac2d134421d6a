#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

typedef void rule_fn(struct schema_load *load, const char *setting,
	const struct network_config *network);

static void nick_names_person(struct schema_load *load, const char *setting,
	const struct network_config *network)
{
	char AUTOFREE *nick = xasprintf("%s.puppets.nick", setting);
	const char *template = network->puppets.nick;

	if (template && !strstr(template, "{name}") &&
		!strstr(template, "{id}"))
		schema_problem(load, nick,
			"must hold {name} or {id}, or all would have one nick");
}

/* "2001:db8::/64": room for people behind the prefix. */
static bool is_prefix(const char *text)
{
	const char *slash = strchr(text, '/');
	struct in6_addr address;
	char *end;
	long bits;

	if (!slash)
		return false;
	char AUTOFREE *head = xasprintf("%.*s", (int)(slash - text), text);
	bits = strtol(slash + 1, &end, 10);
	return inet_pton(AF_INET6, head, &address) == 1 && slash[1] && !*end &&
	       bits >= 16 && bits <= 112;
}

static void addresses_are_prefix(struct schema_load *load, const char *setting,
	const struct network_config *network)
{
	char AUTOFREE *name = xasprintf("%s.puppets.addresses", setting);
	const char *text = network->puppets.addresses;

	if (text && !is_prefix(text))
		schema_problem(load, name,
			"must be an IPv6 prefix of 16 to 112 bits such as "
			"\"2001:db8:1:2::/64\", not \"%s\"",
			text);
}

/* WEBIRC says an address; without one it would not be said at all. */
static void webirc_has_addresses(struct schema_load *load, const char *setting,
	const struct network_config *network)
{
	char AUTOFREE *name = xasprintf("%s.puppets.webirc", setting);

	if (network->puppets.webirc && !network->puppets.addresses)
		schema_problem(load, name,
			"needs puppets.addresses: the addresses that are said "
			"with WEBIRC");
}

static void relays_are_masks(struct schema_load *load, const char *setting,
	const struct network_config *network)
{
	char AUTOFREE *name = xasprintf("%s.relays", setting);

	for (size_t i = 0; i < network->relay_count; i++)
		if (!*network->relays[i] || strchr(network->relays[i], ' '))
			schema_problem(load, name,
				"element %zu must be a mask such as "
				"\"nick!*@*\", not \"%s\"",
				i + 1, network->relays[i]);
}

static rule_fn *const rules[] = {
	nick_names_person,
	addresses_are_prefix,
	webirc_has_addresses,
	relays_are_masks,
};

void belfry_check_puppets(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->network_count; i++) {
		char AUTOFREE *setting = xasprintf("networks[%zu]", i);

		for (size_t r = 0; r < ARRAY_LEN(rules); r++)
			rules[r](load, setting, &config->networks[i]);
	}
}
