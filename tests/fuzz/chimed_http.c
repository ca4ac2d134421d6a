/*
 * Raw bytes on a connection to the service, as a client sends them that then
 * closes its half. `$c` stands for the percent-encoded ARN of a channel
 * (chimed_world.h). What comes back is a row of well-formed HTTP answers with
 * known statuses, each with a request id, errors with Code and Message; the
 * connection then ends, and no bytes but empty lines stay unanswered.
 */
#include "chimed/server.h"
#include "chimed_world.h"
#include "util/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RUNS = 64, TURNS = 10000, PIECE_BYTES = 65536 };

struct site {
	struct world world;
	struct loop *loop;
	struct server *server;
	unsigned runs;
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void site_open(struct site *site)
{
	struct err err;

	world_init(&site->world);
	site->loop = loop_new();
	must(server_new(site->loop,
		     &(struct server_params){
			     .listen = "127.0.0.1:0",
			     .db = site->world.db,
			     .service = site->world.service,
		     },
		     &site->server, &err) == 0);
}

static void site_close(struct site *site)
{
	server_free(site->server);
	loop_turn(site->loop, 0);
	loop_free(site->loop);
	world_release(&site->world);
	site->server = NULL;
}

static int dial(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	must(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

/* Sends what goes; the rest of the answer. True until the end. */
static bool exchange(int fd, struct span *unsent, struct buf *answers)
{
	char piece[PIECE_BYTES];

	if (unsent->len > 0) {
		ssize_t n = send(fd, unsent->p, unsent->len,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		must(n > 0 || errno == EAGAIN || errno == EPIPE ||
			errno == ECONNRESET);
		unsent->p += n > 0 ? n : 0;
		unsent->len -= n > 0 ? (size_t)n : 0;
		if (unsent->len == 0)
			shutdown(fd, SHUT_WR);
	}
	ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

	if (n > 0)
		buf_add(answers, piece, (size_t)n);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void converse(struct site *site, struct span text, struct buf *answers)
{
	int fd = dial(server_port(site->server));
	int turns = 0;

	if (text.len == 0)
		shutdown(fd, SHUT_WR);
	while (exchange(fd, &text, answers)) {
		loop_turn(site->loop, 100);
		must(++turns < TURNS);
	}
	close(fd);
}

/* The value of a header of one answer's head. */
static const char *find(const char *head, const char *name)
{
	const char *at = strstr(head, name);

	return at == NULL ? NULL : at + strlen(name);
}

/* One answer; returns what is behind it. Those to HEAD are not among them. */
static const char *check_answer(const char *text)
{
	int status = 0;
	const char *end = strstr(text, "\r\n\r\n");

	must(strncmp(text, "HTTP/1.1 ", 9) == 0 && end != NULL);
	status = (int)strtol(text + 9, NULL, 10);
	end += 4;
	if (status == 100)
		return end;
	char AUTOFREE *head = xstrndup(text, (size_t)(end - text));
	const char *length = find(head, "\r\nContent-Length: ");
	size_t n = length == NULL ? 0 : strtoul(length, NULL, 10);

	must(find(head, "\r\nx-amzn-RequestId: ") != NULL);
	must(find(head, "\r\nDate: ") != NULL);
	must((find(head, "\r\nx-amzn-ErrorType: ") != NULL) == (status >= 300));
	must(strlen(end) >= n);
	char AUTOFREE *body = xstrndup(end, n);

	world_check(status, length == NULL ? NULL : body);
	return end + n;
}

static bool holds(struct span text, const char *word, size_t len)
{
	for (size_t i = 0; i + len <= text.len; i++)
		if (memcmp(text.p + i, word, len) == 0)
			return true;
	return false;
}

static void check(struct span sent, const struct buf *answers)
{
	const char *at = answers->data;
	bool blank = true;

	for (size_t i = 0; i < sent.len; i++)
		blank = blank && (sent.p[i] == '\r' || sent.p[i] == '\n');
	must(blank || answers->len > 0);
	must(strlen(at) == answers->len);
	/* Answers to HEAD have a length and no body. */
	if (holds(sent, "HEAD", 4))
		return;
	while (*at != '\0')
		at = check_answer(at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct site site;
	struct buf AUTOBUF text;
	struct buf AUTOBUF answers;

	buf_init(&text, WORLD_TEXT_BYTES);
	buf_init(&answers, SIZE_MAX);
	if (site.server == NULL)
		site_open(&site);
	world_expand(&site.world, (struct span){(const char *)data, size},
		false, &text);
	converse(&site, (struct span){text.data, text.len}, &answers);
	check((struct span){text.data, text.len}, &answers);
	if (++site.runs % RUNS == 0 || !world_is_intact(&site.world))
		site_close(&site);
	return 0;
}
