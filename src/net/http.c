#include "net/http.h"

#include "net/headers.h"
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
	DEFAULT_CONNECT_TIMEOUT_MS = 10000,
	IDLE_HANDLES = 32,
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
	CURL *easy;
	http_fn *fn;
	void *arg;
	struct timer *deadline;
	int64_t timeout_ms;
	struct curl_slist *request_headers;
	void *request_body;
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
	struct http_call *calls;
	CURL *idle[IDLE_HANDLES];
	size_t idle_count;
	char *user_agent;
	char *ca_file;
	char *unix_path;
	int64_t connect_timeout_ms;
	bool may_be_proxied;
	bool dead;           /* freed; the memory goes at the end of the turn */
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

static void http_setup_multi(struct http *http, unsigned max_connections)
{
	long max = max_connections > 0 ? (long)max_connections
				       : DEFAULT_CONNECTIONS;

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

/* libcurl asks the same. Not HTTP_PROXY: CGI sets it from a header. */
static bool has_proxy(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
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
	http->user_agent = xstrdup_null(params->user_agent);
	http->ca_file = xstrdup_null(params->ca_file);
	http->unix_path = xstrdup_null(params->unix_path);
	http->connect_timeout_ms = params->connect_timeout_ms > 0
					   ? params->connect_timeout_ms
					   : DEFAULT_CONNECT_TIMEOUT_MS;
	http->may_be_proxied = has_proxy();
	http->curl_timer = net_must(
		event_new(loop_base(loop), -1, 0, http_on_curl_timer, http));
	http_setup_multi(http, params->max_connections);
	return http;
}

static void http_free_memory(void *arg)
{
	struct http *http = arg;

	free(http->user_agent);
	free(http->ca_file);
	free(http->unix_path);
	free(http);
	curl_global_cleanup();
}

void http_free(struct http *http)
{
	if (!http || http->dead)
		return;
	while (http->calls)
		http_cancel(http->calls);
	http->dead = true;
	while (http->idle_count > 0)
		curl_easy_cleanup(http->idle[--http->idle_count]);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, NULL);
	while (http->sockets)
		socket_free(http->sockets);
	curl_multi_cleanup(http->multi);
	event_free(http->curl_timer);
	loop_defer(http->loop, http_free_memory, http);
}

/* What is the same for every request of this client. */
static void easy_set_up(const struct http *http, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(
		easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)http->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call_on_header);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call_on_body);
	/* Or it would look for one in the environment with each call. */
	if (!http->may_be_proxied)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (http->user_agent)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
	if (http->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
	if (http->unix_path)
		curl_easy_setopt(
			easy, CURLOPT_UNIX_SOCKET_PATH, http->unix_path);
}

static CURL *easy_take(struct http *http)
{
	CURL *easy = http->idle_count > 0 ? http->idle[--http->idle_count]
					  : net_must(curl_easy_init());

	easy_set_up(http, easy);
	return easy;
}

/*
 * Reset, although setting all options anew costs a little: libcurl counts the
 * times that a kept connection turned out to be dead over the life of a handle,
 * and from the sixth on fails a call that it could have sent again.
 */
static void easy_give_back(struct http *http, CURL *easy)
{
	if (http->dead || http->idle_count == IDLE_HANDLES) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	http->idle[http->idle_count++] = easy;
}

static void call_set_method(
	struct http_call *call, const struct http_request *request)
{
	bool is_head = strcmp(request->method, "HEAD") == 0;
	bool is_get = strcmp(request->method, "GET") == 0;
	bool sends_length = request->body_len > 0 ||
			    strcmp(request->method, "POST") == 0 ||
			    strcmp(request->method, "PUT") == 0 ||
			    strcmp(request->method, "PATCH") == 0;

	curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST,
		is_head || is_get ? NULL : request->method);
	if (is_head) {
		curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
	} else if (sends_length) {
		call->request_body = xcalloc(1, request->body_len + 1);
		if (request->body_len > 0)
			memcpy(call->request_body, request->body,
				request->body_len);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)request->body_len);
		curl_easy_setopt(
			call->easy, CURLOPT_POSTFIELDS, call->request_body);
		if (is_get)
			curl_easy_setopt(
				call->easy, CURLOPT_CUSTOMREQUEST, "GET");
	}
}

