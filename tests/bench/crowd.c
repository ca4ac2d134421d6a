/*
 * Many light connections of irc/conn.h to one server on loopback: what each
 * costs in memory, and what a line costs that all of them hear. Prints one JSON
 * line.
 *
 *	crowd CONNECTIONS LINES [tls]
 *
 * The server is a process of its own that only does what it must; the memory is
 * this process's RSS beyond that with one connection, the second figure after
 * malloc_trim(). The kernel's buffers are not in it.
 */
#include "irc/conn.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include "../unit/support/net_cert.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	EVENTS = 64,
	INPUT_BYTES = 4096,
	NAMES = 100,
	FILES_MORE = 64,
	PATIENCE_S = 300,
	TURN_MS = 100,
};

#define ROOM "#crowd"
#define CAPS                                                                   \
	"account-notify account-tag away-notify batch cap-notify chghost "     \
	"draft/chathistory draft/relaymsg=/ echo-message extended-join "       \
	"invite-notify labeled-response message-tags multi-prefix "            \
	"sasl=PLAIN,EXTERNAL server-time setname standard-replies "            \
	"userhost-in-names"

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The server. */

struct guest {
	int fd;
	SSL *ssl;
	char nick[32];
	size_t len;
	char input[INPUT_BYTES];
};

struct host {
	int listener;
	int epoll;
	const struct net_cert *cert; /* NULL: plain */
	struct guest **guests;
	size_t count;
	size_t lines;
};

