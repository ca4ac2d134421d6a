/*
 * A small HTTP/1.1 server over evhttp for loopback and Unix sockets: requests
 * with bounded headers and body, answers at once or later, keep-alive,
 * TCP_NODELAY. No TLS (it is for trials, status pages and control sockets).
 * What cannot be parsed is answered with 400, other methods than GET, HEAD,
 * POST, PUT, DELETE and PATCH with 501. When descriptors run short it stops
 * accepting for a second.
 *
 * The handler may answer, and free the server, at once. An answer to HEAD, or
 * with status 204 or 304, is sent without its body.
 */
#ifndef NET_HTTPD_H
#define NET_HTTPD_H

#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

#include <stddef.h>
#include <stdint.h>

struct httpd;
struct httpd_request;

/*
 * One request. The handler answers it exactly once, now or later, by
 * httpd_reply() or httpd_drop(). When the client went away first, the answer
 * goes nowhere, but must still be given.
 */
typedef void httpd_fn(struct httpd_request *request, void *arg);

struct httpd_params {
	const char *address;   /* "127.0.0.1:8787", "[::1]:0"; or NULL */
	const char *unix_path; /* when address is NULL; mode 0600 */
	size_t max_header_bytes;
	size_t max_body_bytes; /* larger: 413 without calling the handler */
	int idle_timeout_s;
};

struct httpd *httpd_new(struct loop *loop, const struct httpd_params *params,
	httpd_fn *fn, void *arg, struct err *err) MUST_CHECK;
/* Stops listening and drops open connections. Unanswered requests may still
 * be answered (to nowhere) afterwards. */
void httpd_free(struct httpd *httpd);
/* The port in use (for ":0"). */
uint16_t httpd_port(const struct httpd *httpd);

/* Valid until the request is answered. */
const char *httpd_method(const struct httpd_request *request);
/* Path and query as sent, still encoded. */
const char *httpd_target(const struct httpd_request *request);
const char *httpd_header(const struct httpd_request *request, const char *name);
/* All headers in order; fn is called for each. */
typedef void httpd_header_fn(const char *name, const char *value, void *arg);
void httpd_each_header(
	const struct httpd_request *request, httpd_header_fn *fn, void *arg);
/* Terminated; may hold NUL bytes. */
const char *httpd_body(const struct httpd_request *request, size_t *ret_len);

/* Adds a header to the answer; one with a line break in it is left out. */
void httpd_add_header(
	struct httpd_request *request, const char *name, const char *value);
/* content_type may be NULL. The body is copied. */
void httpd_reply(struct httpd_request *request, int status,
	const char *content_type, const void *body, size_t len);
/* Cuts the connection without an answer. */
void httpd_drop(struct httpd_request *request);

#endif
