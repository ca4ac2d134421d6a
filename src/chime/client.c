#include "chime/client.h"

#include "chime/call.h"
#include "chime/client_private.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_TIMEOUT_MS = 10 * 1000,
	URL_BYTES = 40 << 10,
	LINES_BYTES = 32 << 10,
};

static int endpoint_setup(struct endpoint *endpoint, const char *given,
	const char *plane, const struct chime_client_params *params,
	struct err *err)
{
	char AUTOFREE *usual = xasprintf(
		"https://%s-chime.%s.amazonaws.com", plane, params->region);
	return endpoint_init(endpoint, given ? given : usual, err);
}

static int endpoints_setup(struct chime_client *client,
	const struct chime_client_params *params, struct err *err)
{
	int r = endpoint_setup(&client->endpoints[CHIME_MESSAGING],
		params->messaging_endpoint, "messaging", params, err);
	if (r == 0)
		r = endpoint_setup(&client->endpoints[CHIME_IDENTITY],
			params->identity_endpoint, "identity", params, err);
	return r;
}

static int http_setup(struct chime_client *client,
	const struct chime_client_params *params, struct err *err)
{
	const struct http_params http = {
		.user_agent =
			params->user_agent ? params->user_agent : "belfry",
		.ca_file = params->ca_file,
		.max_connections = params->max_connections,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
	};
	client->http = http_new(client->loop, &http, err);
	return client->http ? 0 : err->code;
}

static void budget_setup(
	struct chime_client *client, const struct chime_client_params *params)
{
	struct budget_limits limits;
	budget_limits_default(&limits, params->region);
	client->budget = budget_new(
		client->loop, params->limits ? params->limits : &limits);
}

struct chime_client *chime_client_new(struct loop *loop,
	const struct chime_client_params *params, struct err *err)
{
	struct chime_client *client = xcalloc(1, sizeof(*client));
	client->loop = loop;
	client->creds = params->creds;
	client->region = xstrdup(params->region);
	client->deadline_ms =
		params->deadline_ms ? params->deadline_ms : CHIME_DEADLINE_MS;
	sigv4_signed_init(&client->out);
	buf_init(&client->url, URL_BYTES);
	buf_init(&client->lines, LINES_BYTES);
	budget_setup(client, params);
	if (endpoints_setup(client, params, err) != 0 ||
		http_setup(client, params, err) != 0) {
		chime_client_free(client);
		return NULL;
	}
	return client;
}

void chime_client_free(struct chime_client *client)
{
	if (!client)
		return;
	while (client->calls)
		chime_cancel(client->calls);
	http_free(client->http);
	budget_free(client->budget);
	for (size_t i = 0; i < CHIME_PLANE_COUNT; i++)
		endpoint_release(&client->endpoints[i]);
	sigv4_signed_release(&client->out);
	buf_release(&client->url);
	if (client->lines.size > 0)
		explicit_bzero(client->lines.data, client->lines.size);
	buf_release(&client->lines);
	free(client->region);
	free(client);
}

void chime_client_stats(
	const struct chime_client *client, struct chime_stats *ret)
{
	*ret = client->stats;
	ret->in_flight = client->call_count;
	ret->waiting = budget_waiting(client->budget);
	ret->clock_offset_ms = client->clock_offset_ms;
}

uint64_t chime_client_count(const struct chime_client *client, enum chime_op op,
	enum chime_error error)
{
	return client->counts[op][error];
}

struct budget *chime_client_budget(struct chime_client *client)
{
	return client->budget;
}
