/*
 * libcurl's easy handles of one HTTP client: set up with what all its requests
 * have in common, and kept for the next. HTTP_HANDLES_KEPT of them are, each
 * with some 20 KiB of buffers; more are made at need.
 */
#ifndef NET_HTTP_HANDLES_H
#define NET_HTTP_HANDLES_H

#include "net/http.h"

#include <curl/curl.h>

enum { HTTP_HANDLES_KEPT = 32 };

struct http_handles {
	CURL *kept[HTTP_HANDLES_KEPT];
	size_t kept_count;
	char *user_agent;
	char *ca_file;
	char *unix_path;
	int64_t connect_timeout_ms;
	bool may_be_proxied; /* the environment names a proxy */
};

/* Copies what it needs of the parameters. libcurl must be set up. */
void http_handles_init(
	struct http_handles *handles, const struct http_params *params);
/* Those that were taken are not its own. */
void http_handles_release(struct http_handles *handles);

/* The caller's, until it gives it back or ends it. */
CURL *http_handles_take(struct http_handles *handles) MUST_CHECK;
void http_handles_give_back(struct http_handles *handles, CURL *easy);

#endif
