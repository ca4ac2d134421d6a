#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

/* What was seen: a key of one kind, and the element that has it. */
struct seen {
	char *key;
	size_t index;
	UT_hash_handle hh;
};

/* One thing that may stand only once. */
struct single {
	const char *list;   /* "mappings" */
	const char *member; /* "name" */
	const char *what;   /* "this name" */
	/* Owned key of element i, or NULL: it has none. */
	char *(*key)(const struct belfry_config *config, size_t i);
};

static char *fold(const char *s)
{
	char *folded = xstrdup(s);

	for (char *p = folded; *p; p++)
		*p = ascii_lower(*p);
	return folded;
}

static char *network_name(const struct belfry_config *config, size_t i)
{
	return xstrdup_null(config->networks[i].name);
}

static char *mapping_name(const struct belfry_config *config, size_t i)
{
	return xstrdup_null(config->mappings[i].name);
}

/* Networks are told apart by case, channels are not. */
static char *mapping_irc(const struct belfry_config *config, size_t i)
{
	const char *channel = NULL;
	const struct network_config *network =
		belfry_mapping_network(config, &config->mappings[i], &channel);
	char AUTOFREE *folded = NULL;

	if (!network)
		return NULL;
	folded = fold(channel);
	return xasprintf("%s/%s", network->name, folded);
}

static char *mapping_chime(const struct belfry_config *config, size_t i)
{
	const struct mapping_chime_config *chime = &config->mappings[i].chime;

	if (chime->arn)
		return xasprintf("arn %s", chime->arn);
	return chime->name ? xasprintf("name %s", chime->name) : NULL;
}

static const struct single network_singles[] = {
	{"networks", "name", "this name", network_name},
};
static const struct single mapping_singles[] = {
	{"mappings", "name", "this name", mapping_name},
	{"mappings", "irc", "this IRC channel", mapping_irc},
	{"mappings", "chime", "this Chime channel", mapping_chime},
};

/* The element that had the key before, or SIZE_MAX; takes the key. */
static size_t remember(struct seen **table, char *key, size_t index)
{
	struct seen *seen;

	HASH_FIND_STR(*table, key, seen);
	if (seen) {
		free(key);
		return seen->index;
	}
	seen = xcalloc(1, sizeof(*seen));
	seen->key = key;
	seen->index = index;
	HASH_ADD_KEYPTR(hh, *table, seen->key, strlen(seen->key), seen);
	return SIZE_MAX;
}

static void forget(struct seen **table)
{
	struct seen *seen, *next;

	HASH_ITER (hh, *table, seen, next) {
		HASH_DEL(*table, seen);
		free(seen->key);
		free(seen);
	}
}

static void check_single(struct schema_load *load,
	const struct belfry_config *config, const struct single *single,
	size_t count)
{
	struct seen *table = NULL;

	for (size_t i = 0; i < count; i++) {
		char *key = single->key(config, i);
		size_t first = key ? remember(&table, key, i) : SIZE_MAX;
		char AUTOFREE *setting = xasprintf(
			"%s[%zu].%s", single->list, i, single->member);

		if (first != SIZE_MAX)
			schema_problem(load, setting, "%s[%zu] has %s already",
				single->list, first, single->what);
	}
	forget(&table);
}

void belfry_check_doubles(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < ARRAY_LEN(network_singles); i++)
		check_single(load, config, &network_singles[i],
			config->network_count);
	for (size_t i = 0; i < ARRAY_LEN(mapping_singles); i++)
		check_single(load, config, &mapping_singles[i],
			config->mapping_count);
}
