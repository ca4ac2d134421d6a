#include "../support/net_cert.h"
#include "../support/net_peer.h"
#include "net/http.h"
#include "net/httpd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY_CALLS = 60, MAX_BODY = 10000, ROUNDS = 20 };

/* A client, a server of ours, and what came last. */
struct world {
	struct loop *loop;
	struct http *http;
	struct httpd *httpd;
	struct httpd_request *held; /* answered by nobody */
	int requests;               /* that the server saw */
	int answers;
	bool answered;
	enum http_failure failure;
	int status;
	char why[512];
	char body[MAX_BODY + 1];
	size_t body_len;
	char type[64];
	struct http_call *victim;
	struct http_call *self;
};

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

static void serve(struct httpd_request *request, void *arg)
{
	struct world *world = arg;
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

static int setup(void **state)
{
	static struct world world;
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
	world.httpd = httpd_new(world.loop, &server, serve, &world, &err);
	world.http = http_new(world.loop, &client, &err);
	*state = &world;
	return world.httpd && world.http ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *world = *state;

	http_free(world->http);
	httpd_free(world->httpd);
	if (world->held)
		reply(world->held, 200, "to nowhere");
	loop_free(world->loop);
	return 0;
}

static void on_answer(const struct http_answer *answer, void *arg)
{
	struct world *world = arg;
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

static const char *url(uint16_t port, const char *target)
{
	static char text[256];

	snprintf(text, sizeof(text), "http://127.0.0.1:%u%s", port, target);
	return text;
}

static struct http_call *start(
	struct world *world, const char *method, const char *to)
{
	const struct http_request request = {
		.method = method,
		.url = to,
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->answered = false;
	return http_start(world->http, &request, on_answer, world);
}

static void get(struct world *world, uint16_t port, const char *target)
{
	assert_non_null(start(world, "GET", url(port, target)));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
}

static void ask(struct world *world, const char *method, const char *target,
	const char *body, size_t len)
{
	static const char *const headers[] = {
		"Content-Type: a/b", "Accept:", NULL};
	const struct http_request request = {
		.method = method,
		.url = url(httpd_port(world->httpd), target),
		.headers = headers,
		.body = body,
		.body_len = len,
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->answered = false;
	assert_non_null(http_start(world->http, &request, on_answer, world));
	net_turn_until(world->loop, &world->answered);
}

static void test_get(void **state)
{
	struct world *world = *state;

	get(world, httpd_port(world->httpd), "/a/../b%2Fc//d?x=1&y=%20");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(world->status, 200);
	assert_string_equal(world->body, "GET /a/../b%2Fc//d?x=1&y=%20 - ");
	assert_string_equal(world->type, "text/plain");
}

static void test_methods_and_bodies(void **state)
{
	static const char *const methods[] = {
		"POST", "PUT", "PATCH", "DELETE", "GET"};
	struct world *world = *state;
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
	struct world *world = *state;

	get(world, httpd_port(world->httpd), "/fault");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(world->status, 503);
	assert_string_equal(world->body, "later");
}

static void test_redirect_is_not_followed(void **state)
{
	struct world *world = *state;

	get(world, httpd_port(world->httpd), "/moved");
	assert_int_equal(world->status, 302);
	assert_int_equal(world->requests, 1);
}

static void test_many_at_once(void **state)
{
	struct world *world = *state;
	int all = MANY_CALLS;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY_CALLS; i++)
			assert_non_null(start(world, "GET",
				url(httpd_port(world->httpd), "/hello")));
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
	struct world *world = *state;
	struct http_request request = {
		.method = "GET",
		.url = url(httpd_port(world->httpd), "/hold"),
		.timeout_ms = 300,
		.max_body_bytes = MAX_BODY,
	};

	assert_non_null(http_start(world->http, &request, on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_TIMEOUT);
	assert_string_equal(world->why, "no answer within 300 ms");
	/* One without time was never sent. */
	world->answered = false;
	request.timeout_ms = 0;
	assert_non_null(http_start(world->http, &request, on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_int_equal(world->requests, 1);
}

static void test_unreachable(void **state)
{
	struct world *world = *state;

	get(world, net_closed_port(), "/");
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_true(strlen(world->why) > 0);
	assert_int_equal(world->body_len, 0);
}

static void test_refused_requests(void **state)
{
	static const char *const evil[] = {"X: a\r\nY: b", NULL};
	struct world *world = *state;
	struct http_request request = {
		.method = "GET",
		.url = "ftp://127.0.0.1/",
		.timeout_ms = NET_PATIENCE_MS,
	};

	assert_non_null(http_start(world->http, &request, on_answer, world));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	request.url = url(httpd_port(world->httpd), "/");
	request.headers = evil;
	world->answered = false;
	assert_non_null(http_start(world->http, &request, on_answer, world));
	assert_false(world->answered);
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_non_null(strstr(world->why, "line break"));
	request.headers = NULL;
	request.method = "GET / HTTP/1.1\r\n";
	world->answered = false;
	assert_non_null(http_start(world->http, &request, on_answer, world));
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->failure, HTTP_UNREACHABLE);
	assert_int_equal(world->requests, 0);
}

static void test_too_large(void **state)
{
	struct world *world = *state;

	get(world, httpd_port(world->httpd), "/big");
	assert_int_equal(world->failure, HTTP_TOO_LARGE);
	assert_int_equal(world->status, 200);
	assert_int_equal(world->body_len, 0);
	get(world, httpd_port(world->httpd), "/hello");
	assert_int_equal(world->failure, HTTP_OK);
}

static void test_dropped(void **state)
{
	struct world *world = *state;

	get(world, httpd_port(world->httpd), "/drop");
	assert_int_equal(world->failure, HTTP_BROKEN);
}

/* Answers each connection's requests with the text given. */
static void say_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	while (net_read_until(fd, "\r\n\r\n", text, sizeof(text))) {
		net_says(fd, arg);
		if (strstr(arg, "Connection: close") || !strstr(arg, "HTTP/"))
			break;
	}
}

static void answer_is(
	struct world *world, const char *text, enum http_failure failure)
{
	char copy[1024];
	struct net_peer *peer;

	snprintf(copy, sizeof(copy), "%s", text);
	peer = net_peer_new(say_script, copy);
	get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, failure);
	/* Closes what is kept alive: the peer's script ends. */
	http_free(world->http);
	net_peer_free(peer);
	world->http = http_new(world->loop,
		&(struct http_params){.max_connections = 4},
		&(struct err){.code = 0});
}

static void test_odd_answers(void **state)
{
	struct world *world = *state;

	answer_is(world, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		HTTP_OK);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n"
		"Connection: close\r\n\r\nok",
		HTTP_BROKEN);
	answer_is(world, "220 mail.example ESMTP\r\n", HTTP_BROKEN);
	answer_is(world, "\x16\x03\x01\x02\n", HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
		"Connection: close\r\n\r\nzz\r\nfoo",
		HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		"Content-Length: 3\r\n\r\nabc",
		HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
		"HTTP/1.1 204 No Content\r\n\r\n",
		HTTP_OK);
	assert_int_equal(world->status, 204);
}

/* 20,000 letters "a", in gzip. */
static const unsigned char bomb[] = {0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0,
	0x2, 0x3, 0xed, 0xc1, 0x31, 0x1, 0x0, 0x0, 0x0, 0xc2, 0xa0, 0xac, 0xeb,
	0x5f, 0xc2, 0x1a, 0x1e, 0x40, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
	0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0xf0, 0x60, 0x31, 0x87,
	0xbd, 0xca, 0x20, 0x4e, 0x0, 0x0};

static void bomb_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	(void)arg;
	if (!net_read_until(fd, "\r\n\r\n", text, sizeof(text)))
		return;
	assert_non_null(strstr(text, "gzip"));
	snprintf(text, sizeof(text),
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		"Content-Length: %zu\r\n\r\n",
		sizeof(bomb));
	net_says(fd, text);
	net_say(fd, bomb, sizeof(bomb));
	net_await_close(fd);
}

static void test_limit_counts_what_is_unpacked(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(bomb_script, NULL);

	get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, HTTP_TOO_LARGE);
	net_peer_free(peer);
}

