#include "daemon/links.h"

#include "config/schema_diff.h"
#include "daemon/params.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct link {
	struct links *links;
	char *name;
	const struct mapping_config *config; /* NULL: it ends */
	struct mapping *mapping;
	bool is_wanted; /* by the configuration being applied */
	UT_hash_handle hh;
};

struct links {
	struct links_params params;
	struct link *by_name;
	struct timer *ended;
};

static void links_on_ended(void *arg)
{
	struct links *links = arg;

	links->params.ended(links->params.arg);
}

struct links *links_new(const struct links_params *params)
{
	struct links *links = xcalloc(1, sizeof(*links));

	links->params = *params;
	links->ended = timer_new(params->loop, links_on_ended, links);
	return links;
}

static void link_free(struct links *links, struct link *link)
{
	HASH_DEL(links->by_name, link);
	free(link->name);
	free(link);
}

void links_free(struct links *links)
{
	struct link *link, *next;

	if (!links)
		return;
	HASH_ITER (hh, links->by_name, link, next)
		link_free(links, link);
	timer_free(links->ended);
	free(links);
}

static struct link *find(const struct links *links, const char *name)
{
	struct link *link;

	HASH_FIND_STR(links->by_name, name, link);
	return link;
}

static void attach(struct links *links, struct mapping *mapping,
	const struct mapping_config *config, struct end_irc *end,
	const char *channel)
{
	struct end_sink irc_sink = mapping_sink_irc(mapping);
	struct end_sink chime_sink = mapping_sink_chime(mapping);
	struct end_irc_room_params irc;
	struct end_chime_room_params chime;

	params_room_irc(config, channel, &irc);
	params_room_chime(config, &chime);
	mapping_attach(mapping, end_irc_open(end, &irc, &irc_sink),
		end_chime_open(links->params.chime, &chime, &chime_sink));
}

static void remember(struct links *links, struct mapping *mapping,
	const struct mapping_config *config)
{
	struct link *link = xcalloc(1, sizeof(*link));

	link->links = links;
	link->name = xstrdup(config->name);
	link->config = config;
	link->mapping = mapping;
	link->is_wanted = true;
	HASH_ADD_KEYPTR(
		hh, links->by_name, link->name, strlen(link->name), link);
}

static int begin(struct links *links, const struct belfry_config *config,
	const struct mapping_config *row, struct err *err)
{
	const char *channel = NULL;
	const struct network_config *network =
		belfry_mapping_network(config, row, &channel);
	struct end_irc *end = network ? links->params.network(links->params.arg,
						network->name)
				      : NULL;
	struct mapping_params params;
	struct mapping *mapping;
	int error = 0;

	if (!end)
		return err_set(err, -ENOENT,
			"mapping %s: its network needs a restart first",
			row->name);
	params_mapping(row, network, &params);
	mapping = bridge_add(links->params.bridge, &params, &error);
	if (!mapping)
		return err_set(err, error, "mapping %s: %s", row->name,
			strerror(-error));
	attach(links, mapping, row, end, channel);
	remember(links, mapping, row);
	return 0;
}

int links_begin(struct links *links, const struct belfry_config *config,
	bool is_start, struct err *err)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		const struct mapping_config *row = &config->mappings[i];
		int error;

		if (find(links, row->name))
			continue;
		error = begin(links, config, row, err);
		if (error < 0 && is_start)
			return error;
		if (error < 0)
			log_error("config", "%s", err->text);
		else if (!is_start)
			log_info("config", "mapping %s begins: %s", row->name,
				row->irc);
	}
	return 0;
}

static bool is_ending(const struct links *links)
{
	struct link *link, *next;

	HASH_ITER (hh, links->by_name, link, next) {
		if (!link->config)
			return true;
	}
	return false;
}

static void link_on_gone(void *arg)
{
	struct link *link = arg;
	struct links *links = link->links;

	link_free(links, link);
	if (!is_ending(links))
		timer_arm(links->ended, 0);
}

static void end_unwanted(struct links *links)
{
	struct link *link, *next;

	HASH_ITER (hh, links->by_name, link, next) {
		if (link->is_wanted || !link->config)
			continue;
		log_info("config", "mapping %s ends here", link->name);
		link->config = NULL;
		bridge_retire(links->params.bridge, link->mapping, LINKS_END_MS,
			link_on_gone, link);
	}
}

void links_keep(struct links *links, const struct belfry_config *config)
{
	struct link *link, *next;

	HASH_ITER (hh, links->by_name, link, next)
		link->is_wanted = false;
	for (size_t i = 0; i < config->mapping_count; i++) {
		const struct mapping_config *row = &config->mappings[i];

		link = find(links, row->name);
		if (!link || !link->config ||
			!schema_rows_same(
				belfry_mapping_rows, link->config, row))
			continue;
		link->config = row;
		link->is_wanted = true;
	}
	end_unwanted(links);
	if (!is_ending(links))
		timer_arm(links->ended, 0);
}

struct mapping *links_find(const struct links *links, const char *name)
{
	struct link *link = find(links, name);

	return link ? link->mapping : NULL;
}

void links_each(const struct links *links, const struct belfry_config *config,
	void (*fn)(const struct mapping_config *config, struct mapping *mapping,
		void *arg),
	void *arg)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		const struct mapping_config *row = &config->mappings[i];
		struct link *link = find(links, row->name);

		if (link)
			fn(link->config ? link->config : row, link->mapping,
				arg);
	}
}
