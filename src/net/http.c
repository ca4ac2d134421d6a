#include "net/http.h"

#include "net/headers.h"
#include "net/http_handles.h"
#include "net/http_why.h"
#include "net/loop_private.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	DEFAULT_CONNECTIONS = 8,
	STREAMS = 16, /* calls that share a connection of HTTP/2 */
	ORIGIN_BYTES = 512,
};

/* A socket that libcurl wants watched. */
struct http_socket {
	struct http *http;
	struct event *event;
	struct http_socket *prev;
	struct http_socket *next;
};

struct http_call {
	struct http *http;
	CURL *easy; /* NULL while it waits */
	http_fn *fn;
	void *arg;
	struct timer *deadline;
	int64_t timeout_ms;
	char *method;
	char *url;
	struct curl_slist *request_headers;
	void *request_body;
	size_t request_body_len;
	struct headers headers;
	struct buf body;
	/* Set when the call fails before libcurl has seen it. */
	const char *refused;
	bool in_multi;
	bool in_callback;
	char error[CURL_ERROR_SIZE];
	struct http_call *prev;
	struct http_call *next;
};

struct http {
	struct loop *loop;
	CURLM *multi;
	/* libcurl measures in real time, whatever the loop's clock says. */
	struct event *curl_timer;
	struct http_socket *sockets;
	struct http_handles handles;
	struct http_call *calls;   /* begun, or refused */
	struct http_call *waiting; /* oldest first */
	unsigned begun;            /* those in the multi handle, */
	unsigned begun_max;        /* of at most so many */
	unsigned max_connections;
	bool dead; /* freed; the memory goes at the end of the turn */
};

/* Codes that tell all by themselves; the others by what had been sent. */
static const struct {
	CURLcode code;
	enum http_failure failure;
} http_failures[] = {
	{CURLE_OK, HTTP_OK},
	{CURLE_PEER_FAILED_VERIFICATION, HTTP_UNTRUSTED},
	{CURLE_SSL_ISSUER_ERROR, HTTP_UNTRUSTED},
	{CURLE_SSL_INVALIDCERTSTATUS, HTTP_UNTRUSTED},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, HTTP_UNTRUSTED},
	{CURLE_SSL_CACERT_BADFILE, HTTP_UNTRUSTED},
	{CURLE_SSL_CRL_BADFILE, HTTP_UNTRUSTED},
};

static void call_finish(struct http_call *call, CURLcode code);

static void http_reap(struct http *http)
{
	CURLMsg *msg;
	int left;

	while (!http->dead &&
		(msg = curl_multi_info_read(http->multi, &left))) {
		void *call = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		call_finish(call, msg->data.result);
	}
}

static void http_on_curl_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http *http = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	http_reap(http);
}

/* libcurl may call this from anywhere: it must not call back into it. */
static int http_set_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct http *http = arg;
	struct timeval tv = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000,
	};

	(void)multi;
	if (timeout_ms < 0)
		event_del(http->curl_timer);
	else
		event_add(http->curl_timer, &tv);
	return 0;
}

static void http_on_socket(evutil_socket_t fd, short what, void *arg)
{
	/* libcurl may drop the socket within: keep what is needed after. */
	struct http *http = ((struct http_socket *)arg)->http;
	int mask = 0;
	int running;

	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(http->multi, fd, mask, &running);
	http_reap(http);
}

static void socket_free(struct http_socket *sock)
{
	if (!sock)
		return;
	DL_DELETE(sock->http->sockets, sock);
	if (sock->event)
		event_free(sock->event);
	free(sock);
}

static int http_watch_socket(
	CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct http *http = arg;
	struct http_socket *sock = socket_arg;
	short mask = EV_PERSIST;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		socket_free(sock);
		curl_multi_assign(http->multi, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		mask |= EV_READ;
	if (what != CURL_POLL_IN)
		mask |= EV_WRITE;
	if (!sock) {
		sock = xcalloc(1, sizeof(*sock));
		sock->http = http;
		DL_APPEND(http->sockets, sock);
		curl_multi_assign(http->multi, fd, sock);
	} else {
		event_free(sock->event);
	}
	sock->event = net_must(event_new(
		loop_base(http->loop), fd, mask, http_on_socket, sock));
	event_add(sock->event, NULL);
	return 0;
}

static size_t call_on_header(char *line, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;

	headers_add_line(&call->headers, line, size * n);
	return size * n;
}

static size_t call_on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;

	buf_add(&call->body, bytes, size * n);
	return call->body.overflow ? CURL_WRITEFUNC_ERROR : size * n;
}

static int ca_file_check(const char *path, struct err *err)
{
	X509_STORE *store = net_must(X509_STORE_new());
	int ok = X509_STORE_load_file(store, path);

	X509_STORE_free(store);
	ERR_clear_error();
	if (ok != 1)
		return err_set(err, -EINVAL,
			"%s: no certificates can be read from it", path);
	return 0;
}

