#include "net/httpd.h"

#include "../support/net_peer.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_BODY = 1000, TURNS = 50 };

struct world {
	struct loop *loop;
	struct httpd *httpd;
	struct httpd_request *held;
	int requests;
	bool hold;      /* keep the request for later */
	bool free_here; /* free the server in the handler */
	char seen[4096];
	int fd;
};

static void add_seen(const char *name, const char *value, void *arg)
{
	struct world *world = arg;
	size_t len = strlen(world->seen);

	snprintf(world->seen + len, sizeof(world->seen) - len, "%s=%s;", name,
		value);
}

static void serve(struct httpd_request *request, void *arg)
{
	struct world *world = arg;
	size_t len;
	const char *body = httpd_body(request, &len);

	world->requests++;
	snprintf(world->seen, sizeof(world->seen), "%s %s %s;",
		httpd_method(request), httpd_target(request), body);
	httpd_each_header(request, add_seen, world);
	if (world->free_here)
		httpd_free(TAKE(world->httpd));
	if (world->hold) {
		world->held = request;
		return;
	}
	httpd_add_header(request, "X-Bad", "a\r\nSet-Cookie: b");
	httpd_reply(request, 200, "text/plain", "ok", 2);
}

static int setup(void **state)
{
	static struct world world;
	struct err err;
	const struct httpd_params params = {
		.address = "127.0.0.1:0",
		.max_header_bytes = 2000,
		.max_body_bytes = MAX_BODY,
		.idle_timeout_s = 60,
	};

	memset(&world, 0, sizeof(world));
	world.loop = loop_new();
	world.httpd = httpd_new(world.loop, &params, serve, &world, &err);
	if (!world.httpd)
		return -1;
	world.fd = net_dial(httpd_port(world.httpd));
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->fd >= 0)
		close(world->fd);
	httpd_free(world->httpd);
	loop_free(world->loop);
	return 0;
}

/* Sends, and reads until the text holds `end`, or the connection ends. */
static const char *exchange(
	struct world *world, const char *request, const char *end)
{
	static char text[8192];
	size_t len = 0;

	net_says(world->fd, request);
	do {
		size_t n = net_turn_and_read(
			world->loop, world->fd, text + len, sizeof(text) - len);

		if (n == 0)
			break;
		len += n;
	} while (!strstr(text, end));
	text[len] = '\0';
	return text;
}