static void call_add_header(struct http_call *call, const char *line)
{
	/* A line break would be a second header, or a second request. */
	if (strpbrk(line, "\r\n")) {
		call->refused = "a request header holds a line break";
		return;
	}
	call->request_headers =
		net_must(curl_slist_append(call->request_headers, line));
}

static void call_set_headers(
	struct http_call *call, const struct http_request *request)
{
	bool has_type = false;

	/* Waiting for "100 Continue" would cost a round trip. */
	call_add_header(call, "Expect:");
	for (const char *const *line = request->headers; line && *line;
		line++) {
		has_type |= strncasecmp(*line, "Content-Type:", 13) == 0;
		call_add_header(call, *line);
	}
	if (!has_type)
		call_add_header(call, "Content-Type:");
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->request_headers);
}

static void call_on_deadline(void *arg)
{
	struct http_call *call = arg;

	call_finish(call, CURLE_OPERATION_TIMEDOUT);
}

static void call_on_refused(void *arg)
{
	struct http_call *call = arg;

	call_finish(call, CURLE_URL_MALFORMAT);
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
static void call_set_url(struct http_call *call, const char *url)
{
	const char *path = url_path(url);
	bool is_tls = strncasecmp(url, "https:", 6) == 0;
	struct buf AUTOBUF origin;

	buf_init(&origin, ORIGIN_BYTES);
	if (path && (is_tls || !call->http->may_be_proxied))
		buf_add(&origin, url, (size_t)(path - url));
	else
		path = NULL;
	if (strpbrk(url, " \t\r\n#"))
		call->refused = "the URL holds what no URL may";
	if (origin.overflow ||
		curl_easy_setopt(call->easy, CURLOPT_URL,
			path ? origin.data : url) != CURLE_OK ||
		curl_easy_setopt(call->easy, CURLOPT_REQUEST_TARGET, path) !=
			CURLE_OK)
		call->refused = "the URL is too long";
}

static void call_prepare(
	struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	call_set_url(call, request->url);
	if (strpbrk(request->method, " \t\r\n") || !*request->method)
		call->refused = "the request method is not a word";
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	call_set_method(call, request);
	call_set_headers(call, request);
}

struct http_call *http_start(struct http *http,
	const struct http_request *request, http_fn *fn, void *arg)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	call->http = http;
	call->fn = fn;
	call->arg = arg;
	call->timeout_ms = request->timeout_ms;
	call->easy = easy_take(http);
	headers_init(&call->headers);
	buf_init(&call->body, request->max_body_bytes);
	call_prepare(call, request);
	DL_APPEND(http->calls, call);
	if (!call->refused &&
		curl_multi_add_handle(http->multi, call->easy) != CURLM_OK)
		call->refused = "libcurl does not take the request";
	call->in_multi = !call->refused;
	call->deadline = timer_new(http->loop,
		call->refused ? call_on_refused : call_on_deadline, call);
	timer_arm(call->deadline, call->refused ? 0 : call->timeout_ms);
	return call;
}

static void call_detach(struct http_call *call)
{
	struct http *http = call->http;

	timer_free(TAKE(call->deadline));
	DL_DELETE(http->calls, call);
	if (call->in_multi)
		curl_multi_remove_handle(http->multi, call->easy);
	call->in_multi = false;
}

static void call_free(struct http_call *call)
{
	easy_give_back(call->http, call->easy);
	curl_slist_free_all(call->request_headers);
	free(call->request_body);
	headers_release(&call->headers);
	buf_release(&call->body);
	free(call);
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
	return call->error;
}

static void call_finish(struct http_call *call, CURLcode code)
{
	struct http_answer answer = {
		.failure = call_failure(call, code), .body = "", .call = call};
	long status = 0;

	if (call->in_multi)
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
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
