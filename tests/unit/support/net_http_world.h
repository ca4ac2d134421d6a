/*
 * An HTTP client and an HTTP server of ours in one loop, and the answer that
 * came last: for the tests of net/http.
 */
#ifndef SUPPORT_NET_HTTP_WORLD_H
#define SUPPORT_NET_HTTP_WORLD_H

#include "net/http.h"
#include "net/httpd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_BODY = 10000 };

struct http_world {
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

/* CMocka's, for each test. */
int http_world_setup(void **state);
int http_world_teardown(void **state);
/* The handler: what it does depends on the target. Anything else is echoed. */
void http_world_serve(struct httpd_request *request, void *arg);
/* Keeps the answer in the world that is its argument. */
void http_world_on_answer(const struct http_answer *answer, void *arg);
/* Valid until the next call. */
const char *http_world_url(uint16_t port, const char *target);
/* A request without body; checks nothing. */
struct http_call *http_world_start(
	struct http_world *world, const char *method, const char *to);
/* Starts a GET and waits for its answer. */
void http_world_get(
	struct http_world *world, uint16_t port, const char *target);

#endif
