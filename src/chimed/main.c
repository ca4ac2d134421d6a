/* chimed: a local Chime SDK messaging service. */
#include "config.h"

#include "chimed/options.h"
#include "chimed/server.h"
#include "util/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

static void main_on_signal(void *arg)
{
	loop_stop(arg);
}

static void announce(const struct settings *settings, uint16_t port)
{
	struct span host = span_of(settings->listen);

	while (host.len > 0 && host.p[host.len - 1] != ':')
		host.len--;
	printf("chimed: listening on http://%.*s%u\n", (int)host.len, host.p,
		(unsigned)port);
	fflush(stdout);
}

static int serve(struct loop *loop, const struct settings *settings,
	struct db *db, struct service *service)
{
	struct server *server;
	struct err err;

	if (server_new(loop,
		    &(struct server_params){.listen = settings->listen,
			    .db = db,
			    .service = service},
		    &server, &err) != 0) {
		log_error("chimed", "%s", err.text);
		return EX_OSERR;
	}
	struct loop_signal *term =
		loop_signal_new(loop, SIGTERM, main_on_signal, loop);
	struct loop_signal *intr =
		loop_signal_new(loop, SIGINT, main_on_signal, loop);

	announce(settings, server_port(server));
	loop_run(loop);
	loop_signal_free(intr);
	loop_signal_free(term);
	server_free(server);
	return EX_OK;
}

static struct faults *faults_of(const struct settings *settings)
{
	struct faults *faults = faults_new((uint64_t)settings->fault_seed);
	struct err err;

	for (size_t i = 0; i < settings->fault_count; i++)
		if (faults_add(faults, settings->faults[i], &err) != 0)
			log_error("fault", "%s", err.text);
	return faults;
}

static int run(const struct settings *settings)
{
	struct db *db;
	struct err err;
	int rc = db_open(settings->state, &db, &err);

	if (rc != 0) {
		log_error("state", "%s", err.text);
		return rc == -ENOENT || rc == -EACCES ? EX_CANTCREAT : EX_IOERR;
	}
	db_set_sync(db, (enum db_sync)settings->sync);
	struct faults *faults = faults_of(settings);
	bool published = settings->limits == LIMITS_PUBLISHED;
	struct service *service = service_new(
		db, &(struct service_params){
			    .region = settings->region,
			    .account = settings->account,
			    .admins = settings->admins,
			    .admin_count = settings->admin_count,
			    .access_key = settings->access_key_id,
			    .secret = settings->secret_access_key,
			    .skew_s = settings->max_skew_s,
			    .faults = faults,
			    .throttled = published,
			    .quotas = published ? settings->quotas : NULL,
		    });
	struct loop *loop = loop_new();

	rc = serve(loop, settings, db, service);
	loop_free(loop);
	service_free(service);
	faults_free(faults);
	db_free(db);
	return rc;
}

int main(int argc, char **argv)
{
	struct options AUTOOPTIONS options;
	struct err err;
	int rc = options_parse(argc, argv, &options, &err);

	if (options.help) {
		fputs(options_usage, stdout);
		return EX_OK;
	}
	if (options.version) {
		printf("chimed %s\n", PACKAGE_VERSION);
		return EX_OK;
	}
	if (rc != 0) {
		fprintf(stderr, "chimed: %s\n%s", err.text,
			rc == -EINVAL ? "Try chimed --help.\n" : "");
		return rc == -EINVAL ? EX_USAGE : EX_CONFIG;
	}
	log_set_level((enum log_level)options.settings.log);
	/* What people say is for the owner's eyes. */
	umask(S_IRWXG | S_IRWXO);
	return run(&options.settings);
}
