#include "net/http.h"

#include "../support/net_http_world.h"
#include "../support/net_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY_CALLS = 60 };

static void ask(struct http_world *world, const char *method,
	const char *target, const char *body, size_t len)
{
	static const char *const headers[] = {
		"Content-Type: a/b", "Accept:", NULL};
	const struct http_request request = {
		.method = method,
		.url = http_world_url(httpd_port(world->httpd), target),
		.headers = headers,
		.body = body,
		.body_len = len,
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->answered = false;
	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	net_turn_until(world->loop, &world->answered);
}

static void test_get(void **state)
{
	struct http_world *world = *state;

	http_world_get(
		world, httpd_port(world->httpd), "/a/../b%2Fc//d?x=1&y=%20");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(world->status, 200);
	assert_string_equal(world->body, "GET /a/../b%2Fc//d?x=1&y=%20 - ");
	assert_string_equal(world->type, "text/plain");
}

static void test_methods_and_bodies(void **state)
{
	static const char *const methods[] = {
		"POST", "PUT", "PATCH", "DELETE", "GET"};
	struct http_world *world = *state;
	char expected[64];

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		int n = snprintf(expected, sizeof(expected), "%s /x a/b be\ny",
			methods[i]);

		expected[n] = '\0';
		ask(world, methods[i], "/x", "be\ny\0z", 6);
		assert_int_equal(world->status, 200);
		assert_int_equal(world->body_len, (size_t)n + 2);
		assert_memory_equal(world->body, expected, (size_t)n + 1);
		assert_int_equal(world->body[n + 1], 'z');
	}
	ask(world, "POST", "/x", NULL, 0);
	assert_string_equal(world->body, "POST /x a/b ");
	ask(world, "DELETE", "/x", NULL, 0);
	assert_string_equal(world->body, "DELETE /x a/b ");
	ask(world, "HEAD", "/x", NULL, 0);
	assert_int_equal(world->status, 200);
	assert_int_equal(world->body_len, 0);
	ask(world, "GET", "/x", NULL, 0);
	assert_string_equal(world->body, "GET /x a/b ");
}

static void test_error_status_is_an_answer(void **state)
{
	struct http_world *world = *state;

	http_world_get(world, httpd_port(world->httpd), "/fault");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(world->status, 503);
	assert_string_equal(world->body, "later");
}

static void test_redirect_is_not_followed(void **state)
{
	struct http_world *world = *state;

	http_world_get(world, httpd_port(world->httpd), "/moved");
	assert_int_equal(world->status, 302);
	assert_int_equal(world->requests, 1);
}

static void test_many_at_once(void **state)
{
	struct http_world *world = *state;
	int all = MANY_CALLS;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY_CALLS; i++)
			assert_non_null(http_world_start(world, "GET",
				http_world_url(
					httpd_port(world->httpd), "/hello")));
		assert_int_equal(world->answers, all - MANY_CALLS);
		while (world->answers < all) {
			world->answered = false;
			net_turn_until(world->loop, &world->answered);
			assert_int_equal(world->failure, HTTP_OK);
		}
		all += MANY_CALLS;
	}
}

static void test_timeout(void **state)
{
	struct http_world *world = *state;
	struct http_request request = {
		.method = "GET",
		.url = http_world_url(httpd_port(world->httpd), "/hold"),
		.timeout_ms = 300,
		.max_body_bytes = MAX_BODY,
	};

	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_TIMEOUT);
	assert_string_equal(world->why, "no answer within 300 ms");
	/* One without time was never sent. */
	world->answered = false;
	request.timeout_ms = 0;
	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_int_equal(world->requests, 1);
}

static void test_unreachable(void **state)
{
	struct http_world *world = *state;

	http_world_get(world, net_closed_port(), "/");
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_true(strlen(world->why) > 0);
	assert_null(strstr(world->why, " after "));
	assert_int_equal(world->body_len, 0);
}

