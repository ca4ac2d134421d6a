#include "config.h"

#include "daemon/wire.h"

#include "aws/creds.h"
#include "bridge/bridge.h"
#include "chime/client.h"
#include "config/schema_diff.h"
#include "daemon/params.h"
#include "end_chime/end_chime.h"
#include "end_irc/end_irc.h"
#include "net/tls.h"
#include "store/sqlite.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <uthash.h>

static const char quit_reason[] = "Belfry is stopping";

struct wired_network {
	char *name;
	struct end_irc *end;
};

/* A mapping that runs, and the settings it runs with. */
struct wired {
	const struct mapping_config *config;
	struct mapping *mapping;
	bool wanted; /* by the configuration being applied */
	UT_hash_handle hh;
};

struct wire {
	struct loop *loop;
	const struct belfry_config *config;
	void (*fatal)(void *arg, const char *why);
	void *fatal_arg;
	struct store *store;
	char *trouble; /* of the store; NULL: none */
	struct creds *creds;
	struct chime_client *client;
	struct end_chime *chime;
	struct wired_network *networks;
	size_t network_count;
	struct bridge *bridge;
	struct wired *mappings; /* by name */
	/* New mappings begin once what the old ones said is saved. */
	struct store_sync *saving;
	/* While stopping. */
	size_t to_leave; /* networks */
	loop_fn *stopped;
	void *stopped_arg;
};

/* State. */

static int exit_for_state(int code)
{
	switch (code) {
	case -EBUSY:
	case -EAGAIN:
		return EX_TEMPFAIL;
	case -ENOENT:
	case -ENOTDIR:
	case -EACCES:
	case -EPERM:
	case -EROFS:
	case -ENOSPC:
		return EX_CANTCREAT;
	case -EINVAL: /* not ours, newer or damaged: another try is no help */
		return EX_CONFIG;
	default:
		return EX_IOERR;
	}
}

static void wire_on_trouble(void *arg, const char *why, bool fatal)
{
	struct wire *wire = arg;
	const char *path = wire->config->state;

	free(wire->trouble);
	wire->trouble = xstrdup_null(why);
	if (wire->bridge && !fatal)
		bridge_stall(wire->bridge, why != NULL);
	if (fatal)
		wire->fatal(wire->fatal_arg, why);
	else if (why)
		log_error("state",
			"%s cannot be written: %s; trying again, nothing is "
			"confirmed until it is saved",
			path, why);
	else
		log_info("state", "%s is written again", path);
}

static int open_store(struct wire *wire, struct err *err, int *ret_exit)
{
	wire->store = store_sqlite_open(wire->loop, wire->config->state, err);
	if (!wire->store) {
		*ret_exit = exit_for_state(err->code);
		return err->code;
	}
	wire->store->trouble = wire_on_trouble;
	wire->store->trouble_arg = wire;
	return 0;
}

/* Chime. */

static int open_client(struct wire *wire, struct err *err, int *ret_exit)
{
	const struct chime_config *config = &wire->config->chime;
	struct chime_client_params params;
	struct creds_params creds;
	struct budget_limits limits;

	params_creds(config, &creds);
	wire->creds = creds_new(wire->loop, &creds);
	params_limits(config, &limits);
	params_client(config, &params);
	params.user_agent = "belfry/" PACKAGE_VERSION;
	params.creds = wire->creds;
	params.limits = &limits;
	wire->client = chime_client_new(wire->loop, &params, err);
	if (wire->client)
		return 0;
	*ret_exit = EX_CONFIG;
	return err_prefix(err, "chime");
}

static int open_chime(struct wire *wire, struct err *err, int *ret_exit)
{
	struct end_chime_params params;

	if (open_client(wire, err, ret_exit) < 0)
		return err->code;
	params_end_chime(&wire->config->chime, &params);
	params.client = wire->client;
	params.store = wire->store;
	wire->chime = end_chime_new(wire->loop, &params, err);
	if (wire->chime)
		return 0;
	*ret_exit = EX_CONFIG;
	return err_prefix(err, "chime");
}

/* IRC. */

/* A certificate that cannot be used is better refused at the start. */
static int check_tls(const struct irc_conn_params *conn, struct err *err)
{
	struct tls_profile *profile;

	if (!conn->tls)
		return 0;
	profile = tls_profile_new(&conn->tls_params, err);
	if (!profile)
		return err_prefix(err, "network %s", conn->name);
	tls_profile_free(profile);
	return 0;
}

static int open_network(
	struct wire *wire, const struct network_config *config, struct err *err)
{
	struct wired_network *network = &wire->networks[wire->network_count];
	struct network_params params;
	int error;

	params_network_init(&params, config);
	error = check_tls(&params.end.conn, err);
	if (error == 0) {
		network->name = xstrdup(config->name);
		network->end = end_irc_new(wire->loop, &params.end);
		wire->network_count++;
	}
	params_network_release(&params);
	return error;
}

