/*
 * The service on a port. All requests that arrive in one turn of the loop
 * share one transaction; their answers go out after its commit at the end of
 * the turn. So an answered write survives the death of the process, with
 * DB_SYNC_FULL that of the machine too, and the cost of a commit is shared. When the commit fails all of them are answered
 * 503, and none of them has had an effect.
 *
 * What is no request at all (net/httpd.h) is answered in the shape of the
 * service too: its HTTP status, BadRequest (501, 505: UnknownOperation...),
 * and a reason.
 */
#ifndef CHIMED_SERVER_H
#define CHIMED_SERVER_H

#include "chimed/db.h"
#include "chimed/service.h"
#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdint.h>

struct server;

enum {
	SERVER_HELD = 256, /* answers; more are committed and sent at once */
	SERVER_IDLE_S = 300,
	SERVER_SWEEP_MS = 5,
	SERVER_SWEEP_RETRY_MS = 10000, /* after a failure */
};

/* Everything is borrowed and must outlive the server. */
struct server_params {
	const char *listen; /* "127.0.0.1:8787", "[::1]:0" */
	struct db *db;
	struct service *service;
};

/* 0, or negative errno with the address in the text. */
int server_new(struct loop *loop, const struct server_params *params,
	struct server **ret, struct err *err) MUST_CHECK;
/* Commits and answers what it holds, then closes. NULL is fine. */
void server_free(struct server *server);
uint16_t server_port(const struct server *server);

#endif