static void hold_one(struct world *world)
{
	world->hold = true;
	net_says(world->fd, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
	for (int i = 0; i < 1000 && !world->held; i++)
		loop_turn(world->loop, 100);
	assert_non_null(world->held);
	world->hold = false;
}

static void test_keep_alive_and_pipelining(void **state)
{
	struct world *world = *state;
	const char *text = exchange(world,
		"GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
		"POST /two?a=%2F HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
		"X-A: 1\r\nx-a: 2\r\n\r\nabc"
		"GET /three HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"Connection: close");

	assert_int_equal(world->requests, 3);
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	text = exchange(world, "", "never");
	assert_string_equal(
		world->seen, "GET /three ;Host=h;Connection=close;");
}

static void test_headers_and_body(void **state)
{
	struct world *world = *state;
	const char *text = exchange(world,
		"PUT //a/../b?c=%20%2f HTTP/1.1\r\nHost: h\r\n"
		"X-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"ok");

	assert_string_equal(world->seen,
		"PUT //a/../b?c=%20%2f abcde;Host=h;X-A=1;x-a=2;"
		"Transfer-Encoding=chunked;");
	assert_non_null(strstr(text, "Content-Type: text/plain\r\n"));
	assert_non_null(strstr(text, "Content-Length: 2\r\n"));
	assert_null(strstr(text, "Cookie"));
}

static void test_garbage_is_answered_with_400(void **state)
{
	static const char *const garbage[] = {
		"NICK belfry the bridge\r\n\r\n",
		"GET / HTTP/banana\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		assert_non_null(
			strstr(exchange(world, garbage[i], "never"), " 400 "));
		close(world->fd);
		world->fd = net_dial(httpd_port(world->httpd));
	}
	assert_int_equal(world->requests, 0);
}

static void test_headers_too_large(void **state)
{
	struct world *world = *state;
	char text[3000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "GET / HTTP/1.1\r\nX: ", 19);
	assert_non_null(strstr(exchange(world, text, "never"), " 431 "));
	assert_int_equal(world->requests, 0);
}

static void test_body_too_large(void **state)
{
	struct world *world = *state;
	char text[MAX_BODY + 200];
	int n = snprintf(text, sizeof(text),
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
		MAX_BODY + 1);

	memset(text + n, 'b', MAX_BODY + 1);
	text[n + MAX_BODY + 1] = '\0';
	assert_non_null(strstr(exchange(world, text, "never"), " 413 "));
	assert_int_equal(world->requests, 0);
}

static void test_chunks_too_large(void **state)
{
	struct world *world = *state;

	assert_non_null(strstr(exchange(world,
				       "POST / HTTP/1.1\r\nHost: h\r\n"
				       "Transfer-Encoding: chunked\r\n\r\n"
				       "ffffff\r\n",
				       "never"),
		" 413 "));
	assert_int_equal(world->requests, 0);
}

/* The request after them must not begin with their bodies. */
static void test_bodies_of_all_methods(void **state)
{
	struct world *world = *state;

	exchange(world,
		"DELETE /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
		"GET /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
		"Connection: close\r\n\r\n[1]",
		"never");
	assert_int_equal(world->requests, 2);
	assert_non_null(strstr(world->seen, "GET /b [1];"));
}

static void test_absolute_target(void **state)
{
	struct world *world = *state;

	assert_non_null(strstr(exchange(world,
				       "GET http://h:1/p?q=1 HTTP/1.1\r\n"
				       "Host: h\r\n\r\n",
				       "ok"),
		" 200 "));
	assert_non_null(strstr(world->seen, "GET /p?q=1 "));
}

static void test_continue(void **state)
{
	struct world *world = *state;
	const char *text = exchange(world,
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
		"Expect: 100-continue\r\n\r\n",
		"\r\n\r\n");

	assert_string_equal(text, "HTTP/1.1 100 Continue\r\n\r\n");
	text = exchange(world, "abc", "ok");
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(world->seen, "POST / abc;"));
}

static void test_http_1_0(void **state)
{
	struct world *world = *state;
	const char *text = exchange(world,
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "ok");

	assert_non_null(strstr(text, "Connection: keep-alive\r\n"));
	text = exchange(world, "GET / HTTP/1.0\r\n\r\n", "never");
	assert_non_null(strstr(text, "Connection: close\r\n"));
	assert_int_equal(world->requests, 2);
}

static void test_head_and_no_content(void **state)
{
	struct world *world = *state;
	const char *text = exchange(world,
		"HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"never");

	assert_non_null(strstr(text, "Content-Length: 2\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}

static void refuse(struct httpd_request *request, void *arg)
{
	int status;
	const char *reason = httpd_refusal(request, &status);

	(void)arg;
	httpd_reply(request, status + 10, "x/y", reason, 4);
}

static void test_refusals_in_the_shape_of_the_owner(void **state)
{
	struct world *world = *state;
	struct err err;
	const struct httpd_params params = {
		.address = "127.0.0.1:0",
		.max_header_bytes = 100,
		.idle_timeout_s = 60,
		.refused = refuse,
	};

	close(world->fd);
	httpd_free(world->httpd);
	world->httpd = httpd_new(world->loop, &params, serve, world, &err);
	world->fd = net_dial(httpd_port(world->httpd));
	const char *text = exchange(world, "\x16\x03\x01", "never");

	assert_non_null(strstr(text, " 410 "));
	assert_non_null(strstr(text, "Connection: close\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nThis"));
	assert_int_equal(world->requests, 0);
}

/* Closes its half: what it began is refused, and it hears so. */
static void test_half_a_request(void **state)
{
	struct world *world = *state;

	net_says(world->fd, "POST / HTTP/1.1\r\nHost: h\r\n");
	shutdown(world->fd, SHUT_WR);
	assert_non_null(strstr(exchange(world, "", "never"), " 400 "));
	assert_int_equal(world->requests, 0);
}

/* A byte now and then does not keep a request open. */
static void test_slow_request(void **state)
{
	struct world *world = *state;

	clock_freeze(1000000, 1600000000000);
	net_says(world->fd, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 7; i++) {
		for (int turn = 0; turn < TURNS; turn++)
			loop_turn(world->loop, 1);
		clock_advance(9000);
		net_says(world->fd, "X: 1\r\n");
	}
	const char *text = exchange(world, "", "whole after");

	clock_unfreeze();
	assert_non_null(strstr(text, " 408 "));
	assert_int_equal(world->requests, 0);
}

static void test_idle_connection(void **state)
{
	struct world *world = *state;

	clock_freeze(1000000, 1600000000000);
	exchange(world, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "ok");
	for (int turn = 0; turn < TURNS; turn++)
		loop_turn(world->loop, 1);
	clock_advance(61000);
	const char *text = exchange(world, "", "never");

	clock_unfreeze();
	assert_string_equal(text, "");
}

static void test_other_methods(void **state)
{
	struct world *world = *state;

	assert_non_null(strstr(
		exchange(world, "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", "never"),
		" 501 "));
	assert_int_equal(world->requests, 0);
}

static void test_late_answer(void **state)
{
	struct world *world = *state;

	hold_one(world);
	assert_string_equal(httpd_target(world->held), "/hold");
	httpd_reply(world->held, 404, NULL, NULL, 0);
	assert_non_null(strstr(exchange(world, "", "\r\n\r\n"), " 404 "));
	/* The connection serves on. */
	assert_non_null(strstr(
		exchange(world, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "ok"),
		" 200 "));
}

static void test_drop(void **state)
{
	struct world *world = *state;

	hold_one(world);
	httpd_drop(world->held);
	assert_string_equal(exchange(world, "", "never"), "");
}

/* The headers promise all of it. */
static void test_cut_body(void **state)
{
	struct world *world = *state;

	hold_one(world);
	httpd_cut_body(world->held, 3);
	httpd_reply(world->held, 200, NULL, "abcdef", 6);
	const char *text = exchange(world, "", "never");

	assert_non_null(strstr(text, "Content-Length: 6\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\nabc");
}

static void reset(struct world *world)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(world->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(world->fd);
	world->fd = -1;
	for (int i = 0; i < TURNS; i++)
		loop_turn(world->loop, 1);
}

static void test_client_gone_before_answer(void **state)
{
	struct world *world = *state;
	char body[1] = "x";

	hold_one(world);
	close(world->fd);
	world->fd = -1;
	for (int i = 0; i < TURNS; i++)
		loop_turn(world->loop, 1);
	assert_string_equal(httpd_target(world->held), "/hold");
	httpd_reply(world->held, 200, NULL, body, 1);
	for (int i = 0; i < TURNS; i++)
		loop_turn(world->loop, 1);
}

static void test_client_reset_before_answer(void **state)
{
	struct world *world = *state;

	hold_one(world);
	reset(world);
	assert_string_equal(httpd_method(world->held), "GET");
	httpd_reply(world->held, 200, NULL, "x", 1);
	for (int i = 0; i < TURNS; i++)
		loop_turn(world->loop, 1);
}

static void test_client_reset_before_drop(void **state)
{
	struct world *world = *state;

	hold_one(world);
	reset(world);
	httpd_drop(world->held);
	for (int i = 0; i < TURNS; i++)
		loop_turn(world->loop, 1);
}

static void test_client_gone_while_it_is_answered(void **state)
{
	static char much[4 * 1024 * 1024];
	struct world *world = *state;

	hold_one(world);
	httpd_reply(world->held, 200, NULL, much, sizeof(much));
	loop_turn(world->loop, 0);
	reset(world);
}

static void test_answer_after_free(void **state)
{
	struct world *world = *state;

	hold_one(world);
	httpd_free(world->httpd);
	world->httpd = NULL;
	loop_turn(world->loop, 0);
	assert_string_equal(httpd_header(world->held, "host"), "h");
	httpd_reply(world->held, 200, NULL, "x", 1);
	assert_string_equal(exchange(world, "", "never"), "");
}

static void test_answer_between_free_and_turn(void **state)
{
	struct world *world = *state;

	hold_one(world);
	httpd_free(world->httpd);
	world->httpd = NULL;
	httpd_drop(world->held);
	assert_string_equal(exchange(world, "", "never"), "");
}

static void test_free_in_the_handler(void **state)
{
	struct world *world = *state;

	world->free_here = true;
	net_says(world->fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	for (int i = 0; i < 1000 && world->requests == 0; i++)
		loop_turn(world->loop, 100);
	exchange(world, "", "never");
	assert_null(world->httpd);
	assert_int_equal(world->requests, 1);
}

static void test_address_in_use(void **state)
{
	struct world *world = *state;
	struct err err = {.code = 0};
	char address[32];
	const struct httpd_params params = {
		.address = address, .max_header_bytes = 1};

	snprintf(address, sizeof(address), "127.0.0.1:%u",
		httpd_port(world->httpd));
	assert_null(httpd_new(world->loop, &params, serve, world, &err));
	assert_non_null(strstr(err.text, address));
}

#define HTTPD_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTPD_TEST(test_keep_alive_and_pipelining),
		HTTPD_TEST(test_headers_and_body),
		HTTPD_TEST(test_garbage_is_answered_with_400),
		HTTPD_TEST(test_headers_too_large),
		HTTPD_TEST(test_body_too_large),
		HTTPD_TEST(test_chunks_too_large),
		HTTPD_TEST(test_bodies_of_all_methods),
		HTTPD_TEST(test_absolute_target),
		HTTPD_TEST(test_continue),
		HTTPD_TEST(test_http_1_0),
		HTTPD_TEST(test_head_and_no_content),
		HTTPD_TEST(test_refusals_in_the_shape_of_the_owner),
		HTTPD_TEST(test_half_a_request),
		HTTPD_TEST(test_slow_request),
		HTTPD_TEST(test_idle_connection),
		HTTPD_TEST(test_other_methods),
		HTTPD_TEST(test_late_answer),
		HTTPD_TEST(test_drop),
		HTTPD_TEST(test_cut_body),
		HTTPD_TEST(test_client_gone_before_answer),
		HTTPD_TEST(test_client_reset_before_answer),
		HTTPD_TEST(test_client_reset_before_drop),
		HTTPD_TEST(test_client_gone_while_it_is_answered),
		HTTPD_TEST(test_answer_after_free),
		HTTPD_TEST(test_answer_between_free_and_turn),
		HTTPD_TEST(test_free_in_the_handler),
		HTTPD_TEST(test_address_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
