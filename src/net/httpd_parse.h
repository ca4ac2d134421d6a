/*
 * One HTTP/1.x request, read from bytes as they come (RFC 9112): no sockets,
 * no answers. What is ambiguous, and what intermediaries read in different
 * ways, is refused and not guessed at: continuation lines, white space before
 * a colon, several or signed Content-Length, Content-Length together with
 * Transfer-Encoding, NUL and other control characters. LF alone ends a line,
 * as does CRLF. A target in absolute form (http://host/path) is the request
 * for its path. Trailers are read and dropped.
 *
 * Every refusal has a status and a reason for people, which quotes nothing
 * but a method. Memory: max_header_bytes and max_body_bytes, each at most
 * twice while it grows.
 */
#ifndef NET_HTTPD_PARSE_H
#define NET_HTTPD_PARSE_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTPD_PARSE_HEADERS = 64, /* lines of one request */
	HTTPD_PARSE_CHUNK_LINE_BYTES = 256,
	HTTPD_PARSE_REASON_BYTES = 256,
};

enum httpd_parse_state {
	HTTPD_PARSE_START,
	HTTPD_PARSE_HEAD,
	HTTPD_PARSE_BODY,
	HTTPD_PARSE_CHUNK_SIZE,
	HTTPD_PARSE_CHUNK,
	HTTPD_PARSE_CHUNK_END,
	HTTPD_PARSE_TRAILERS,
	HTTPD_PARSE_WHOLE,
	HTTPD_PARSE_REFUSED,
};

struct httpd_parse {
	enum httpd_parse_state state;
	size_t max_header_bytes;
	size_t max_body_bytes;
	struct buf line;    /* the one being read */
	struct buf text;    /* target, names and values, each terminated */
	struct buf body;    /* terminated, without its framing */
	const char *method; /* constant; NULL before it is known */
	struct {
		size_t name; /* places in text */
		size_t value;
	} headers[HTTPD_PARSE_HEADERS];
	size_t header_count;
	size_t head_bytes; /* read, with line ends and trailers */
	unsigned lines;    /* read, for reasons */
	uint64_t left;     /* bytes of the body or the chunk to come */
	uint64_t length;   /* Content-Length */
	bool has_length;
	bool is_chunked;
	bool is_1_0;
	bool wants_close;
	bool wants_keep_alive;
	bool wants_continue; /* Expect: 100-continue */
	unsigned hosts;
	int status; /* of the refusal */
	char reason[HTTPD_PARSE_REASON_BYTES];
};

void httpd_parse_init(struct httpd_parse *parse, size_t max_header_bytes,
	size_t max_body_bytes);
void httpd_parse_release(struct httpd_parse *parse);

/* Takes bytes until the request is over; returns how many it took, at least
 * one. What is left belongs to the next request. */
size_t httpd_parse_feed(
	struct httpd_parse *parse, const char *bytes, size_t len) MUST_CHECK;
/* Whole or refused. */
bool httpd_parse_is_over(const struct httpd_parse *parse);
/* Has anything but empty lines come? */
bool httpd_parse_has_begun(const struct httpd_parse *parse);
/* Is the body still to come, and does the client wait to be asked for it? */
bool httpd_parse_awaits_continue(const struct httpd_parse *parse);
bool httpd_parse_keeps_alive(const struct httpd_parse *parse);

/* Refuses it from outside: time is up, the client is gone. */
void httpd_parse_refuse(struct httpd_parse *parse, int status, const char *fmt,
	...) PRINTF_LIKE(3, 4);

const char *httpd_parse_target(const struct httpd_parse *parse);
const char *httpd_parse_name(const struct httpd_parse *parse, size_t i);
const char *httpd_parse_value(const struct httpd_parse *parse, size_t i);

#endif