static void http_setup_multi(struct http *http)
{
	long max = (long)http->max_connections;

	http->multi = net_must(curl_multi_init());
	curl_multi_setopt(
		http->multi, CURLMOPT_SOCKETFUNCTION, http_watch_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(
		http->multi, CURLMOPT_TIMERFUNCTION, http_set_curl_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, max);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, max);
}

struct http *http_new(
	struct loop *loop, const struct http_params *params, struct err *err)
{
	struct http *http;

	if (params->ca_file && ca_file_check(params->ca_file, err) != 0)
		return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, -ENOMEM, "libcurl cannot be set up");
		return NULL;
	}
	http = xcalloc(1, sizeof(*http));
	http->loop = loop;
	http_handles_init(&http->handles, params);
	http->max_connections = params->max_connections > 0
					? params->max_connections
					: DEFAULT_CONNECTIONS;
	http->begun_max = http->max_connections;
	http->curl_timer = net_must(
		event_new(loop_base(loop), -1, 0, http_on_curl_timer, http));
	http_setup_multi(http);
	return http;
}

static void http_free_memory(void *arg)
{
	struct http *http = arg;

	free(http);
	curl_global_cleanup();
}

void http_free(struct http *http)
{
	if (!http || http->dead)
		return;
	http->dead = true;
	while (http->waiting)
		http_cancel(http->waiting);
	while (http->calls)
		http_cancel(http->calls);
	http_handles_release(&http->handles);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, NULL);
	while (http->sockets)
		socket_free(http->sockets);
	curl_multi_cleanup(http->multi);
	event_free(http->curl_timer);
	loop_defer(http->loop, http_free_memory, http);
}

/* ---- the request: a copy of it, until its turn has come ---- */

static void call_copy_header(struct http_call *call, const char *line)
{
	/* A line break would be a second header, or a second request. */
	if (strpbrk(line, "\r\n")) {
		call->refused = "a request header holds a line break";
		return;
	}
	call->request_headers =
		net_must(curl_slist_append(call->request_headers, line));
}

static void call_copy_headers(
	struct http_call *call, const struct http_request *request)
{
	bool has_type = false;

	/* Waiting for "100 Continue" would cost a round trip. */
	call_copy_header(call, "Expect:");
	for (const char *const *line = request->headers; line && *line;
		line++) {
		has_type |= strncasecmp(*line, "Content-Type:", 13) == 0;
		call_copy_header(call, *line);
	}
	if (!has_type)
		call_copy_header(call, "Content-Type:");
}

static void call_copy(
	struct http_call *call, const struct http_request *request)
{
	call->method = xstrdup(request->method);
	call->url = xstrdup(request->url);
	if (strpbrk(request->url, " \t\r\n#"))
		call->refused = "the URL holds what no URL may";
	if (strpbrk(request->method, " \t\r\n") || !*request->method)
		call->refused = "the request method is not a word";
	call_copy_headers(call, request);
	if (request->body_len > 0)
		call->request_body = xmemdup(request->body, request->body_len);
	call->request_body_len = request->body_len;
}

/* ---- its options ---- */

static void call_set_method(struct http_call *call)
{
	const char *method = call->method;
	bool is_head = strcmp(method, "HEAD") == 0;
	bool is_get = strcmp(method, "GET") == 0;
	bool sends_length =
		call->request_body_len > 0 || strcmp(method, "POST") == 0 ||
		strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;

	curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST,
		is_head || is_get ? NULL : method);
	if (is_head) {
		curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
	} else if (sends_length) {
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)call->request_body_len);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS,
			call->request_body ? call->request_body : "");
		if (is_get)
			curl_easy_setopt(
				call->easy, CURLOPT_CUSTOMREQUEST, "GET");
	}
}

/* Where the path begins, or NULL. */
static const char *url_path(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? strchr(host + 3, '/') : NULL;
}

/*
 * The origin alone is given to libcurl as a URL, and the rest as the target of
 * the request: it would take the whole to pieces and build it again, byte by
 * byte, at a fifth of the cost of a call. A proxy for plain HTTP needs it all.
 */
static int call_set_url(struct http_call *call)
{
	const char *url = call->url;
	const char *path = url_path(url);
	bool is_tls = strncasecmp(url, "https:", 6) == 0;
	struct buf AUTOBUF origin;

	buf_init(&origin, ORIGIN_BYTES);
	if (path && (is_tls || !call->http->handles.may_be_proxied))
		buf_add(&origin, url, (size_t)(path - url));
	else
		path = NULL;
	if (origin.overflow ||
		curl_easy_setopt(call->easy, CURLOPT_URL,
			path ? origin.data : url) != CURLE_OK ||
		curl_easy_setopt(call->easy, CURLOPT_REQUEST_TARGET, path) !=
			CURLE_OK)
		return -E2BIG;
	return 0;
}

static void call_set_options(struct http_call *call)
{
	CURL *easy = call->easy;

	if (call_set_url(call) < 0)
		call->refused = "the URL is too long";
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	call_set_method(call);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->request_headers);
}

/* ---- its turn ---- */

