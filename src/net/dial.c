#include "net/dial.h"

#include "net/address.h"
#include "net/loop_private.h"
#include "net/resolve.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	WHY_BYTES = 600,
	/* What is sent and never acknowledged ends the connection. */
	USER_TIMEOUT_MS = 30000,
	KEEPALIVE_IDLE_S = 60,
	KEEPALIVE_INTERVAL_S = 10,
};

struct dial {
	struct loop *loop;
	dial_fn *fn;
	void *arg;
	char *host;
	int64_t timeout_ms;
	int64_t end_ms;
	struct resolve *resolve;
	struct timer *timer;
	struct address local; /* len 0: any */
	char *local_text;
	bool is_local_foreign; /* not of this host, but perhaps routed to it */
	struct address addresses[RESOLVE_MAX_ADDRESSES];
	size_t count;
	size_t next;
	size_t tried;
	int fd;
	struct event *connected;
	char why[WHY_BYTES];
};

void dial_describe_timeout(int64_t timeout_ms, char *text, size_t size)
{
	if (timeout_ms % 1000 == 0)
		snprintf(text, size, "no answer within %" PRId64 " s",
			timeout_ms / 1000);
	else
		snprintf(text, size, "no answer within %" PRId64 " ms",
			timeout_ms);
}

void dial_describe_errno(int error, char *text, size_t size)
{
	snprintf(text, size, "%s", strerror(error));
	if (text[0] && ascii_lower(text[1]) == text[1])
		text[0] = ascii_lower(text[0]);
}

static void dial_drop_socket(struct dial *dial)
{
	if (dial->connected)
		event_free(TAKE(dial->connected));
	if (dial->fd >= 0)
		close(dial->fd);
	dial->fd = -1;
}

static void dial_free(struct dial *dial)
{
	dial_drop_socket(dial);
	free(dial->local_text);
	resolve_cancel(dial->resolve);
	timer_free(dial->timer);
	free(dial->host);
	free(dial);
}

/* The likeliest cause, that nobody would guess from a silence. */
static void dial_say_foreign(struct dial *dial)
{
	size_t len = strlen(dial->why);

	snprintf(dial->why + len, sizeof(dial->why) - len,
		"; %s is no address of this host", dial->local_text);
}

static void dial_finish(struct dial *dial)
{
	int fd = dial->fd;
	size_t len = strlen(dial->why);

	if (fd < 0 && dial->tried > 1)
		snprintf(dial->why + len, sizeof(dial->why) - len,
			" (the last of %zu addresses)", dial->tried);
	if (fd < 0 && dial->is_local_foreign)
		dial_say_foreign(dial);
	/* The descriptor is the callee's now. */
	dial->fd = -1;
	dial->fn(fd, fd >= 0 ? NULL : dial->why, dial->arg);
	dial_free(dial);
}

static void dial_set_options(int fd)
{
	static const struct {
		int level;
		int name;
		int value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
	};

	/* All of them better service, none a condition. */
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
			&options[i].value, sizeof(options[i].value));
}

/* Addresses out of a prefix that is routed here need not be on an interface;
 * ports are chosen per destination, so that many connections have room. */
static int dial_bind(struct dial *dial)
{
	const struct sockaddr *sa = address_sockaddr(&dial->local);
	int one = 1;

	if (dial->local.len == 0)
		return 0;
	(void)setsockopt(dial->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
		sizeof(one));
	if (bind(dial->fd, sa, dial->local.len) == 0)
		return 0;
	if (errno != EADDRNOTAVAIL)
		return -errno;
	dial->is_local_foreign = true;
	(void)setsockopt(dial->fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	return bind(dial->fd, sa, dial->local.len) == 0 ? 0 : -errno;
}

/* 0 when the connection is made or under way. */
static int dial_open(struct dial *dial, const struct address *address)
{
	const struct sockaddr *sa = address_sockaddr(address);
	int rc;

	dial->fd = socket(
		sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (dial->fd < 0)
		return -errno;
	dial_set_options(dial->fd);
	rc = dial_bind(dial);
	if (rc < 0)
		return rc;
	if (connect(dial->fd, sa, address->len) != 0 && errno != EINPROGRESS)
		return -errno;
	return 0;
}

static void dial_next(struct dial *dial);

static void dial_on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct dial *dial = arg;
	int error = 0;
	socklen_t len = sizeof(error);

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error == 0) {
		event_free(TAKE(dial->connected));
		dial_finish(dial);
		return;
	}
	dial_describe_errno(error, dial->why, sizeof(dial->why));
	dial_drop_socket(dial);
	dial_next(dial);
}