static void guest_write(struct guest *guest, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = guest->ssl ? SSL_write(guest->ssl, bytes, (int)len)
				       : write(guest->fd, bytes, len);

		if (n <= 0)
			_exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void guest_say(struct guest *guest, const struct buf *text)
{
	guest_write(guest, text->data, text->len);
}

static void guest_welcome(struct guest *guest)
{
	static const char *const TOKENS[] = {
		"AWAYLEN=200 BOT=B CASEMAPPING=rfc1459 CHANLIMIT=#&:120 "
		"CHANMODES=IXZbegw,k,FHJLdfjl,ABCDKMNOPQRSTcimnprstuz "
		"CHANNELLEN=60 CHANTYPES=#& ELIST=CMNTU EXCEPTS=e "
		"EXTBAN=,ABCNOQRSTUacjmprsz HOSTLEN=64",
		"INVEX=I KEYLEN=32 KICKLEN=300 LINELEN=512 MAXLIST=I:100,b:100 "
		"MAXTARGETS=20 MODES=20 MONITOR=30 NETWORK=Bench NICKLEN=30 "
		"PREFIX=(qaohv)~&@%+ SAFELIST STATUSMSG=~&@%+",
		"TARGMAX=ACCEPT:30,DCCALLOW:,JOIN:,KICK:20,NAMES:1,NOTICE:20,"
		"PRIVMSG:20,WHOIS:1 TOPICLEN=330 USERLEN=12 WHOX",
	};
	struct buf AUTOBUF out;

	buf_init(&out, 65536);
	buf_addf(&out, ":s.example 001 %s :Welcome\r\n", guest->nick);
	for (size_t i = 0; i < ARRAY_LEN(TOKENS); i++)
		buf_addf(&out, ":s.example 005 %s %s :are supported\r\n",
			guest->nick, TOKENS[i]);
	for (int i = 0; i < 20; i++)
		buf_addf(&out,
			":s.example 372 %s :- line %d of the message\r\n",
			guest->nick, i);
	buf_addf(&out, ":s.example 376 %s :End of MOTD\r\n", guest->nick);
	guest_say(guest, &out);
}

static void guest_join(struct guest *guest)
{
	struct buf AUTOBUF out;

	buf_init(&out, 65536);
	buf_addf(&out, ":%s!user@host.example JOIN " ROOM "\r\n", guest->nick);
	for (int i = 0; i < NAMES; i++)
		buf_addf(&out,
			":s.example 353 %s = " ROOM " :one%d two%d three%d "
			"four%d five%d six%d seven%d eight%d\r\n",
			guest->nick, i, i, i, i, i, i, i, i);
	buf_addf(&out, ":s.example 366 %s " ROOM " :End of NAMES\r\n",
		guest->nick);
	guest_say(guest, &out);
}

static void host_talk(struct host *host)
{
	struct buf AUTOBUF out;

	buf_init(&out, 64U << 20);
	for (size_t i = 0; i < host->lines; i++)
		buf_addf(&out,
			"@time=2026-01-19T18:00:00.123Z;msgid=abcdef%zu "
			":bob!~bob@host.example.org PRIVMSG " ROOM
			" :a line of some forty characters or so\r\n",
			i);
	buf_adds(&out, "PING :talked\r\n");
	for (size_t i = 0; i < host->count; i++)
		guest_say(host->guests[i], &out);
}

static void guest_take(struct host *host, struct guest *guest, char *line)
{
	struct buf AUTOBUF out;
	char *rest = strchr(line, ' ');

	buf_init(&out, 65536);
	rest = rest ? rest + 1 : line;
	if (str_starts(line, "CAP LS"))
		buf_addf(&out, ":s.example CAP * LS :" CAPS "\r\n");
	else if (str_starts(line, "CAP REQ "))
		buf_addf(&out, ":s.example CAP * ACK %s\r\n", rest + 4);
	else if (str_starts(line, "NICK "))
		(void)snprintf(guest->nick, sizeof(guest->nick), "%s", rest);
	else if (str_starts(line, "CAP END"))
		guest_welcome(guest);
	else if (str_starts(line, "JOIN "))
		guest_join(guest);
	else if (str_starts(line, "PING "))
		buf_addf(&out, ":s.example PONG s.example %s\r\n", rest);
	else if (str_starts(line, "PRIVMSG talk "))
		host_talk(host);
	guest_say(guest, &out);
}

static void guest_lines(struct host *host, struct guest *guest)
{
	char *line = guest->input;
	char *end;

	guest->input[guest->len] = '\0';
	while ((end = strstr(line, "\r\n")) != NULL) {
		*end = '\0';
		guest_take(host, guest, line);
		line = end + 2;
	}
	guest->len = strlen(line);
	memmove(guest->input, line, guest->len);
}

static void guest_read(struct host *host, struct guest *guest)
{
	do {
		char *room = guest->input + guest->len;
		size_t size = INPUT_BYTES - 1 - guest->len;
		ssize_t n = guest->ssl ? SSL_read(guest->ssl, room, (int)size)
				       : read(guest->fd, room, size);

		if (n <= 0)
			_exit(0);
		guest->len += (size_t)n;
		guest_lines(host, guest);
	} while (guest->ssl && SSL_pending(guest->ssl) > 0);
}

static void host_accept(struct host *host)
{
	struct guest *guest = xcalloc(1, sizeof(*guest));
	int one = 1;

	guest->fd = accept(host->listener, NULL, NULL);
	must(guest->fd >= 0);
	(void)setsockopt(
		guest->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (host->cert) {
		guest->ssl = net_tls_accept(guest->fd, host->cert, false);
		must(guest->ssl != NULL);
	}
	host->guests = xreallocarray(
		host->guests, host->count + 1, sizeof(struct guest *));
	host->guests[host->count++] = guest;
	must(epoll_ctl(host->epoll, EPOLL_CTL_ADD, guest->fd,
		     &(struct epoll_event){
			     .events = EPOLLIN, .data.ptr = guest}) == 0);
}

static void host_run(struct host *host)
{
	struct epoll_event events[EVENTS];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	host->epoll = epoll_create1(0);
	must(epoll_ctl(host->epoll, EPOLL_CTL_ADD, host->listener,
		     &(struct epoll_event){.events = EPOLLIN}) == 0);
	for (;;) {
		int n = epoll_wait(host->epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.ptr)
				guest_read(host, events[i].data.ptr);
			else
				host_accept(host);
	}
}

static uint16_t host_listen(struct host *host)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);

	host->listener = socket(AF_INET, SOCK_STREAM, 0);
	must(bind(host->listener, (struct sockaddr *)&sin, len) == 0);
	must(listen(host->listener, SOMAXCONN) == 0);
	must(getsockname(host->listener, (struct sockaddr *)&sin, &len) == 0);
	return ntohs(sin.sin_port);
}

/* The crowd. */

struct crowd {
	struct loop *loop;
	struct irc_conn **conns;
	size_t count;
	size_t joined;
	size_t told; /* have read all that was said */
	struct irc_server server;
	struct irc_conn_params params;
};

static void crowd_on_channel(struct irc_conn *conn, const char *channel,
	bool joined, const char *why, void *arg)
{
	struct crowd *crowd = arg;

	(void)conn;
	(void)channel;
	if (!joined) {
		fprintf(stderr, "crowd: %s\n", why);
		exit(1);
	}
	crowd->joined++;
}

static void crowd_on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct crowd *crowd = arg;

	(void)conn;
	if (irc_message_is(message, "PING"))
		crowd->told++;
}

static void crowd_await(struct crowd *crowd, const size_t *what, size_t count)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (*what < count) {
		loop_turn(crowd->loop, TURN_MS);
		if (time(NULL) > end) {
			fprintf(stderr, "crowd: %zu of %zu\n", *what, count);
			exit(1);
		}
	}
}

