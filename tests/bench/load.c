/*
 * A load on chimed: CLIENTS keep-alive connections that each send the next
 * signed request when the answer to the one before is there, for SECONDS.
 * Prints one JSON line with the rate and the percentiles of the time from
 * request to answer. Ends with 1 on any answer but success.
 *
 *	load PORT BEARER CLIENTS SECONDS [QUERY] < CHANNEL-ARNS
 *
 * With a query it lists messages, without it sends some. The channels take
 * turns. The key pair is that of the environment.
 */
#include "aws/sigv4.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/rand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	REQUEST_BYTES = 8192,
	ANSWER_BYTES = 256 << 10,
	ARN_BYTES = 2048,
	CLIENTS_MAX = 1024,
	EVENTS = 64,
	WAIT_MS = 10000,
};

struct client {
	int fd;
	int64_t asked_us;
	size_t len;
	char answer[ANSWER_BYTES];
};

struct load {
	struct sigv4_key key;
	struct sigv4_signed out;
	struct buf request;
	struct buf body;
	char host[32];
	const char *bearer;
	const char *method;
	const char *query;
	char **paths; /* of the channels' messages */
	size_t path_count;
	size_t next_path;
	int epoll;
	int64_t end_us;
	uint32_t *times_us; /* of each answer */
	size_t time_count;
	size_t time_room;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* ---- requests ---- */

static void set_body(struct load *load)
{
	char token[RAND_TOKEN_BYTES];

	buf_clear(&load->body);
	if (load->query[0] != '\0')
		return;
	rand_token(token);
	buf_addf(&load->body,
		"{\"Content\":\"a line of some forty characters or so\","
		"\"Type\":\"STANDARD\",\"Persistence\":\"PERSISTENT\","
		"\"ClientRequestToken\":\"%s\"}",
		token);
}

static void sign(struct load *load, const char *path)
{
	const struct sigv4_header headers[] = {
		{"host", load->host},
		{"content-type", "application/json"},
		{"x-amz-chime-bearer", load->bearer},
	};
	const struct sigv4_request request = {
		.method = load->method,
		.path = span_of(path),
		.query = span_of(load->query),
		.headers = headers,
		.header_count = ARRAY_LEN(headers),
		.body = load->body.data,
		.body_len = load->body.len,
	};
	const struct sigv4_params params = {
		.region = "us-east-1",
		.service = "chime",
		.wall_ms = clock_wall_ms(),
	};

	if (sigv4_sign(&load->key, &params, &request, &load->out) != 0)
		die("signature", "too long");
}

static void ask(struct load *load, struct client *client)
{
	const char *path = load->paths[load->next_path++ % load->path_count];
	struct buf *b = &load->request;

	set_body(load);
	sign(load, path);
	buf_clear(b);
	buf_addf(b, "%s %s%s%s HTTP/1.1\r\n", load->method, path,
		load->query[0] == '\0' ? "" : "?", load->query);
	buf_addf(b,
		"Host: %s\r\nContent-Type: application/json\r\n"
		"x-amz-chime-bearer: %s\r\nx-amz-date: %s\r\n"
		"Authorization: %s\r\nContent-Length: %zu\r\n\r\n%s",
		load->host, load->bearer, load->out.date,
		load->out.authorization.data, load->body.len, load->body.data);
	client->len = 0;
	client->asked_us = now_us();
	if (b->overflow || send(client->fd, b->data, b->len, MSG_NOSIGNAL) !=
				   (ssize_t)b->len)
		die("send", strerror(errno));
}

/* ---- answers ---- */

static bool is_complete(struct client *client)
{
	static const char length[] = "Content-Length:";
	char *end, *at;

	client->answer[client->len] = '\0';
	end = strstr(client->answer, "\r\n\r\n");
	if (end == NULL)
		return false;
	at = strstr(client->answer, length);
	if (strncmp(client->answer, "HTTP/1.1 20", 11) != 0 || at == NULL)
		die("answer", client->answer);
	return client->len ==
	       (size_t)(end + 4 - client->answer) +
		       strtoul(at + sizeof(length) - 1, NULL, 10);
}

static void note_time(struct load *load, const struct client *client)
{
	if (load->time_count == load->time_room) {
		load->time_room = load->time_room * 2 + 65536;
		load->times_us = xreallocarray(load->times_us, load->time_room,
			sizeof(*load->times_us));
	}
	load->times_us[load->time_count++] =
		(uint32_t)(now_us() - client->asked_us);
}

/* False: this was the client's last answer. */
static bool take(struct load *load, struct client *client)
{
	ssize_t n = recv(client->fd, client->answer + client->len,
		sizeof(client->answer) - 1 - client->len, 0);

	if (n <= 0)
		die("connection", n == 0 ? "closed" : strerror(errno));
	client->len += (size_t)n;
	if (!is_complete(client))
		return true;
	note_time(load, client);
	if (now_us() >= load->end_us)
		return false;
	ask(load, client);
	return true;
}

static void run(struct load *load, int clients)
{
	struct epoll_event events[EVENTS];

	while (clients > 0) {
		int count = epoll_wait(load->epoll, events, EVENTS, WAIT_MS);

		if (count <= 0)
			die("answers", "none for ten seconds");
		for (int i = 0; i < count; i++)
			clients -= !take(load, events[i].data.ptr);
	}
}

/* ---- set-up and report ---- */

static struct client *connect_client(struct load *load, int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct client *client = xcalloc(1, sizeof(*client));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
	int one = 1;

	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (client->fd < 0 ||
		connect(client->fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
		setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one,
			sizeof(one)) != 0 ||
		epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
		die("connect", strerror(errno));
	return client;
}

static void read_channels(struct load *load)
{
	char line[ARN_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct buf AUTOBUF path;

		line[strcspn(line, "\n")] = '\0';
		buf_init(&path, REQUEST_BYTES);
		buf_adds(&path, "/channels/");
		enc_percent(&path, line, strlen(line));
		buf_adds(&path, "/messages");
		load->paths = xreallocarray(load->paths, load->path_count + 1,
			sizeof(*load->paths));
		load->paths[load->path_count++] = buf_take(&path);
	}
	if (load->path_count == 0)
		die("channels", "none on standard input");
}

static int compare_times(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static double share_ms(const struct load *load, double share)
{
	size_t at = (size_t)((double)(load->time_count - 1) * share);

	return load->times_us[at] / 1000.0;
}

static void report(const struct load *load, int64_t took_us)
{
	qsort(load->times_us, load->time_count, sizeof(*load->times_us),
		compare_times);
	printf("{\"requests\": %zu, \"per_s\": %.0f, \"p50_ms\": %.2f, "
	       "\"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
		load->time_count,
		(double)load->time_count * 1e6 / (double)took_us,
		share_ms(load, 0.5), share_ms(load, 0.99), share_ms(load, 1));
}

static void prepare(struct load *load, const char *port, const char *query)
{
	const char *key = getenv("AWS_ACCESS_KEY_ID");
	const char *secret = getenv("AWS_SECRET_ACCESS_KEY");

	if (key == NULL || secret == NULL)
		die("key pair", "not in the environment");
	sigv4_key_init(&load->key, key, secret, NULL);
	sigv4_signed_init(&load->out);
	buf_init(&load->request, REQUEST_BYTES);
	buf_init(&load->body, REQUEST_BYTES);
	snprintf(load->host, sizeof(load->host), "127.0.0.1:%s", port);
	load->method = query == NULL ? "POST" : "GET";
	load->query = query == NULL ? "" : query;
	read_channels(load);
	load->epoll = epoll_create1(0);
}

int main(int argc, char **argv)
{
	struct load load = {.path_count = 0};
	uint64_t port, count, seconds;

	if (argc < 5 || argc > 6 ||
		parse_u64(argv[1], UINT16_MAX, &port) != 0 ||
		parse_u64(argv[3], CLIENTS_MAX, &count) != 0 ||
		parse_u64(argv[4], UINT16_MAX, &seconds) != 0)
		die("usage", "PORT BEARER CLIENTS SECONDS [QUERY]");
	load.bearer = argv[2];
	prepare(&load, argv[1], argc == 6 ? argv[5] : NULL);
	struct client **clients = xcalloc(count, sizeof(struct client *));

	for (size_t i = 0; i < count; i++)
		clients[i] = connect_client(&load, (int)port);
	int64_t start_us = now_us();

	load.end_us = start_us + (int64_t)seconds * 1000000;
	for (size_t i = 0; i < count; i++)
		ask(&load, clients[i]);
	run(&load, (int)count);
	report(&load, now_us() - start_us);
	return 0;
}
