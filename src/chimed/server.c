#include "chimed/server.h"

#include "chimed/janitor.h"
#include "chimed/outbox.h"
#include "net/httpd.h"
#include "util/alloc.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct held {
	struct httpd_request *request;
	struct answer answer;
	struct held *next;
};

struct server {
	struct db *db;
	struct service *service;
	struct httpd *httpd;
	struct outbox *outbox;
	struct loop_hook *turn_end;
	struct timer *sweep;
	struct held *held; /* oldest first */
	struct held *held_last;
	unsigned held_count;
};

struct headers {
	struct sigv4_header list[SIGV4_MAX_HEADERS];
	size_t count;
};

static void add_header(const char *name, const char *value, void *arg)
{
	struct headers *headers = arg;

	if (headers->count < SIGV4_MAX_HEADERS)
		headers->list[headers->count++] =
			(struct sigv4_header){name, value};
}

static void handle(struct server *server, struct httpd_request *http,
	struct answer *answer)
{
	struct headers headers = {.count = 0};
	struct service_request request = {
		.method = httpd_method(http),
		.target = httpd_target(http),
		.bearer = httpd_header(http, "x-amz-chime-bearer"),
		.headers = headers.list,
	};

	httpd_each_header(http, add_header, &headers);
	request.header_count = headers.count;
	request.body = httpd_body(http, &request.body_len);
	service_handle(server->service, &request, answer);
	log_debug("request", "%s %s: %d %s", request.method, request.target,
		answer->status, answer->error_type == NULL ? "" : answer->body);
}

static void flush(struct server *server)
{
	struct held *each, *next;
	bool kept = db_commit(server->db);

	LL_FOREACH_SAFE (server->held, each, next) {
		if (!kept)
			answer_fault(&each->answer, FAULT_UNAVAILABLE,
				"The state file cannot be written");
		outbox_send(server->outbox, each->request, &each->answer);
		free(each);
	}
	server->held = NULL;
	server->held_last = NULL;
	server->held_count = 0;
	if (!timer_is_armed(server->sweep) && janitor_is_due(server->db))
		timer_arm(server->sweep, SERVER_SWEEP_MS);
}

static struct held *held_new(struct httpd_request *http)
{
	struct held *held = xcalloc(1, sizeof(*held));

	held->request = http;
	answer_init(&held->answer);
	return held;
}

/* What is no HTTP request gets an answer of the same shape, at once. */
static void server_on_refused(struct httpd_request *http, void *arg)
{
	struct server *server = arg;
	struct held *held = held_new(http);
	int status;
	const char *reason = httpd_refusal(http, &status);

	answer_fault(&held->answer,
		status < 500 ? FAULT_BAD_REQUEST : FAULT_UNKNOWN_OPERATION,
		"%s", reason);
	held->answer.status = status;
	log_debug("request", "refused: %d %s", status, held->answer.body);
	outbox_send(server->outbox, held->request, &held->answer);
	free(held);
}

static void server_on_request(struct httpd_request *http, void *arg)
{
	struct server *server = arg;
	struct held *held = held_new(http);

	db_begin(server->db);
	handle(server, http, &held->answer);
	if (server->held_last == NULL)
		server->held = held;
	else
		server->held_last->next = held;
	server->held_last = held;
	if (++server->held_count >= SERVER_HELD)
		flush(server);
}

static void server_on_turn_end(void *arg)
{
	struct server *server = arg;

	if (db_is_open(server->db))
		flush(server);
}

static void server_on_sweep(void *arg)
{
	struct server *server = arg;

	db_begin(server->db);
	janitor_step(server->db);
	if (db_has_failed(server->db))
		timer_arm(server->sweep, SERVER_SWEEP_RETRY_MS);
}

int server_new(struct loop *loop, const struct server_params *params,
	struct server **ret, struct err *err)
{
	struct server *server = xcalloc(1, sizeof(*server));

	server->db = params->db;
	server->service = params->service;
	server->httpd = httpd_new(loop,
		&(struct httpd_params){
			.address = params->listen,
			.max_header_bytes = SERVICE_HEADER_BYTES,
			.max_body_bytes = SERVICE_BODY_BYTES,
			.idle_timeout_s = SERVER_IDLE_S,
			.refused = server_on_refused,
		},
		server_on_request, server, err);
	if (server->httpd == NULL) {
		free(server);
		return err->code;
	}
	server->outbox = outbox_new(loop);
	server->turn_end = loop_hook_new(loop, server_on_turn_end, server);
	server->sweep = timer_new(loop, server_on_sweep, server);
	timer_arm(server->sweep, 0);
	*ret = server;
	return 0;
}

void server_free(struct server *server)
{
	if (server == NULL)
		return;
	server_on_turn_end(server);
	outbox_free(server->outbox);
	httpd_free(server->httpd);
	loop_hook_free(server->turn_end);
	timer_free(server->sweep);
	free(server);
}

uint16_t server_port(const struct server *server)
{
	return httpd_port(server->httpd);
}