static void test_connection_is_kept(void **state)
{
	static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(say_script, answer);

	for (int i = 0; i < ROUNDS; i++)
		get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(net_peer_count(peer), 1);
	http_free(world->http);
	world->http = NULL;
	net_peer_free(peer);
}

/* A kept connection that the server closes does not fail the next call. */
static void close_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	if (net_read_until(fd, "\r\n\r\n", text, sizeof(text)))
		net_says(fd, arg);
}

static void test_closed_idle_connection(void **state)
{
	static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(close_script, answer);

	for (int i = 0; i < ROUNDS; i++) {
		get(world, net_peer_port(peer), "/");
		assert_int_equal(world->failure, HTTP_OK);
	}
	assert_int_equal(net_peer_count(peer), ROUNDS);
	net_peer_free(peer);
}

static void test_cancel(void **state)
{
	struct world *world = *state;
	const char *to = url(httpd_port(world->httpd), "/hello");
	struct http_call *call = start(world, "GET", to);

	http_cancel(call);
	http_cancel(NULL);
	http_cancel(start(world, "GET", "bad://"));
	call = start(world, "GET", url(httpd_port(world->httpd), "/hold"));
	for (int i = 0; i < 1000 && !world->held; i++)
		loop_turn(world->loop, 100);
	assert_non_null(world->held);
	http_cancel(call);
	get(world, httpd_port(world->httpd), "/hello");
	assert_int_equal(world->answers, 1);
}

static void cancel_others(const struct http_answer *answer, void *arg)
{
	struct world *world = arg;

	on_answer(answer, arg);
	http_cancel(world->victim);
	http_cancel(world->self);
	/* The place is free at once. */
	assert_non_null(start(world, "GET", "http://127.0.0.1:1/"));
}