static int open_networks(struct wire *wire, struct err *err, int *ret_exit)
{
	const struct belfry_config *config = wire->config;

	wire->networks =
		xcalloc(config->network_count, sizeof(*wire->networks));
	for (size_t i = 0; i < config->network_count; i++) {
		if (open_network(wire, &config->networks[i], err) == 0)
			continue;
		*ret_exit = EX_CONFIG;
		return err->code;
	}
	return 0;
}

static struct end_irc *find_network(const struct wire *wire, const char *name)
{
	for (size_t i = 0; i < wire->network_count; i++)
		if (str_eq(wire->networks[i].name, name))
			return wire->networks[i].end;
	return NULL;
}

/* Mappings. */

static struct wired *find_mapping(const struct wire *wire, const char *name)
{
	struct wired *wired;

	HASH_FIND_STR(wire->mappings, name, wired);
	return wired;
}

static void attach(struct wire *wire, struct mapping *mapping,
	const struct mapping_config *config, struct end_irc *end,
	const char *channel)
{
	struct end_sink irc_sink = mapping_sink_irc(mapping);
	struct end_sink chime_sink = mapping_sink_chime(mapping);
	struct end_irc_room_params irc = {
		.mapping = config->name,
		.channel = channel,
		.key = config->irc_key,
	};
	struct end_chime_room_params chime;

	params_room_chime(config, &chime);
	mapping_attach(mapping, end_irc_open(end, &irc, &irc_sink),
		end_chime_open(wire->chime, &chime, &chime_sink));
}

static void remember(struct wire *wire, struct mapping *mapping,
	const struct mapping_config *config)
{
	struct wired *wired = xcalloc(1, sizeof(*wired));

	wired->config = config;
	wired->mapping = mapping;
	wired->wanted = true;
	HASH_ADD_KEYPTR(
		hh, wire->mappings, config->name, strlen(config->name), wired);
}

static int add_mapping(
	struct wire *wire, const struct mapping_config *config, struct err *err)
{
	const char *channel = NULL;
	const struct network_config *network =
		belfry_mapping_network(wire->config, config, &channel);
	struct end_irc *end =
		network ? find_network(wire, network->name) : NULL;
	struct mapping_params params;
	struct mapping *mapping;
	int error = 0;

	if (!end)
		return err_set(err, -ENOENT,
			"mapping %s: its network needs a restart first",
			config->name);
	params_mapping(config, network, &params);
	mapping = bridge_add(wire->bridge, &params, &error);
	if (!mapping)
		return err_set(err, error, "mapping %s: %s", config->name,
			strerror(-error));
	attach(wire, mapping, config, end, channel);
	remember(wire, mapping, config);
	return 0;
}

static void remove_mapping(struct wire *wire, struct wired *wired)
{
	HASH_DEL(wire->mappings, wired);
	bridge_remove(wire->bridge, wired->mapping);
	free(wired);
}

static int open_bridge(struct wire *wire, struct err *err, int *ret_exit)
{
	const struct belfry_config *config = wire->config;

	wire->bridge = bridge_new(wire->loop, wire->store);
	for (size_t i = 0; i < config->mapping_count; i++) {
		if (add_mapping(wire, &config->mappings[i], err) == 0)
			continue;
		*ret_exit = EX_IOERR;
		return err->code;
	}
	return 0;
}

/* Life. */

struct wire *wire_new(
	const struct wire_params *params, struct err *err, int *ret_exit)
{
	struct wire *wire = xcalloc(1, sizeof(*wire));

	wire->loop = params->loop;
	wire->config = params->config;
	wire->fatal = params->fatal;
	wire->fatal_arg = params->arg;
	if (open_store(wire, err, ret_exit) == 0 &&
		open_chime(wire, err, ret_exit) == 0 &&
		open_networks(wire, err, ret_exit) == 0 &&
		open_bridge(wire, err, ret_exit) == 0)
		return wire;
	wire_free(wire);
	return NULL;
}

void wire_start(struct wire *wire)
{
	for (size_t i = 0; i < wire->network_count; i++)
		end_irc_start(wire->networks[i].end);
}

static void free_mappings(struct wire *wire)
{
	struct wired *wired, *next;

	HASH_ITER (hh, wire->mappings, wired, next) {
		HASH_DEL(wire->mappings, wired);
		free(wired);
	}
}

static void cancel_saving(struct wire *wire)
{
	if (wire->saving)
		store_cancel(wire->store, TAKE(wire->saving));
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	cancel_saving(wire);
	free_mappings(wire);
	bridge_free(TAKE(wire->bridge));
	for (size_t i = 0; i < wire->network_count; i++) {
		end_irc_free(wire->networks[i].end);
		free(wire->networks[i].name);
	}
	free(wire->networks);
	if (wire->chime)
		end_chime_free(wire->chime);
	if (wire->client)
		chime_client_free(wire->client);
	creds_free(wire->creds);
	store_close(wire->store);
	free(wire->trouble);
	free(wire);
}

