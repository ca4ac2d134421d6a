/*
 * A small HTTP/1.1 server for loopback and Unix sockets: requests with bounded
 * headers and body, answers at once or later, keep-alive, pipelining, chunked
 * bodies, Expect: 100-continue. No TLS (it is for trials, status pages and
 * control sockets). net/httpd_parse.h says what is taken for a request.
 *
 * It stands on libevent's buffered sockets and not on its evhttp, which (2.1)
 * answers what it cannot parse with pages of its own that cannot be replaced,
 * takes the body of a GET or DELETE for the next request, and believes the
 * first of two Content-Length.
 *
 * Everything that is refused is answered: 400, 408 (not whole within the idle
 * timeout of its first byte), 413, 417, 431, 501, 505, by `refused` when there
 * is one. After the last answer the connection is read to its end for a
 * moment, so that the client sees the answer and not a reset.
 *
 * Memory per connection: one request, 16 KiB of the next, and one answer; no
 * request is read while one is unanswered or its answer is unsent. A client
 * that does not take its answer within the idle timeout is cut. When
 * descriptors run short, the connection that has waited longest for its
 * client goes; when none waits, nothing is accepted for a second.
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
	/* Answers what is refused; httpd_refusal() says why. NULL: the reason
	 * goes out as a line of text. */
	httpd_fn *refused;
};

struct httpd *httpd_new(struct loop *loop, const struct httpd_params *params,
	httpd_fn *fn, void *arg, struct err *err) MUST_CHECK;
/* Stops listening and, at the end of the turn, drops open connections; of
 * unsent answers what the kernel takes still goes. Unanswered requests may
 * still be answered (to nowhere) afterwards. */
void httpd_free(struct httpd *httpd);
/* The port in use (for ":0"). */
uint16_t httpd_port(const struct httpd *httpd);

/* In `refused`: the reason, and the status to answer with. Valid until then. */
const char *httpd_refusal(const struct httpd_request *request, int *ret_status);

/* Valid until the request is answered. "" when refused before it was known. */
const char *httpd_method(const struct httpd_request *request);
/* Path and query as sent, still encoded. */
const char *httpd_target(const struct httpd_request *request);
/* The first of that name, or NULL. */
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
/* Of the body of the answer only so many bytes go out, whatever its
 * Content-Length says, and the connection ends. */
void httpd_cut_body(struct httpd_request *request, size_t bytes);
/* content_type may be NULL. The body is copied. */
void httpd_reply(struct httpd_request *request, int status,
	const char *content_type, const void *body, size_t len);
/* Cuts the connection without an answer. */
void httpd_drop(struct httpd_request *request);

#endif
