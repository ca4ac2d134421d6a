/*
 * HTTP client: one request in, one callback out. libcurl's multi interface on
 * the loop: keep-alive, HTTP/2 over TLS where the server offers it, a bound on
 * connections, asynchronous name resolution. Redirects are never followed (a
 * signed request must not be), environment proxies are honoured, paths are sent
 * as given (CURLOPT_PATH_AS_IS).
 *
 * Calls beyond max_connections (over HTTP/2 sixteen times as many) wait inside,
 * oldest first, as copies of their requests, and their timeout runs: there is
 * no ceiling on their number here, whoever starts calls bounds them. Of the
 * answer's headers the first 64 (16 KiB) are kept.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct http_call;

struct http_params {
	const char *user_agent;
	const char *ca_file;        /* PEM; NULL: the system's store */
	unsigned max_connections;   /* in all; 0: 8 */
	int64_t connect_timeout_ms; /* 0: 10 s */
	/* Connect to this Unix socket, whatever host the URL names; or NULL. */
	const char *unix_path;
};

struct http_request {
	const char *method;
	const char *url;
	/* "Name: value" lines, NULL ends; "Name:" suppresses one. Content-Type
	 * is sent only when given here. */
	const char *const *headers;
	const void *body; /* NULL: none */
	size_t body_len;
	int64_t timeout_ms;    /* for the whole exchange */
	size_t max_body_bytes; /* of the answer, after decompression */
};

enum http_failure {
	HTTP_OK, /* an answer with a status came */
	/* Name, connect, proxy, bad URL, no time left: it was not sent. */
	HTTP_UNREACHABLE,
	HTTP_UNTRUSTED, /* TLS verification failed: not sent */
	HTTP_TIMEOUT,   /* the request may have had its effect */
	HTTP_BROKEN, /* connection lost, malformed: may have had its effect */
	HTTP_TOO_LARGE, /* the answer passed max_body_bytes */
};

/* Borrowed: valid inside the callback only. */
struct http_answer {
	enum http_failure failure;
	const char *why; /* for people when failure != HTTP_OK */
	int status;
	const char *body; /* terminated; may hold NUL bytes */
	size_t body_len;
	const struct http_call *call; /* for http_header() */
};

typedef void http_fn(const struct http_answer *answer, void *arg);

struct http *http_new(struct loop *loop, const struct http_params *params,
	struct err *err) MUST_CHECK;
/* Cancels what is under way. */
void http_free(struct http *http);

/*
 * Copies all of the request. The callback comes exactly once, never from
 * inside this function; afterwards the handle is gone. After http_cancel() it
 * never comes.
 */
struct http_call *http_start(struct http *http,
	const struct http_request *request, http_fn *fn, void *arg) MUST_CHECK;
/* From anywhere, also inside any callback. NULL is fine. */
void http_cancel(struct http_call *call);

/* A header of the answer, case-insensitive, or NULL. Inside the callback. */
const char *http_header(const struct http_answer *answer, const char *name);

#endif
