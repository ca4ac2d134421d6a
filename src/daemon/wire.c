#include "config.h"

#include "daemon/wire.h"

#include "aws/creds.h"
#include "bridge/bridge.h"
#include "chime/client.h"
#include "command/command.h"
#include "daemon/direct.h"
#include "daemon/links.h"
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

static const char quit_reason[] = "Belfry is stopping";

struct wired_network {
	char *name;
	struct end_irc *end;
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
	struct links *links;
	struct direct *direct;
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

static void wire_on_command(void *arg, const struct irc_command *asked)
{
	struct wire *wire = arg;
	const struct command command = {
		.network = asked->network,
		.mapping = asked->mapping,
		.person = asked->person,
		.is_operator = asked->is_operator,
		.words = asked->words,
		.say = asked->say,
		.arg = asked->say_arg,
	};

	bridge_command(wire->bridge, &command);
}

static void wire_on_direct(void *arg, const struct irc_direct *begun)
{
	const struct wire *wire = arg;

	direct_begin(wire->direct, begun);
}

static int open_network(
	struct wire *wire, const struct network_config *config, struct err *err)
{
	struct wired_network *network = &wire->networks[wire->network_count];
	struct network_params params;
	int error;

	params_network_init(&params, config);
	params.end.store = wire->store;
	params.end.arg = wire;
	if (config->commands)
		params.end.command = wire_on_command;
	if (config->puppets.is_private)
		params.end.direct = wire_on_direct;
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

static const struct wired_network *find_network(
	const struct wire *wire, const char *name)
{
	for (size_t i = 0; i < wire->network_count; i++)
		if (str_eq(wire->networks[i].name, name))
			return &wire->networks[i];
	return NULL;
}

static struct end_irc *wire_on_network(void *arg, const char *name)
{
	const struct wired_network *network = find_network(arg, name);

	return network ? network->end : NULL;
}

static int open_bridge(struct wire *wire, struct err *err, int *ret_exit)
{
	struct filter_params filter;
	int error;

	wire->bridge = bridge_new(wire->loop, wire->store);
	params_filter(&wire->config->filter, &filter);
	error = bridge_set_filter(wire->bridge, &filter, err);
	if (error < 0)
		*ret_exit = EX_CONFIG;
	return error;
}

static void wire_on_saved(void *arg)
{
	struct wire *wire = arg;
	struct err err = {0};

	wire->saving = NULL;
	if (links_begin(wire->links, wire->config, false, &err) < 0)
		log_error("config", "%s", err.text);
}

static void cancel_saving(struct wire *wire)
{
	if (wire->saving)
		store_cancel(wire->store, TAKE(wire->saving));
}

/* What the mappings of another configuration have left is read by those that
 * begin. */
static void wire_on_ended(void *arg)
{
	struct wire *wire = arg;

	cancel_saving(wire);
	if (!wire->stopped)
		wire->saving = store_sync(wire->store, wire_on_saved, wire);
}

static int open_links(struct wire *wire, struct err *err, int *ret_exit)
{
	const struct links_params params = {
		.loop = wire->loop,
		.bridge = wire->bridge,
		.chime = wire->chime,
		.network = wire_on_network,
		.ended = wire_on_ended,
		.arg = wire,
	};

	wire->links = links_new(&params);
	*ret_exit = EX_IOERR;
	return links_begin(wire->links, wire->config, true, err);
}

/* Private conversations. */

static bool wire_on_direct_network(
	void *arg, const char *name, struct direct_network *ret)
{
	const struct wire *wire = arg;
	const struct belfry_config *config = wire->config;
	const struct wired_network *network = find_network(wire, name);

	for (size_t i = 0; network && i < config->network_count; i++) {
		if (!str_eq(config->networks[i].name, name))
			continue;
		ret->end = network->end;
		ret->config = &config->networks[i];
		return true;
	}
	return false;
}

static int open_direct(struct wire *wire, struct err *err, int *ret_exit)
{
	const struct direct_params params = {
		.loop = wire->loop,
		.store = wire->store,
		.bridge = wire->bridge,
		.chime = wire->chime,
		.network = wire_on_direct_network,
		.arg = wire,
	};

	wire->direct = direct_new(&params);
	if (wire->direct)
		return 0;
	*ret_exit = EX_IOERR;
	return err_set(err, -EIO,
		"what is remembered of private "
		"conversations cannot be read");
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
		open_bridge(wire, err, ret_exit) == 0 &&
		open_links(wire, err, ret_exit) == 0 &&
		open_direct(wire, err, ret_exit) == 0)
		return wire;
	wire_free(wire);
	return NULL;
}

void wire_start(struct wire *wire)
{
	for (size_t i = 0; i < wire->network_count; i++)
		end_irc_start(wire->networks[i].end);
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	cancel_saving(wire);
	links_free(wire->links);
	direct_free(wire->direct);
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

static void reload_filter(struct wire *wire, const struct belfry_config *config)
{
	struct filter_params filter;
	struct err err = {0};

	params_filter(&config->filter, &filter);
	if (bridge_set_filter(wire->bridge, &filter, &err) < 0)
		log_error("config", "%s; the old filter stays", err.text);
}

void wire_reload(struct wire *wire, const struct belfry_config *config)
{
	struct budget_limits limits;

	params_limits(&config->chime, &limits);
	budget_set_limits(chime_client_budget(wire->client), &limits);
	end_chime_set_poll(wire->chime, config->chime.poll_min_ms,
		config->chime.poll_max_ms);
	reload_filter(wire, config);
	cancel_saving(wire);
	links_keep(wire->links, config);
	wire->config = config;
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
	return links_find(wire->links, name);
}

struct end_chime *wire_chime(const struct wire *wire)
{
	return wire->chime;
}

void wire_forget(struct wire *wire, const char *mapping)
{
	bridge_forget(wire->bridge, mapping);
}

void wire_visit(const struct wire *wire, const struct wire_visitor *visitor)
{
	for (size_t i = 0; i < wire->network_count; i++)
		visitor->network(wire->networks[i].name, wire->networks[i].end,
			visitor->arg);
	links_each(wire->links, wire->config, visitor->mapping, visitor->arg);
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
