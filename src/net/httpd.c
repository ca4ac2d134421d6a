#include "net/httpd.h"

#include "net/httpd_parse.h"
#include "net/listen.h"
#include "net/loop_private.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/str.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

enum {
	/* Descriptors that connections to us may not use up. */
	RESERVED_DESCRIPTORS = 32,
	ACCEPT_PAUSE_MS = 1000,
	LINGER_MS = 2000,
	LINGER_BYTES = 16 << 20,
	ANSWER_HEAD_BYTES = 16 << 10,
	DATE_BYTES = 32,
	FLUSH_PIECES = 16,
};

enum conn_state {
	CONN_READING, /* or idle, between requests */
	CONN_SERVING, /* the handler has a request */
	CONN_WRITING, /* its answer */
	CONN_ENDING,  /* waits for the client to close */
};

struct httpd_request {
	struct loop *loop;
	struct conn *conn; /* NULL: gone */
	struct httpd_parse parse;
	struct buf headers; /* of the answer */
	bool is_cut;
	size_t cut_bytes; /* what goes out of the body, if it is cut */
};

struct conn {
	struct httpd *httpd;
	struct bufferevent *bev;
	struct timer *timer; /* not while serving */
	enum conn_state state;
	struct httpd_request *request; /* being read or served */
	bool keep_alive;
	size_t discarded; /* bytes, while ending */
	struct conn *prev;
	struct conn *next;
};

