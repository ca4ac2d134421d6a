#include "config.h"

#include "daemon/daemon.h"

#include "config/belfry.h"
#include "daemon/check.h"
#include "daemon/control.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/signals.h"
#include "daemon/wire.h"
#include "net/loop.h"
#include "util/err.h"
#include "util/log.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

struct daemon {
	const char *path;
	struct belfry_config *startup; /* owned */
	struct belfry_config *current; /* owned unless it is `startup` */
	struct loop *loop;
	struct signals *signals;
	struct notify *notify;
	struct wire *wire;
	struct control *control; /* NULL: not wanted */
	bool stopping;
	int exit_status;
};

/* Many networks, many connections. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
		limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_debug(NULL, "open files stay limited: %s", strerror(errno));
}

static void apply_log(const struct belfry_config *config)
{
	log_set_level(config->log.level);
	log_set_format(config->log.format);
}

static void daemon_on_fatal(void *arg, const char *why)
{
	struct daemon *daemon = arg;

	log_error("state", "%s is lost: %s; ending, nothing more can be saved",
		daemon->startup->state, why);
	daemon->exit_status = EX_IOERR;
	loop_stop(daemon->loop);
}

static void daemon_on_stopped(void *arg)
{
	struct daemon *daemon = arg;

	loop_stop(daemon->loop);
}

static void daemon_on_stop_signal(void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->stopping) {
		log_warn(NULL, "stopping at once");
		loop_stop(daemon->loop);
		return;
	}
	daemon->stopping = true;
	log_info(NULL, "stopping");
	notify_stopping(daemon->notify);
	wire_stop(daemon->wire, DAEMON_DRAIN_MS, daemon_on_stopped, daemon);
}

static void use_config(struct daemon *daemon, struct belfry_config *config)
{
	struct belfry_config *old = daemon->current;

	apply_log(config);
	wire_reload(daemon->wire, config);
	daemon->current = config;
	if (old != daemon->startup)
		check_free(old);
}

static void daemon_on_reload_signal(void *arg)
{
	struct daemon *daemon = arg;
	struct reload reload = {
		.path = daemon->path,
		.startup = daemon->startup,
		.current = daemon->current,
	};
	struct belfry_config *config;

	if (daemon->stopping)
		return;
	notify_reloading(daemon->notify);
	config = reload_read(&reload);
	if (config)
		use_config(daemon, config);
	notify_ready(daemon->notify);
}

static void daemon_on_status(struct buf *out, void *arg)
{
	struct daemon *daemon = arg;

	wire_describe(daemon->wire, out);
}

static int build(struct daemon *daemon)
{
	struct wire_params wire = {
		.loop = daemon->loop,
		.config = daemon->current,
		.fatal = daemon_on_fatal,
		.arg = daemon,
	};
	struct signals_params signals = {
		.stop = daemon_on_stop_signal,
		.reload = daemon_on_reload_signal,
		.arg = daemon,
	};
	struct err err = {0};
	int status = EX_SOFTWARE;

	daemon->wire = wire_new(&wire, &err, &status);
	if (!daemon->wire) {
		log_error(NULL, "%s", err.text);
		return status;
	}
	if (daemon->current->control) {
		daemon->control = control_new(daemon->loop,
			daemon->current->control, daemon->wire, &err);
		if (!daemon->control) {
			log_error(NULL, "%s", err.text);
			return EX_CANTCREAT;
		}
	}
	daemon->signals = signals_new(daemon->loop, &signals);
	daemon->notify = notify_new(daemon->loop, daemon_on_status, daemon);
	return 0;
}

static void turn(struct daemon *daemon)
{
	const struct belfry_config *config = daemon->current;
	char counts[CHECK_TEXT_BYTES];

	check_describe(config, counts, sizeof(counts));
	log_info(NULL, "belfryd %s: %s, state in %s", PACKAGE_VERSION, counts,
		config->state);
	wire_start(daemon->wire);
	notify_ready(daemon->notify);
	loop_run(daemon->loop);
}

static void tear_down(struct daemon *daemon)
{
	notify_free(daemon->notify);
	signals_free(daemon->signals);
	control_free(daemon->control);
	wire_free(daemon->wire);
	loop_free(daemon->loop);
	if (daemon->current != daemon->startup)
		check_free(daemon->current);
	check_free(daemon->startup);
}

/* The store's thread allocates little: it needs no memory of its own, which
 * would be kept for it at its peak. */
static void keep_memory_together(void)
{
	(void)mallopt(M_ARENA_MAX, 1);
}

int daemon_run(const char *config_path)
{
	struct daemon daemon = {.path = config_path};

	signals_early();
	keep_memory_together();
	daemon.startup = check_load(config_path, stderr);
	if (!daemon.startup)
		return EX_CONFIG;
	daemon.current = daemon.startup;
	apply_log(daemon.current);
	raise_file_limit();
	daemon.loop = loop_new();
	daemon.exit_status = build(&daemon);
	if (daemon.exit_status == 0)
		turn(&daemon);
	tear_down(&daemon);
	if (daemon.exit_status == 0)
		log_info(NULL, "stopped");
	return daemon.exit_status;
}