/* Starts on the next address; without one, that is the end. */
static void dial_next(struct dial *dial)
{
	while (dial->next < dial->count) {
		size_t left = dial->count - dial->next;
		int64_t left_ms = dial->end_ms - loop_now_ms(dial->loop);
		int error;

		dial->tried++;
		error = dial_open(dial, &dial->addresses[dial->next++]);
		if (error == 0) {
			dial->connected = net_must(
				event_new(loop_base(dial->loop), dial->fd,
					EV_WRITE, dial_on_connected, dial));
			event_add(dial->connected, NULL);
			timer_arm(dial->timer, left_ms / (int64_t)left);
			return;
		}
		dial_describe_errno(-error, dial->why, sizeof(dial->why));
		dial_drop_socket(dial);
	}
	dial_finish(dial);
}

static void dial_on_timer(void *arg)
{
	struct dial *dial = arg;
	char text[64];

	dial_describe_timeout(dial->timeout_ms, text, sizeof(text));
	if (!dial->resolve) {
		snprintf(dial->why, sizeof(dial->why), "%s", text);
		dial_drop_socket(dial);
		dial_next(dial);
		return;
	}
	snprintf(dial->why, sizeof(dial->why), "name %s does not resolve: %s",
		dial->host, text);
	resolve_cancel(TAKE(dial->resolve));
	dial_finish(dial);
}

/* With a local address only those of its family can be reached. */
static void dial_take_addresses(
	struct dial *dial, const struct resolve_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct address *address = &answer->addresses[i];

		if (dial->local.len > 0 &&
			dial->local.sa.ss_family != address->sa.ss_family)
			continue;
		dial->addresses[dial->count++] = *address;
	}
}

static void dial_on_resolved(const struct resolve_answer *answer, void *arg)
{
	struct dial *dial = arg;

	dial->resolve = NULL;
	snprintf(dial->why, sizeof(dial->why), "%s",
		answer->count == 0
			? answer->why
			: "no address of the kind of the local address");
	dial_take_addresses(dial, answer);
	dial_next(dial);
}

static bool dial_set_local(struct dial *dial, const char *text)
{
	if (!text || address_parse(text, 0, &dial->local) == 0)
		return true;
	snprintf(dial->why, sizeof(dial->why), "%s is not a local address",
		text);
	return false;
}

static void dial_on_refused(void *arg)
{
	dial_finish(arg);
}

struct dial *dial_start(struct loop *loop, const struct dial_target *target,
	dial_fn *fn, void *arg)
{
	struct dial *dial = xcalloc(1, sizeof(*dial));

	dial->loop = loop;
	dial->fn = fn;
	dial->arg = arg;
	dial->fd = -1;
	dial->host = xstrdup(target->host);
	dial->local_text = xstrdup_null(target->bind_address);
	dial->timeout_ms = target->timeout_ms;
	dial->end_ms = loop_now_ms(loop) + target->timeout_ms;
	if (!dial_set_local(dial, target->bind_address)) {
		dial->timer = timer_new(loop, dial_on_refused, dial);
		timer_arm(dial->timer, 0);
		return dial;
	}
	dial->timer = timer_new(loop, dial_on_timer, dial);
	timer_arm(dial->timer, target->timeout_ms);
	dial->resolve = resolve_start(
		loop, target->host, target->port, dial_on_resolved, dial);
	return dial;
}

void dial_cancel(struct dial *dial)
{
	if (dial)
		dial_free(dial);
}