static void test_refused_requests(void **state)
{
	static const char *const evil[] = {"X: a\r\nY: b", NULL};
	struct http_world *world = *state;
	struct http_request request = {
		.method = "GET",
		.url = "ftp://127.0.0.1/",
		.timeout_ms = NET_PATIENCE_MS,
	};

	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	request.url = http_world_url(httpd_port(world->httpd), "/");
	request.headers = evil;
	world->answered = false;
	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_non_null(strstr(world->why, "line break"));
	request.headers = NULL;
	request.method = "GET / HTTP/1.1\r\n";
	world->answered = false;
	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	request.method = "GET";
	request.url = http_world_url(
		httpd_port(world->httpd), "/ HTTP/1.1\r\nX: y\r\n");
	world->answered = false;
	assert_non_null(
		http_start(world->http, &request, http_world_on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_int_equal(world->requests, 0);
}

static void test_too_large(void **state)
{
	struct http_world *world = *state;

	http_world_get(world, httpd_port(world->httpd), "/big");
	assert_int_equal(world->failure, HTTP_TOO_LARGE);
	assert_int_equal(world->status, 200);
	assert_int_equal(world->body_len, 0);
	http_world_get(world, httpd_port(world->httpd), "/hello");
	assert_int_equal(world->failure, HTTP_OK);
}

static void test_dropped(void **state)
{
	struct http_world *world = *state;

	http_world_get(world, httpd_port(world->httpd), "/drop");
	assert_int_equal(world->failure, HTTP_BROKEN);
}

static void test_cancel(void **state)
{
	struct http_world *world = *state;
	const char *to = http_world_url(httpd_port(world->httpd), "/hello");
	struct http_call *call = http_world_start(world, "GET", to);

	http_cancel(call);
	http_cancel(NULL);
	http_cancel(http_world_start(world, "GET", "bad://"));
	call = http_world_start(world, "GET",
		http_world_url(httpd_port(world->httpd), "/hold"));
	for (int i = 0; i < 1000 && !world->held; i++)
		loop_turn(world->loop, 100);
	assert_non_null(world->held);
	http_cancel(call);
	http_world_get(world, httpd_port(world->httpd), "/hello");
	assert_int_equal(world->answers, 1);
}

static void note_order(const struct http_answer *answer, void *arg)
{
	char *order = arg;

	order[strlen(order)] = answer->failure == HTTP_UNREACHABLE
				       ? '-'
				       : answer->body[strlen("GET /")];
}

/* With one connection: begun in the order they came, unless given up. */
static void test_calls_wait_their_turn(void **state)
{
	struct http_world *world = *state;
	char order[8] = "";
	struct err err;
	struct http_call *hold, *victim;
	struct http_request request = {
		.method = "GET",
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	http_free(world->http);
	world->http = http_new(
		world->loop, &(struct http_params){.max_connections = 1}, &err);
	hold = http_world_start(world, "GET",
		http_world_url(httpd_port(world->httpd), "/hold"));
	for (const char *name = "/a\0/b\0/c\0/d\0"; *name; name += 3) {
		request.url = http_world_url(httpd_port(world->httpd), name);
		request.timeout_ms = name[1] == 'b' ? 0 : NET_PATIENCE_MS;
		victim = http_start(world->http, &request, note_order, order);
		if (name[1] == 'c')
			http_cancel(victim);
	}
	for (int i = 0; i < 1000 && !(world->held && order[0]); i++)
		loop_turn(world->loop, 100);
	assert_string_equal(order, "-");
	assert_int_equal(world->requests, 1);
	http_cancel(hold);
	for (int i = 0; i < 1000 && !order[2]; i++)
		loop_turn(world->loop, 100);
	assert_string_equal(order, "-ad");
	assert_int_equal(world->requests, 3);
}

static void cancel_others(const struct http_answer *answer, void *arg)
{
	struct http_world *world = arg;

	http_world_on_answer(answer, arg);
	http_cancel(world->victim);
	http_cancel(world->self);
	/* The place is free at once. */
	assert_non_null(http_world_start(world, "GET", "http://127.0.0.1:1/"));
}

static void test_cancel_in_a_callback(void **state)
{
	struct http_world *world = *state;
	const struct http_request request = {
		.method = "GET",
		.url = http_world_url(httpd_port(world->httpd), "/hello"),
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->self = http_start(world->http, &request, cancel_others, world);
	world->victim = http_world_start(world, "GET",
		http_world_url(httpd_port(world->httpd), "/hold"));
	while (world->answers == 0)
		loop_turn(world->loop, 100);
	world->answered = false;
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->answers, 2);
}

static void free_client(const struct http_answer *answer, void *arg)
{
	struct http_world *world = arg;

	http_world_on_answer(answer, arg);
	http_free(world->http);
	world->http = NULL;
}

static void test_free_in_a_callback(void **state)
{
	struct http_world *world = *state;
	const struct http_request request = {
		.method = "GET",
		.url = http_world_url(httpd_port(world->httpd), "/hello"),
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	assert_non_null(http_start(world->http, &request, free_client, world));
	for (int i = 0; i < 5; i++)
		assert_non_null(http_world_start(world, "GET",
			http_world_url(httpd_port(world->httpd), "/hold")));
	while (world->http)
		loop_turn(world->loop, 100);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 0);
	assert_int_equal(world->answers, 1);
}

static void test_free_with_calls_under_way(void **state)
{
	struct http_world *world = *state;

	for (int i = 0; i < MANY_CALLS; i++)
		assert_non_null(http_world_start(world, "GET",
			http_world_url(httpd_port(world->httpd), "/hello")));
	loop_turn(world->loop, 0);
	http_free(world->http);
	world->http = NULL;
	assert_int_equal(world->answers, 0);
}

static void test_bad_ca_file(void **state)
{
	struct http_world *world = *state;
	struct err err = {.code = 0};
	const struct http_params params = {.ca_file = "/nonexistent/ca.pem"};

	assert_null(http_new(world->loop, &params, &err));
	assert_int_not_equal(err.code, 0);
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
}

static void test_over_a_unix_socket(void **state)
{
	struct http_world *world = *state;
	struct err err = {.code = 0};
	char path[] = "/tmp/test_http.XXXXXX";
	int fd = mkstemp(path);
	const struct httpd_params server = {
		.unix_path = path,
		.max_header_bytes = 8192,
		.max_body_bytes = 65536,
		.idle_timeout_s = 60,
	};
	const struct http_params client = {.unix_path = path};

	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	http_free(world->http);
	httpd_free(world->httpd);
	world->httpd =
		httpd_new(world->loop, &server, http_world_serve, world, &err);
	world->http = http_new(world->loop, &client, &err);
	assert_non_null(world->httpd);
	assert_non_null(
		http_world_start(world, "GET", "http://localhost/over/unix"));
	net_turn_until(world->loop, &world->answered);
	assert_string_equal(world->body, "GET /over/unix - ");
	httpd_free(world->httpd);
	world->httpd = NULL;
	assert_int_not_equal(access(path, F_OK), 0);
}

#define HTTP_TEST(fn)                                                          \
	cmocka_unit_test_setup_teardown(                                       \
		fn, http_world_setup, http_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(test_get),
		HTTP_TEST(test_methods_and_bodies),
		HTTP_TEST(test_error_status_is_an_answer),
		HTTP_TEST(test_redirect_is_not_followed),
		HTTP_TEST(test_many_at_once),
		HTTP_TEST(test_timeout),
		HTTP_TEST(test_unreachable),
		HTTP_TEST(test_refused_requests),
		HTTP_TEST(test_too_large),
		HTTP_TEST(test_dropped),
		HTTP_TEST(test_cancel),
		HTTP_TEST(test_calls_wait_their_turn),
		HTTP_TEST(test_cancel_in_a_callback),
		HTTP_TEST(test_free_in_a_callback),
		HTTP_TEST(test_free_with_calls_under_way),
		HTTP_TEST(test_bad_ca_file),
		HTTP_TEST(test_over_a_unix_socket),
	};

	/* A proxy of the environment is no matter of these tests. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
