/*
 * What "provision" shall see to: the command line, with what was left out
 * filled in, and everything checked that can be before the first call.
 */
#ifndef CTL_PLAN_H
#define CTL_PLAN_H

#include "config/belfry.h"
#include "ctl/args.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>

struct plan {
	/* Borrowed: of the command line, the configuration, or constants. */
	const char *app_instance; /* ARN or name */
	const char *user_id, *user_name;
	bool admin;           /* the bridge's user becomes an admin */
	const char *admin_id; /* this one is made and becomes one, or NULL */
	const char *admin_name;
	const char *channel;        /* NULL: none */
	const char *privacy, *mode; /* NULL: not said */
	const char *irc;            /* "SERVER:PORT/#channel", or NULL */
	const char *network;        /* its name; NULL: from the server's */
	const char *nick;
	const char *state; /* beside which the control socket is */
	bool tls;
	/* Owned; the parts of `irc`, or what stands in for them. */
	char *server;
	char *irc_channel; /* NULL: nothing is mapped */
	char *network_name;
	char *mapping_name;
	char *control; /* NULL: its path would be too long */
};

/* Takes the words behind "provision". -EINVAL with `err`. */
int plan_parse(struct plan *ret, struct args *args, char **words,
	struct err *err) MUST_CHECK;
/*
 * Fills in and checks. `chime` is of a configuration that is there already,
 * or NULL. -EINVAL with `err`.
 */
int plan_complete(struct plan *plan, const struct chime_config *chime,
	struct err *err) MUST_CHECK;
void plan_release(struct plan *plan);

/* The options, for people. */
extern const char plan_help[];

#endif