/* Reload. */

static void drop_unwanted(struct wire *wire)
{
	struct wired *wired, *next;

	HASH_ITER (hh, wire->mappings, wired, next) {
		if (wired->wanted)
			continue;
		log_info("config", "mapping %s ends here", wired->config->name);
		remove_mapping(wire, wired);
	}
}

/* Marks what runs on as it is. The settings move to the new configuration. */
static void keep_unchanged(
	struct wire *wire, const struct belfry_config *config)
{
	struct wired *wired, *next;

	HASH_ITER (hh, wire->mappings, wired, next)
		wired->wanted = false;
	for (size_t i = 0; i < config->mapping_count; i++) {
		wired = find_mapping(wire, config->mappings[i].name);
		if (!wired || !schema_rows_same(belfry_mapping_rows,
				      wired->config, &config->mappings[i]))
			continue;
		HASH_DEL(wire->mappings, wired);
		wired->config = &config->mappings[i];
		wired->wanted = true;
		HASH_ADD_KEYPTR(hh, wire->mappings, wired->config->name,
			strlen(wired->config->name), wired);
	}
}

static void add_new(struct wire *wire, const struct belfry_config *config)
{
	struct err err = {0};

	for (size_t i = 0; i < config->mapping_count; i++) {
		const struct mapping_config *mapping = &config->mappings[i];

		if (find_mapping(wire, mapping->name))
			continue;
		if (add_mapping(wire, mapping, &err) < 0)
			log_error("config", "%s", err.text);
		else
			log_info("config", "mapping %s begins: %s",
				mapping->name, mapping->irc);
	}
}

static void wire_on_saved(void *arg)
{
	struct wire *wire = arg;

	wire->saving = NULL;
	add_new(wire, wire->config);
}

void wire_reload(struct wire *wire, const struct belfry_config *config)
{
	struct budget_limits limits;

	params_limits(&config->chime, &limits);
	budget_set_limits(chime_client_budget(wire->client), &limits);
	end_chime_set_poll(wire->chime, config->chime.poll_min_ms,
		config->chime.poll_max_ms);
	keep_unchanged(wire, config);
	drop_unwanted(wire);
	wire->config = config;
	cancel_saving(wire);
	wire->saving = store_sync(wire->store, wire_on_saved, wire);
}

/* Stop. */

static void wire_on_left(void *arg)
{
	struct wire *wire = arg;

	if (--wire->to_leave == 0)
		wire->stopped(wire->stopped_arg);
}

static void wire_on_drained(void *arg)
{
	struct wire *wire = arg;

	wire->to_leave = wire->network_count;
	for (size_t i = 0; i < wire->network_count; i++)
		end_irc_stop(
			wire->networks[i].end, quit_reason, wire_on_left, wire);
}

void wire_stop(struct wire *wire, int64_t drain_ms, loop_fn *fn, void *arg)
{
	cancel_saving(wire);
	wire->stopped = fn;
	wire->stopped_arg = arg;
	bridge_drain(wire->bridge, drain_ms, wire_on_drained, wire);
}

/* Status. */

const char *wire_trouble(const struct wire *wire)
{
	return wire->trouble;
}

struct mapping *wire_mapping(struct wire *wire, const char *name)
{
	struct wired *wired = find_mapping(wire, name);

	return wired ? wired->mapping : NULL;
}

struct end_chime *wire_chime(const struct wire *wire)
{
	return wire->chime;
}

void wire_visit(const struct wire *wire, const struct wire_visitor *visitor)
{
	const struct belfry_config *config = wire->config;

	for (size_t i = 0; i < wire->network_count; i++)
		visitor->network(wire->networks[i].name, wire->networks[i].end,
			visitor->arg);
	for (size_t i = 0; i < config->mapping_count; i++) {
		struct wired *wired =
			find_mapping(wire, config->mappings[i].name);

		if (wired)
			visitor->mapping(
				wired->config, wired->mapping, visitor->arg);
	}
}

static void describe_lane(
	const char *way, const struct lane_stats *stats, struct buf *out)
{
	buf_addf(out, "; to %s %" PRIu64 " relayed, %zu waiting", way,
		stats->relayed, stats->queued);
	if (stats->refused)
		buf_addf(out, ", %" PRIu64 " refused", stats->refused);
}

void wire_describe(const struct wire *wire, struct buf *out)
{
	struct bridge_stats stats;

	bridge_stats(wire->bridge, &stats);
	buf_addf(out, "%zu/%zu mappings ready", stats.ready, stats.mappings);
	describe_lane("IRC", &stats.to_irc, out);
	describe_lane("Chime", &stats.to_chime, out);
	for (size_t i = 0; i < wire->network_count; i++) {
		buf_adds(out, "; ");
		end_irc_describe(wire->networks[i].end, out);
	}
}