static void test_cancel_in_a_callback(void **state)
{
	struct world *world = *state;
	const struct http_request request = {
		.method = "GET",
		.url = url(httpd_port(world->httpd), "/hello"),
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	world->self = http_start(world->http, &request, cancel_others, world);
	world->victim =
		start(world, "GET", url(httpd_port(world->httpd), "/hold"));
	while (world->answers == 0)
		loop_turn(world->loop, 100);
	world->answered = false;
	net_turn_until(world->loop, &world->answered);
	assert_int_equal(world->answers, 2);
}

static void free_client(const struct http_answer *answer, void *arg)
{
	struct world *world = arg;

	on_answer(answer, arg);
	http_free(world->http);
	world->http = NULL;
}

static void test_free_in_a_callback(void **state)
{
	struct world *world = *state;
	const struct http_request request = {
		.method = "GET",
		.url = url(httpd_port(world->httpd), "/hello"),
		.timeout_ms = NET_PATIENCE_MS,
		.max_body_bytes = MAX_BODY,
	};

	assert_non_null(http_start(world->http, &request, free_client, world));
	for (int i = 0; i < 5; i++)
		assert_non_null(start(
			world, "GET", url(httpd_port(world->httpd), "/hold")));
	while (world->http)
		loop_turn(world->loop, 100);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 0);
	assert_int_equal(world->answers, 1);
}

static void test_free_with_calls_under_way(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < MANY_CALLS; i++)
		assert_non_null(start(
			world, "GET", url(httpd_port(world->httpd), "/hello")));
	loop_turn(world->loop, 0);
	http_free(world->http);
	world->http = NULL;
	assert_int_equal(world->answers, 0);
}

static void test_bad_ca_file(void **state)
{
	struct world *world = *state;
	struct err err = {.code = 0};
	const struct http_params params = {.ca_file = "/nonexistent/ca.pem"};

	assert_null(http_new(world->loop, &params, &err));
	assert_int_not_equal(err.code, 0);
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
}

static void secure_script(int fd, int n, void *arg)
{
	SSL *ssl = net_tls_accept(fd, arg, false);
	char line[256];

	(void)n;
	if (!ssl)
		return;
	while (net_tls_read_line(ssl, line, sizeof(line)))
		if (strcmp(line, "\r") == 0)
			net_tls_says(ssl, "HTTP/1.1 200 OK\r\n"
					  "Content-Length: 6\r\n\r\nsecret");
	net_tls_close(ssl);
}

static void get_secure(struct world *world, const struct net_peer *peer,
	const char *host, const char *ca_file)
{
	struct err err;
	char to[64];

	http_free(world->http);
	world->http = http_new(
		world->loop, &(struct http_params){.ca_file = ca_file}, &err);
	assert_non_null(world->http);
	snprintf(to, sizeof(to), "https://%s:%u/", host, net_peer_port(peer));
	assert_non_null(start(world, "GET", to));
	net_turn_until(world->loop, &world->answered);
	http_free(world->http);
	world->http = NULL;
}

static void test_tls(void **state)
{
	struct world *world = *state;
	struct net_cert *cert = net_cert_new(&(struct net_cert_params){
		.common_name = "localhost", .alt_names = "DNS:localhost"});
	struct net_peer *peer = net_peer_new(secure_script, cert);

	get_secure(world, peer, "localhost", cert->cert_file);
	assert_int_equal(world->failure, HTTP_OK);
	assert_string_equal(world->body, "secret");
	get_secure(world, peer, "localhost", NULL);
	assert_int_equal(world->failure, HTTP_UNTRUSTED);
	assert_non_null(strstr(world->why, "certificate"));
	get_secure(world, peer, "127.0.0.1", cert->cert_file);
	assert_int_equal(world->failure, HTTP_UNTRUSTED);
	net_peer_free(peer);
	net_cert_free(cert);
}

static void test_over_a_unix_socket(void **state)
{
	struct world *world = *state;
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
	world->httpd = httpd_new(world->loop, &server, serve, world, &err);
	world->http = http_new(world->loop, &client, &err);
	assert_non_null(world->httpd);
	assert_non_null(start(world, "GET", "http://localhost/over/unix"));
	net_turn_until(world->loop, &world->answered);
	assert_string_equal(world->body, "GET /over/unix - ");
	httpd_free(world->httpd);
	world->httpd = NULL;
	assert_int_not_equal(access(path, F_OK), 0);
}

#define HTTP_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

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
		HTTP_TEST(test_odd_answers),
		HTTP_TEST(test_limit_counts_what_is_unpacked),
		HTTP_TEST(test_connection_is_kept),
		HTTP_TEST(test_closed_idle_connection),
		HTTP_TEST(test_cancel),
		HTTP_TEST(test_cancel_in_a_callback),
		HTTP_TEST(test_free_in_a_callback),
		HTTP_TEST(test_free_with_calls_under_way),
		HTTP_TEST(test_bad_ca_file),
		HTTP_TEST(test_tls),
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
