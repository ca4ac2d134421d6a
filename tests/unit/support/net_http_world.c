#include "net_http_world.h"

#include "net_peer.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reply(struct httpd_request *request, int status, const char *text)
{
	httpd_reply(request, status, "text/plain", text, strlen(text));
}

static void echo(struct httpd_request *request)
{
	static char text[2 * MAX_BODY];
	size_t len;
	const char *body = httpd_body(request, &len);
	const char *type = httpd_header(request, "content-type");
	int n = snprintf(text, sizeof(text), "%s %s %s ", httpd_method(request),
		httpd_target(request), type ? type : "-");

	memcpy(text + n, body, len);
	httpd_add_header(request, "X-Echo", "yes");
	httpd_reply(request, 200, "text/plain", text, (size_t)n + len);
}

static void big(struct httpd_request *request)
{
	static char text[MAX_BODY + 1];

	memset(text, 'x', sizeof(text));
	httpd_reply(request, 200, NULL, text, sizeof(text));
}

void http_world_serve(struct httpd_request *request, void *arg)
{
	struct http_world *world = arg;
	const char *target = httpd_target(request);

	world->requests++;
	if (strcmp(target, "/hold") == 0) {
		if (world->held)
			reply(world->held, 200, "too late");
		world->held = request;
	} else if (strcmp(target, "/drop") == 0)
		httpd_drop(request);
	else if (strcmp(target, "/moved") == 0) {
		httpd_add_header(request, "Location", "/hello");
		reply(request, 302, "elsewhere");
	} else if (strcmp(target, "/big") == 0)
		big(request);
	else if (strcmp(target, "/fault") == 0)
		reply(request, 503, "later");
	else
		echo(request);
}

int http_world_setup(void **state)
{
	static struct http_world world;
	struct err err;
	const struct httpd_params server = {
		.address = "127.0.0.1:0",
		.max_header_bytes = 8192,
		.max_body_bytes = 65536,
		.idle_timeout_s = 60,
	};
	const struct http_params client = {
		.user_agent = "test/1", .max_connections = 4};

	memset(&world, 0, sizeof(world));
	world.loop = loop_new();
	world.httpd =
		httpd_new(world.loop, &server, http_world_serve, &world, &err);
	world.http = http_new(world.loop, &client, &err);
	*state = &world;
	return world.httpd && world.http ? 0 : -1;
}

int http_world_teardown(void **state)
{
	struct http_world *world = *state;

	http_free(world->http);
	httpd_free(world->httpd);
	if (world->held)
		reply(world->held, 200, "to nowhere");
	loop_free(world->loop);
	return 0;
}

void http_world_on_answer(const struct http_answer *answer, void *arg)
{
	struct http_world *world = arg;
	const char *type = http_header(answer, "content-type");

	world->answers++;
	world->answered = true;
	world->failure = answer->failure;
	world->status = answer->status;
	snprintf(world->why, sizeof(world->why), "%s",
		answer->why ? answer->why : "");
	snprintf(world->type, sizeof(world->type), "%s", type ? type : "");
	assert_true(answer->body_len <= MAX_BODY);
	memcpy(world->body, answer->body, answer->body_len + 1);
	assert_int_equal(answer->body[answer->body_len], '\0');
	world->body_len = answer->body_len;
	assert_int_equal(answer->failure == HTTP_OK, answer->why == NULL);
}

const char *http_world_url(uint16_t port, const char *target)
{
	static char text[256];

	snprintf(text, sizeof(text), "http://127.0.0.1:%u%s", port, target);
	return text;
}

struct http_call *http_world_start(
	struct http_world *world, const char *method, const char *to)
{
	const struct http_request request = {
		.method = method,
		.url = to,
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->answered = false;
	return http_start(world->http, &request, http_world_on_answer, world);
}

void http_world_get(struct http_world *world, uint16_t port, const char *target)
{
	assert_non_null(
		http_world_start(world, "GET", http_world_url(port, target)));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
}
