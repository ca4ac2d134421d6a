#include "net_peer.h"

#include "util/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct net_peer {
	int listener;
	int stop;
	uint16_t port;
	pthread_t thread;
	net_script_fn *script;
	void *arg;
	atomic_int count;
};

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void net_limit(int fd)
{
	struct timeval tv = {.tv_sec = NET_PATIENCE_MS / 1000};
	int one = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int net_listen(uint16_t *ret_port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	must(bind(fd, (struct sockaddr *)&sin, len) == 0);
	must(listen(fd, 64) == 0);
	must(getsockname(fd, (struct sockaddr *)&sin, &len) == 0);
	*ret_port = ntohs(sin.sin_port);
	return fd;
}

static void *net_peer_serve(void *arg)
{
	struct net_peer *peer = arg;

	for (;;) {
		struct pollfd fds[2] = {
			{.fd = peer->listener, .events = POLLIN},
			{.fd = peer->stop, .events = POLLIN},
		};
		int fd;

		must(poll(fds, 2, -1) > 0);
		/* Who has connected is served first. */
		if (!fds[0].revents)
			return NULL;
		fd = accept(peer->listener, NULL, NULL);
		must(fd >= 0);
		net_limit(fd);
		peer->script(fd, atomic_fetch_add(&peer->count, 1), peer->arg);
		close(fd);
	}
}

struct net_peer *net_peer_new(net_script_fn *script, void *arg)
{
	struct net_peer *peer = xcalloc(1, sizeof(*peer));

	peer->script = script;
	peer->arg = arg;
	peer->listener = net_listen(&peer->port);
	peer->stop = eventfd(0, EFD_CLOEXEC);
	must(pthread_create(&peer->thread, NULL, net_peer_serve, peer) == 0);
	return peer;
}

void net_peer_free(struct net_peer *peer)
{
	uint64_t one = 1;

	must(write(peer->stop, &one, sizeof(one)) == sizeof(one));
	must(pthread_join(peer->thread, NULL) == 0);
	close(peer->listener);
	close(peer->stop);
	free(peer);
}

uint16_t net_peer_port(const struct net_peer *peer)
{
	return peer->port;
}

int net_peer_count(const struct net_peer *peer)
{
	return atomic_load(&peer->count);
}

uint16_t net_closed_port(void)
{
	uint16_t port;

	close(net_listen(&port));
	return port;
}

int net_dial(uint16_t port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	must(connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	net_limit(fd);
	return fd;
}

void net_say(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		/* The other side may have had enough. */
		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

void net_says(int fd, const char *text)
{
	net_say(fd, text, strlen(text));
}

bool net_read_until(int fd, const char *end, char *text, size_t size)
{
	size_t len = 0;
	size_t end_len = strlen(end);

	while (len + 1 < size) {
		ssize_t n = read(fd, text + len, 1);

		if (n <= 0)
			break;
		len++;
		if (len >= end_len &&
			memcmp(text + len - end_len, end, end_len) == 0) {
			text[len] = '\0';
			return true;
		}
	}
	text[len] = '\0';
	return false;
}

void net_await_close(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static int64_t real_now_ms(void)
{
	struct timespec ts;

	must(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void net_turn_until(struct loop *loop, const bool *flag)
{
	int64_t end = real_now_ms() + NET_PATIENCE_MS;

	while (!*flag) {
		must(real_now_ms() < end);
		loop_turn(loop, 100);
	}
}

size_t net_turn_and_read(struct loop *loop, int fd, char *text, size_t size)
{
	int64_t end = real_now_ms() + NET_PATIENCE_MS;

	for (;;) {
		ssize_t n = recv(fd, text, size - 1, MSG_DONTWAIT);

		if (n >= 0 || errno == ECONNRESET) {
			text[n > 0 ? n : 0] = '\0';
			return n > 0 ? (size_t)n : 0;
		}
		must(errno == EAGAIN && real_now_ms() < end);
		loop_turn(loop, 5);
	}
}
