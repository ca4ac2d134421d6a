#include "net/httpd.h"

#include "net/listen.h"
#include "net/loop_private.h"
#include "util/alloc.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	/* Descriptors that connections to us may not use up. */
	RESERVED_DESCRIPTORS = 32,
	ACCEPT_PAUSE_MS = 1000,
};

static const struct {
	enum evhttp_cmd_type type;
	const char *name;
} httpd_methods[] = {
	{EVHTTP_REQ_GET, "GET"},
	{EVHTTP_REQ_HEAD, "HEAD"},
	{EVHTTP_REQ_POST, "POST"},
	{EVHTTP_REQ_PUT, "PUT"},
	{EVHTTP_REQ_DELETE, "DELETE"},
	{EVHTTP_REQ_PATCH, "PATCH"},
};

struct httpd {
	struct loop *loop;
	struct evhttp *evhttp;
	struct evhttp_bound_socket *bound;
	struct event *accept_guard;
	struct timer *accept_pause;
	httpd_fn *fn;
	void *arg;
	uint16_t port;
	char *unix_path;
	bool dead; /* freed; the memory goes at the end of the turn */
};

struct httpd_request {
	struct loop *loop;
	/* Ours until it is answered, even when the connection is gone. */
	struct evhttp_request *ev;
	const char *body;
	size_t body_len;
	bool gone; /* the connection is; never touch ev->evcon again */
};

static struct evconnlistener *httpd_listener(const struct httpd *httpd)
{
	return evhttp_bound_socket_get_listener(httpd->bound);
}

static bool httpd_has_descriptors(void)
{
	struct rlimit limit;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	/* The lowest free number tells how many are in use. */
	return getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	       (rlim_t)fd + RESERVED_DESCRIPTORS < limit.rlim_cur;
}

/*
 * Sees the listening socket become readable together with evhttp's listener,
 * which would try to accept again and again, at full speed, when there are no
 * descriptors left.
 */
static void httpd_on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct httpd *httpd = arg;

	(void)fd;
	(void)what;
	if (httpd_has_descriptors())
		return;
	evconnlistener_disable(httpd_listener(httpd));
	event_del(httpd->accept_guard);
	timer_arm(httpd->accept_pause, ACCEPT_PAUSE_MS);
}

static void httpd_on_pause_over(void *arg)
{
	struct httpd *httpd = arg;

	evconnlistener_enable(httpd_listener(httpd));
	event_add(httpd->accept_guard, NULL);
}

static void request_on_gone(struct evhttp_connection *connection, void *arg)
{
	struct httpd_request *request = arg;

	(void)connection;
	request->gone = true;
}

static void request_take_body(struct httpd_request *request)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(request->ev);

	request->body_len = evbuffer_get_length(input);
	request->body = "";
	if (request->body_len == 0)
		return;
	if (evbuffer_add(input, "", 1) != 0)
		abort();
	request->body = net_must(evbuffer_pullup(input, -1));
}

static void httpd_on_request(struct evhttp_request *ev, void *arg)
{
	struct httpd *httpd = arg;
	struct httpd_request *request;

	/* The end of the turn takes the connection and this request. */
	if (httpd->dead)
		return;
	request = xcalloc(1, sizeof(*request));
	request->loop = httpd->loop;
	request->ev = ev;
	evhttp_request_own(ev);
	evhttp_connection_set_closecb(
		evhttp_request_get_connection(ev), request_on_gone, request);
	request_take_body(request);
	httpd->fn(request, httpd->arg);
}