static void crowd_grow(struct crowd *crowd, size_t count)
{
	static const struct irc_conn_events EVENTS_OF = {
		.channel = crowd_on_channel,
		.message = crowd_on_message,
	};
	char nick[32];

	crowd->conns =
		xreallocarray(crowd->conns, count, sizeof(struct irc_conn *));
	while (crowd->count < count) {
		struct irc_conn *conn;

		(void)snprintf(nick, sizeof(nick), "p%zu", crowd->count);
		crowd->params.nick = nick;
		conn = irc_conn_new(
			crowd->loop, &crowd->params, &EVENTS_OF, crowd);
		crowd->conns[crowd->count++] = conn;
		irc_conn_join(conn, ROOM, NULL);
		irc_conn_start(conn);
		/* As a bridge would, not all at once. */
		if (crowd->count % EVENTS == 0)
			crowd_await(crowd, &crowd->joined, crowd->count);
	}
	crowd_await(crowd, &crowd->joined, count);
	for (int i = 0; i < EVENTS; i++)
		loop_turn(crowd->loop, 1);
}

static void crowd_release(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++)
		irc_conn_free(crowd->conns[i]);
	free(crowd->conns);
	loop_free(crowd->loop);
}

/* What it costs. */

static double rss_kb(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	must(file && fscanf(file, "%*d %ld", &pages) == 1);
	(void)fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static double now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void crowd_measure(struct crowd *crowd, size_t count, size_t lines)
{
	const struct irc_line talk = {
		.command = "PRIVMSG", .params = {"talk", "now"}};
	double first_kb;
	double full_kb;
	double trimmed_kb;
	double cpu_us;
	double wall_us;

	crowd_grow(crowd, 1);
	malloc_trim(0);
	first_kb = rss_kb();
	crowd_grow(crowd, count + 1);
	full_kb = rss_kb();
	malloc_trim(0);
	trimmed_kb = rss_kb();
	cpu_us = now_us(CLOCK_PROCESS_CPUTIME_ID);
	wall_us = now_us(CLOCK_MONOTONIC);
	must(irc_conn_send(crowd->conns[0], IRC_PRIO_TEXT, NULL, &talk) == 0);
	crowd_await(crowd, &crowd->told, count + 1);
	cpu_us = now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us;
	wall_us = now_us(CLOCK_MONOTONIC) - wall_us;
	printf("{\"case\": \"crowd_%s_%zu\", \"kb_each\": %.1f, "
	       "\"kb_each_trimmed\": %.1f, \"lines\": %zu, "
	       "\"cpu_us_per_line_and_connection\": %.2f, \"wall_s\": %.2f, "
	       "\"kb_each_after\": %.1f}\n",
		crowd->params.tls ? "tls" : "plain", count,
		(full_kb - first_kb) / (double)count,
		(trimmed_kb - first_kb) / (double)count, lines,
		cpu_us / (double)((count + 1) * lines), wall_us / 1e6,
		(rss_kb() - first_kb) / (double)count);
}

static void allow_files(size_t count)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_cur < count + FILES_MORE)
		limit.rlim_cur = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static size_t number(const char *text)
{
	uint64_t value;

	if (parse_u64(text, 1000000, &value) < 0 || value == 0) {
		fprintf(stderr, "crowd: %s is no count\n", text);
		exit(2);
	}
	return (size_t)value;
}

int main(int argc, char **argv)
{
	struct net_cert *cert = NULL;
	struct host host = {.count = 0};
	struct crowd crowd = {.count = 0};
	bool is_tls = argc > 3 && str_eq(argv[3], "tls");
	size_t count;

	if (argc < 3) {
		fprintf(stderr, "usage: crowd CONNECTIONS LINES [tls]\n");
		return 2;
	}
	count = number(argv[1]);
	host.lines = number(argv[2]);
	allow_files(count);
	if (is_tls)
		cert = net_cert_new(&(struct net_cert_params){
			.common_name = "localhost",
			.alt_names = "IP:127.0.0.1",
		});
	host.cert = cert;
	crowd.server = (struct irc_server){
		.host = "127.0.0.1", .port = host_listen(&host)};
	if (fork() == 0)
		host_run(&host);
	close(host.listener);
	crowd.loop = loop_new();
	crowd.params = (struct irc_conn_params){
		.name = "crowd",
		.servers = &crowd.server,
		.server_count = 1,
		.tls = is_tls,
		.tls_params = {.ca_file = cert ? cert->cert_file : NULL},
		.nick_suffix = "[c]",
		.username = "crowd",
		.realname = "One of many",
		.flood_burst = 5,
		.flood_interval_ms = 1000,
		.is_light = true,
	};
	crowd_measure(&crowd, count, host.lines);
	crowd_release(&crowd);
	if (cert)
		net_cert_free(cert);
	return 0;
}