static void call_on_timer(void *arg)
{
	struct http_call *call = arg;

	call_finish(call,
		call->refused ? CURLE_URL_MALFORMAT : CURLE_OPERATION_TIMEDOUT);
}

/* What is refused says so next turn. */
static void call_begin(struct http_call *call)
{
	struct http *http = call->http;

	DL_APPEND(http->calls, call);
	if (!call->refused) {
		call->easy = http_handles_take(&http->handles);
		call_set_options(call);
	}
	if (!call->refused &&
		curl_multi_add_handle(http->multi, call->easy) != CURLM_OK)
		call->refused = "libcurl does not take the request";
	call->in_multi = !call->refused;
	http->begun += call->in_multi;
	if (call->refused)
		timer_arm(call->deadline, 0);
}

/*
 * libcurl would let calls wait as well, but with all that a call under way
 * needs, and taking up each one anew whenever a connection comes free.
 */
static void http_begin_waiting(struct http *http)
{
	while (!http->dead && http->waiting && http->begun < http->begun_max) {
		struct http_call *call = http->waiting;

		DL_DELETE(http->waiting, call);
		call_begin(call);
	}
}

struct http_call *http_start(struct http *http,
	const struct http_request *request, http_fn *fn, void *arg)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	call->http = http;
	call->fn = fn;
	call->arg = arg;
	call->timeout_ms = request->timeout_ms;
	headers_init(&call->headers);
	buf_init(&call->body, request->max_body_bytes);
	call_copy(call, request);
	call->deadline = timer_new(http->loop, call_on_timer, call);
	timer_arm(call->deadline, call->timeout_ms);
	if (call->refused || http->begun < http->begun_max)
		call_begin(call);
	else
		DL_APPEND(http->waiting, call);
	return call;
}

static bool call_is_begun(const struct http_call *call)
{
	return call->easy || call->refused;
}

static void call_detach(struct http_call *call)
{
	struct http *http = call->http;

	timer_free(TAKE(call->deadline));
	if (call_is_begun(call))
		DL_DELETE(http->calls, call);
	else
		DL_DELETE(http->waiting, call);
	if (!call->in_multi)
		return;
	curl_multi_remove_handle(http->multi, call->easy);
	call->in_multi = false;
	http->begun--;
	http_begin_waiting(http);
}

static void call_free(struct http_call *call)
{
	if (call->easy && call->http->dead)
		curl_easy_cleanup(call->easy);
	else if (call->easy)
		http_handles_give_back(&call->http->handles, call->easy);
	curl_slist_free_all(call->request_headers);
	free(call->method);
	free(call->url);
	free(call->request_body);
	headers_release(&call->headers);
	buf_release(&call->body);
	free(call);
}

/* What the last answer came by tells how many calls may share a connection. */
static void http_learn(struct http *http, CURL *easy)
{
	long version = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
	http->begun_max = version >= CURL_HTTP_VERSION_2_0
				  ? http->max_connections * STREAMS
				  : http->max_connections;
}

static enum http_failure call_failure(
	const struct http_call *call, CURLcode code)
{
	long sent_bytes = 0;

	for (size_t i = 0; i < ARRAY_LEN(http_failures); i++)
		if (http_failures[i].code == code)
			return http_failures[i].failure;
	if (call->body.overflow)
		return HTTP_TOO_LARGE;
	if (call->in_multi)
		curl_easy_getinfo(
			call->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
	if (sent_bytes == 0)
		return HTTP_UNREACHABLE;
	return code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMEOUT : HTTP_BROKEN;
}

static const char *call_why(struct http_call *call, CURLcode code)
{
	if (call->refused)
		return call->refused;
	if (call->body.overflow)
		snprintf(call->error, sizeof(call->error),
			"the answer is larger than %zu bytes",
			call->body.ceiling);
	else if (code == CURLE_OPERATION_TIMEDOUT && !*call->error)
		snprintf(call->error, sizeof(call->error),
			"no answer within %" PRId64 " ms", call->timeout_ms);
	else if (!*call->error)
		snprintf(call->error, sizeof(call->error), "%s",
			curl_easy_strerror(code));
	http_why_settle(call->error);
	return call->error;
}

static void call_finish(struct http_call *call, CURLcode code)
{
	struct http_answer answer = {
		.failure = call_failure(call, code), .body = "", .call = call};
	long status = 0;

	if (call->in_multi)
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status > 0)
		http_learn(call->http, call->easy);
	call_detach(call);
	answer.status = (int)status;
	if (answer.failure == HTTP_OK) {
		answer.body = call->body.data;
		answer.body_len = call->body.len;
	} else {
		answer.why = call_why(call, code);
	}
	call->in_callback = true;
	call->fn(&answer, call->arg);
	call_free(call);
}

void http_cancel(struct http_call *call)
{
	/* The callback is on the stack: it frees the call when it returns. */
	if (!call || call->in_callback)
		return;
	call_detach(call);
	call_free(call);
}

const char *http_header(const struct http_answer *answer, const char *name)
{
	return headers_find(&answer->call->headers, name);
}