static void httpd_setup(struct httpd *httpd, const struct httpd_params *params)
{
	ev_uint16_t methods = 0;

	for (size_t i = 0; i < ARRAY_LEN(httpd_methods); i++)
		methods = (ev_uint16_t)(methods | httpd_methods[i].type);
	evhttp_set_allowed_methods(httpd->evhttp, methods);
	evhttp_set_max_headers_size(
		httpd->evhttp, (ev_ssize_t)params->max_header_bytes);
	evhttp_set_max_body_size(
		httpd->evhttp, (ev_ssize_t)params->max_body_bytes);
	evhttp_set_timeout(httpd->evhttp, params->idle_timeout_s);
	evhttp_set_default_content_type(httpd->evhttp, NULL);
	/* Reads a body that is too large to its end, so that the client sees
	 * the 413 and not a reset. */
	evhttp_set_flags(httpd->evhttp, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_gencb(httpd->evhttp, httpd_on_request, httpd);
}

static void httpd_listen(struct httpd *httpd, int fd)
{
	struct event_base *base = loop_base(httpd->loop);

	httpd->bound =
		net_must(evhttp_accept_socket_with_handle(httpd->evhttp, fd));
	/* Added after the listener's own event, so it is called before. */
	httpd->accept_guard = net_must(event_new(
		base, fd, EV_READ | EV_PERSIST, httpd_on_acceptable, httpd));
	event_add(httpd->accept_guard, NULL);
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
	httpd->arg = arg;
	httpd->port = port;
	if (!params->address)
		httpd->unix_path = xstrdup(params->unix_path);
	httpd->evhttp = net_must(evhttp_new(loop_base(loop)));
	httpd_setup(httpd, params);
	httpd_listen(httpd, fd);
	return httpd;
}

static void httpd_free_memory(void *arg)
{
	struct httpd *httpd = arg;

	evhttp_free(httpd->evhttp);
	free(httpd->unix_path);
	free(httpd);
}

void httpd_free(struct httpd *httpd)
{
	if (!httpd || httpd->dead)
		return;
	httpd->dead = true;
	timer_free(httpd->accept_pause);
	event_free(httpd->accept_guard);
	evhttp_del_accept_socket(httpd->evhttp, httpd->bound);
	if (httpd->unix_path)
		unlink(httpd->unix_path);
	/* The connections may be on the stack: we may be in a handler. */
	loop_defer(httpd->loop, httpd_free_memory, httpd);
}

uint16_t httpd_port(const struct httpd *httpd)
{
	return httpd->port;
}

const char *httpd_method(const struct httpd_request *request)
{
	enum evhttp_cmd_type type = evhttp_request_get_command(request->ev);

	for (size_t i = 0; i < ARRAY_LEN(httpd_methods); i++)
		if (httpd_methods[i].type == type)
			return httpd_methods[i].name;
	abort();
}

const char *httpd_target(const struct httpd_request *request)
{
	return evhttp_request_get_uri(request->ev);
}

const char *httpd_header(const struct httpd_request *request, const char *name)
{
	return evhttp_find_header(
		evhttp_request_get_input_headers(request->ev), name);
}

void httpd_each_header(
	const struct httpd_request *request, httpd_header_fn *fn, void *arg)
{
	struct evkeyvalq *headers =
		evhttp_request_get_input_headers(request->ev);

	for (struct evkeyval *header = headers->tqh_first; header;
		header = header->next.tqe_next)
		fn(header->key, header->value, arg);
}

const char *httpd_body(const struct httpd_request *request, size_t *ret_len)
{
	*ret_len = request->body_len;
	return request->body;
}

void httpd_add_header(
	struct httpd_request *request, const char *name, const char *value)
{
	/* Refuses what holds a line break. */
	(void)evhttp_add_header(
		evhttp_request_get_output_headers(request->ev), name, value);
}

/* Gives the request back to evhttp: it frees it from now on. Returns its
 * connection, or NULL when that is gone and the request with it. */
static struct evhttp_connection *request_release(struct httpd_request *request)
{
	struct evhttp_request *ev = request->ev;
	struct evhttp_connection *connection;
	bool gone = request->gone;

	free(request);
	ev->flags &= ~EVHTTP_USER_OWNED;
	if (gone) {
		evhttp_request_free(ev);
		return NULL;
	}
	connection = evhttp_request_get_connection(ev);
	evhttp_connection_set_closecb(connection, NULL, NULL);
	return connection;
}

void httpd_reply(struct httpd_request *request, int status,
	const char *content_type, const void *body, size_t len)
{
	struct evhttp_request *ev = request->ev;
	struct evbuffer *output = evhttp_request_get_output_buffer(ev);

	if (content_type)
		httpd_add_header(request, "Content-Type", content_type);
	if (len > 0 && evbuffer_add(output, body, len) != 0)
		abort();
	if (request_release(request))
		evhttp_send_reply(ev, status, NULL, NULL);
}

static void request_on_drop(void *arg)
{
	struct evhttp_connection *connection = request_release(arg);

	if (connection)
		evhttp_connection_free(connection);
}

void httpd_drop(struct httpd_request *request)
{
	/* The connection may be on the stack: we may be in the handler. */
	loop_defer(request->loop, request_on_drop, request);
}