struct httpd {
	struct loop *loop;
	struct evconnlistener *listener;
	struct timer *accept_pause;
	httpd_fn *fn;
	httpd_fn *refused;
	void *arg;
	size_t max_header_bytes;
	size_t max_body_bytes;
	int64_t idle_ms;
	struct conn *waiting; /* for their client, longest first */
	struct conn *serving;
	uint16_t port;
	char *unix_path;
	bool dead; /* freed; the memory goes at the end of the turn */
};

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{417, "Expectation Failed"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Supported"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

static const char *status_phrase(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* ---- requests ---- */

static struct httpd_request *request_new(struct conn *conn)
{
	struct httpd_request *request = xcalloc(1, sizeof(*request));

	request->loop = conn->httpd->loop;
	request->conn = conn;
	httpd_parse_init(&request->parse, conn->httpd->max_header_bytes,
		conn->httpd->max_body_bytes);
	buf_init(&request->headers, ANSWER_HEAD_BYTES);
	return request;
}

static void request_free(struct httpd_request *request)
{
	httpd_parse_release(&request->parse);
	buf_release(&request->headers);
	free(request);
}

/* ---- connections ---- */

static void conn_set_state(
	struct conn *conn, enum conn_state state, int64_t timeout_ms)
{
	struct httpd *httpd = conn->httpd;

	if (conn->state == CONN_SERVING)
		DL_DELETE(httpd->serving, conn);
	else
		DL_DELETE(httpd->waiting, conn);
	conn->state = state;
	if (state == CONN_SERVING) {
		DL_APPEND(httpd->serving, conn);
		timer_cancel(conn->timer);
	} else {
		DL_APPEND(httpd->waiting, conn);
		timer_arm(conn->timer, timeout_ms);
	}
}

/* The kernel gets what it takes of an answer that is not out yet. */
static void conn_flush(struct conn *conn)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	struct evbuffer_iovec pieces[FLUSH_PIECES];
	struct msghdr message = {.msg_iov = pieces};
	int count = evbuffer_peek(output, -1, NULL, pieces, FLUSH_PIECES);

	message.msg_iovlen =
		(size_t)(count < FLUSH_PIECES ? count : FLUSH_PIECES);
	if (count > 0)
		(void)sendmsg(bufferevent_getfd(conn->bev), &message,
			MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void conn_free(struct conn *conn)
{
	if (conn->state == CONN_SERVING) {
		DL_DELETE(conn->httpd->serving, conn);
		conn->request->conn = NULL;
	} else {
		DL_DELETE(conn->httpd->waiting, conn);
		if (conn->request)
			request_free(conn->request);
	}
	timer_free(conn->timer);
	bufferevent_free(conn->bev);
	free(conn);
}

static void reply_with_reason(struct httpd_request *request)
{
	char AUTOFREE *text = xasprintf("%s\n", request->parse.reason);

	httpd_reply(request, request->parse.status, "text/plain", text,
		strlen(text));
}

/* The request is over, one way or the other. */
static void conn_serve(struct conn *conn)
{
	struct httpd *httpd = conn->httpd;
	struct httpd_request *request = conn->request;

	conn->keep_alive = httpd_parse_keeps_alive(&request->parse);
	conn_set_state(conn, CONN_SERVING, 0);
	bufferevent_disable(conn->bev, EV_READ);
	if (request->parse.state == HTTPD_PARSE_WHOLE)
		httpd->fn(request, httpd->arg);
	else if (httpd->refused)
		httpd->refused(request, httpd->arg);
	else
		reply_with_reason(request);
}

static void conn_say_continue(struct conn *conn)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	conn->request->parse.wants_continue = false;
	/* Nothing else is on its way out, so this fits into the socket. */
	(void)send(bufferevent_getfd(conn->bev), text, sizeof(text) - 1,
		MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Reads what is there, up to the end of one request. */
static void conn_take(struct conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	struct evbuffer_iovec piece;

	while (evbuffer_peek(input, -1, NULL, &piece, 1) > 0) {
		if (!conn->request) {
			conn->request = request_new(conn);
			timer_arm(conn->timer, conn->httpd->idle_ms);
		}
		struct httpd_parse *parse = &conn->request->parse;
		size_t used =
			httpd_parse_feed(parse, piece.iov_base, piece.iov_len);

		evbuffer_drain(input, used);
		if (httpd_parse_is_over(parse)) {
			conn_serve(conn);
			return;
		}
	}
	if (conn->request && httpd_parse_awaits_continue(&conn->request->parse))
		conn_say_continue(conn);
}

static void conn_discard(struct conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	conn->discarded += evbuffer_get_length(input);
	evbuffer_drain(input, evbuffer_get_length(input));
	if (conn->discarded > LINGER_BYTES)
		conn_free(conn);
}

static void conn_on_readable(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;

	(void)bev;
	/* The end of the turn takes the connection. */
	if (conn->httpd->dead)
		return;
	if (conn->state == CONN_READING)
		conn_take(conn);
	else if (conn->state == CONN_ENDING)
		conn_discard(conn);
}

static void conn_on_written(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;

	if (conn->state != CONN_WRITING || conn->httpd->dead)
		return;
	if (conn->keep_alive) {
		conn_set_state(conn, CONN_READING, conn->httpd->idle_ms);
		bufferevent_enable(bev, EV_READ);
		conn_take(conn);
		return;
	}
	shutdown(bufferevent_getfd(bev), SHUT_WR);
	conn_set_state(conn, CONN_ENDING, LINGER_MS);
	bufferevent_enable(bev, EV_READ);
	conn_discard(conn);
}

/* Is it in the middle of a request? */
static bool conn_has_part(const struct conn *conn)
{
	return conn->state == CONN_READING && conn->request &&
	       httpd_parse_has_begun(&conn->request->parse);
}

static void conn_on_event(struct bufferevent *bev, short what, void *arg)
{
	struct conn *conn = arg;

	(void)bev;
	if (conn->httpd->dead)
		return;
	if ((what & BEV_EVENT_EOF) == 0 || !conn_has_part(conn)) {
		conn_free(conn);
		return;
	}
	/* It may have closed its half alone, and be listening. */
	httpd_parse_refuse(&conn->request->parse, 400,
		"The connection was closed before the request was whole");
	conn_serve(conn);
}

static void conn_on_timeout(void *arg)
{
	struct conn *conn = arg;

	if (conn->httpd->dead)
		return;
	if (!conn_has_part(conn)) {
		conn_free(conn);
		return;
	}
	httpd_parse_refuse(&conn->request->parse, 408,
		"The request was not whole after %d seconds",
		(int)(conn->httpd->idle_ms / 1000));
	conn_serve(conn);
}

static void conn_new(struct httpd *httpd, int fd)
{
	struct conn *conn = xcalloc(1, sizeof(*conn));

	conn->httpd = httpd;
	conn->bev = net_must(bufferevent_socket_new(
		loop_base(httpd->loop), fd, BEV_OPT_CLOSE_ON_FREE));
	conn->timer = timer_new(httpd->loop, conn_on_timeout, conn);
	timer_arm(conn->timer, httpd->idle_ms);
	DL_APPEND(httpd->waiting, conn);
	bufferevent_setcb(conn->bev, conn_on_readable, conn_on_written,
		conn_on_event, conn);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

/* ---- listening ---- */

static bool is_last_descriptor(int fd)
{
	struct rlimit limit;

	/* The lowest free number tells how many are in use. */
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd + RESERVED_DESCRIPTORS >= limit.rlim_cur;
}

/* libevent would try to accept again and again, at full speed. */
static void httpd_pause(struct httpd *httpd)
{
	evconnlistener_disable(httpd->listener);
	timer_arm(httpd->accept_pause, ACCEPT_PAUSE_MS);
}

static void httpd_on_pause_over(void *arg)
{
	struct httpd *httpd = arg;

	evconnlistener_enable(httpd->listener);
}

/* Who waits longest for its client makes room. */
static void httpd_make_room(struct httpd *httpd)
{
	if (httpd->waiting)
		conn_free(httpd->waiting);
	else
		httpd_pause(httpd);
}

static void httpd_on_accept(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address, int address_len, void *arg)
{
	struct httpd *httpd = arg;

	(void)listener;
	(void)address;
	(void)address_len;
	if (is_last_descriptor(fd))
		httpd_make_room(httpd);
	conn_new(httpd, fd);
}

static void httpd_on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)listener;
	httpd_make_room(arg);
}

static void httpd_listen(struct httpd *httpd, int fd)
{
	/* A backlog of 0: it listens already. */
	httpd->listener = net_must(evconnlistener_new(loop_base(httpd->loop),
		httpd_on_accept, httpd,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd));
	evconnlistener_set_error_cb(httpd->listener, httpd_on_accept_error);
	httpd->accept_pause =
		timer_new(httpd->loop, httpd_on_pause_over, httpd);
}

struct httpd *httpd_new(struct loop *loop, const struct httpd_params *params,
	httpd_fn *fn, void *arg, struct err *err)
{
	struct httpd *httpd;
	uint16_t port = 0;
	int fd = params->address ? listen_tcp(params->address, &port, err)
				 : listen_unix(params->unix_path, err);

	if (fd < 0)
		return NULL;
	httpd = xcalloc(1, sizeof(*httpd));
	httpd->loop = loop;
	httpd->fn = fn;
	httpd->refused = params->refused;
	httpd->arg = arg;
	httpd->max_header_bytes = params->max_header_bytes;
	httpd->max_body_bytes = params->max_body_bytes;
	httpd->idle_ms = (int64_t)params->idle_timeout_s * 1000;
	httpd->port = port;
	if (!params->address)
		httpd->unix_path = xstrdup(params->unix_path);
	httpd_listen(httpd, fd);
	return httpd;
}

static void httpd_free_memory(void *arg)
{
	struct httpd *httpd = arg;

	while (httpd->serving)
		conn_free(httpd->serving);
	while (httpd->waiting) {
		conn_flush(httpd->waiting);
		conn_free(httpd->waiting);
	}
	free(httpd->unix_path);
	free(httpd);
}

void httpd_free(struct httpd *httpd)
{
	if (!httpd || httpd->dead)
		return;
	httpd->dead = true;
	timer_free(httpd->accept_pause);
	evconnlistener_free(httpd->listener);
	if (httpd->unix_path)
		unlink(httpd->unix_path);
	/* The connections may be on the stack: we may be in a handler. */
	loop_defer(httpd->loop, httpd_free_memory, httpd);
}

uint16_t httpd_port(const struct httpd *httpd)
{
	return httpd->port;
}

/* ---- what handlers see ---- */

const char *httpd_refusal(const struct httpd_request *request, int *ret_status)
{
	*ret_status = request->parse.status;
	return request->parse.reason;
}

const char *httpd_method(const struct httpd_request *request)
{
	return str_or_empty(request->parse.method);
}

const char *httpd_target(const struct httpd_request *request)
{
	return httpd_parse_target(&request->parse);
}

const char *httpd_header(const struct httpd_request *request, const char *name)
{
	const struct httpd_parse *parse = &request->parse;

	for (size_t i = 0; i < parse->header_count; i++)
		if (str_eq_nocase(httpd_parse_name(parse, i), name))
			return httpd_parse_value(parse, i);
	return NULL;
}

void httpd_each_header(
	const struct httpd_request *request, httpd_header_fn *fn, void *arg)
{
	const struct httpd_parse *parse = &request->parse;

	for (size_t i = 0; i < parse->header_count; i++)
		fn(httpd_parse_name(parse, i), httpd_parse_value(parse, i),
			arg);
}

const char *httpd_body(const struct httpd_request *request, size_t *ret_len)
{
	*ret_len = request->parse.body.len;
	return request->parse.body.data;
}

void httpd_add_header(
	struct httpd_request *request, const char *name, const char *value)
{
	if (!strpbrk(name, "\r\n") && !strpbrk(value, "\r\n"))
		buf_addf(&request->headers, "%s: %s\r\n", name, value);
}

void httpd_cut_body(struct httpd_request *request, size_t bytes)
{
	request->is_cut = true;
	request->cut_bytes = bytes;
}

/* ---- answers ---- */

/* The names are English in every locale. */
static void format_date(int64_t wall_ms, char out[DATE_BYTES])
{
	static const char days[][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(wall_ms / 1000);
	char rest[DATE_BYTES];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(rest, sizeof(rest), "%Y %H:%M:%S GMT", &tm);
	snprintf(out, DATE_BYTES, "%s, %02d %s %.20s", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], rest);
}

static bool status_has_body(int status)
{
	return status >= 200 && status != 204 && status != 304;
}

static void conn_answer(
	struct conn *conn, int status, const char *body, size_t len)
{
	struct httpd_request *request = conn->request;
	struct buf AUTOBUF head;
	char date[DATE_BYTES];

	buf_init(&head, ANSWER_HEAD_BYTES * 2);
	format_date(clock_wall_ms(), date);
	buf_addf(&head, "HTTP/1.1 %d %s\r\n%sDate: %s\r\n", status,
		status_phrase(status), request->headers.data, date);
	if (status_has_body(status))
		buf_addf(&head, "Content-Length: %zu\r\n", len);
	if (request->is_cut) {
		conn->keep_alive = false;
		len = len < request->cut_bytes ? len : request->cut_bytes;
	}
	if (!conn->keep_alive)
		buf_adds(&head, "Connection: close\r\n");
	else if (request->parse.is_1_0)
		buf_adds(&head, "Connection: keep-alive\r\n");
	buf_adds(&head, "\r\n");
	conn->request = NULL;
	conn_set_state(conn, CONN_WRITING, conn->httpd->idle_ms);
	if (bufferevent_write(conn->bev, head.data, head.len) != 0)
		abort();
	if (status_has_body(status) && !str_eq(httpd_method(request), "HEAD") &&
		len > 0 && bufferevent_write(conn->bev, body, len) != 0)
		abort();
}

void httpd_reply(struct httpd_request *request, int status,
	const char *content_type, const void *body, size_t len)
{
	if (content_type)
		httpd_add_header(request, "Content-Type", content_type);
	if (request->conn)
		conn_answer(request->conn, status, body, len);
	request_free(request);
}

static void request_on_drop(void *arg)
{
	struct httpd_request *request = arg;

	if (request->conn)
		conn_free(request->conn);
	request_free(request);
}

void httpd_drop(struct httpd_request *request)
{
	/* The connection may be on the stack: we may be in the handler. */
	loop_defer(request->loop, request_on_drop, request);
}
