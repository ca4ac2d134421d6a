#include "net/httpd_parse.h"

#include "util/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LENGTH_DIGITS = 18, /* fit 64 bits */
	CHUNK_DIGITS = 15,
	METHOD_SHOWN = 20,
};

static const char *const known_methods[] = {
	"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"};

void httpd_parse_init(struct httpd_parse *parse, size_t max_header_bytes,
	size_t max_body_bytes)
{
	*parse = (struct httpd_parse){
		.max_header_bytes = max_header_bytes,
		.max_body_bytes = max_body_bytes,
	};
	buf_init(&parse->line, max_header_bytes + HTTPD_PARSE_CHUNK_LINE_BYTES);
	/* A terminator for each part of a line. */
	buf_init(&parse->text, max_header_bytes + 2);
	buf_init(&parse->body, max_body_bytes);
}

void httpd_parse_release(struct httpd_parse *parse)
{
	buf_release(&parse->line);
	buf_release(&parse->text);
	buf_release(&parse->body);
}

void httpd_parse_refuse(
	struct httpd_parse *parse, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(parse->reason, sizeof(parse->reason), fmt, ap);
	va_end(ap);
	parse->status = status;
	parse->state = HTTPD_PARSE_REFUSED;
}

bool httpd_parse_is_over(const struct httpd_parse *parse)
{
	return parse->state >= HTTPD_PARSE_WHOLE;
}

bool httpd_parse_has_begun(const struct httpd_parse *parse)
{
	return parse->state != HTTPD_PARSE_START || parse->line.len > 0;
}

/* ---- characters ---- */

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') ||
	       (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return s.len > 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* Keeps a part of the line; returns its place. */
static size_t keep(struct httpd_parse *parse, struct span s)
{
	size_t at = parse->text.len;

	buf_add(&parse->text, s.p, s.len);
	buf_addc(&parse->text, '\0');
	return at;
}

/* ---- the request line ---- */

static void take_version(struct httpd_parse *parse, struct span version)
{
	parse->is_1_0 = span_is(version, "HTTP/1.0");
	if (parse->is_1_0 || span_is(version, "HTTP/1.1"))
		return;
	if (version.len == 8 && memcmp(version.p, "HTTP/", 5) == 0 &&
		is_digit(version.p[5]) && version.p[6] == '.' &&
		is_digit(version.p[7]))
		httpd_parse_refuse(parse, 505,
			"This version of HTTP is not spoken here: use "
			"HTTP/1.1 or HTTP/1.0");
	else
		httpd_parse_refuse(parse, 400,
			"The request line must be METHOD TARGET HTTP/1.1, "
			"with one space between them");
}

static void take_method(struct httpd_parse *parse, struct span method)
{
	for (size_t i = 0; i < ARRAY_LEN(known_methods); i++)
		if (span_is(method, known_methods[i]))
			parse->method = known_methods[i];
	if (parse->method)
		return;
	if (!is_token(method))
		httpd_parse_refuse(parse, 400,
			"The request line does not begin with a method like "
			"GET or POST");
	else
		httpd_parse_refuse(parse, 501,
			"The method %.*s is not known: use GET, HEAD, POST, "
			"PUT, DELETE or PATCH",
			(int)(method.len < METHOD_SHOWN ? method.len
							: METHOD_SHOWN),
			method.p);
}

/* Leaves path and query of an absolute target. */
static bool strip_authority(struct span *target)
{
	static const char scheme[] = "http://";
	const size_t skip = sizeof(scheme) - 1;

	if (target->len < skip ||
		!span_is_nocase((struct span){target->p, skip}, scheme))
		return false;
	struct span rest = {target->p + skip, target->len - skip};
	size_t host = 0;

	while (host < rest.len && rest.p[host] != '/' && rest.p[host] != '?')
		host++;
	if (host == 0)
		return false;
	*target = (struct span){rest.p + host, rest.len - host};
	return true;
}

static bool is_target_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '#')
			return false;
	return true;
}

static void take_target(struct httpd_parse *parse, struct span target)
{
	bool is_absolute = strip_authority(&target);

	if (!is_target_text(target)) {
		httpd_parse_refuse(parse, 400,
			"The target may hold visible ASCII without # only: "
			"percent-encode the rest");
		return;
	}
	if (!is_absolute && (target.len == 0 || target.p[0] != '/')) {
		httpd_parse_refuse(parse, 400,
			"The target must begin with / or with http:// and a "
			"host");
		return;
	}
	if (target.len == 0 || target.p[0] != '/')
		buf_addc(&parse->text, '/');
	keep(parse, target);
}

static void on_request_line(struct httpd_parse *parse, struct span line)
{
	struct span method = span_cut(&line, ' ');
	struct span target = span_cut(&line, ' ');

	/* Empty lines before a request are none of it (RFC 9112 2.2). */
	if (method.len == 0 && !target.p)
		return;
	parse->state = HTTPD_PARSE_HEAD;
	take_version(parse, line.p ? line : span_of(""));
	if (parse->state == HTTPD_PARSE_HEAD)
		take_method(parse, method);
	if (parse->state == HTTPD_PARSE_HEAD)
		take_target(parse, target);
}

/* ---- headers ---- */

static void on_content_length(struct httpd_parse *parse, struct span value)
{
	uint64_t length = 0;
	bool fine = value.len > 0;

	for (size_t i = 0; i < value.len && i <= LENGTH_DIGITS; i++) {
		fine = fine && is_digit(value.p[i]);
		length = length * 10 + (uint64_t)(value.p[i] - '0');
	}
	if (!fine)
		httpd_parse_refuse(parse, 400,
			"Content-Length must be one number of digits only");
	else if (parse->has_length)
		httpd_parse_refuse(
			parse, 400, "There is more than one Content-Length");
	else if (value.len > LENGTH_DIGITS)
		length = UINT64_MAX;
	parse->has_length = true;
	parse->length = length;
}

static void on_transfer_encoding(struct httpd_parse *parse, struct span value)
{
	if (parse->is_chunked)
		httpd_parse_refuse(
			parse, 400, "There is more than one Transfer-Encoding");
	else if (!span_is_nocase(value, "chunked"))
		httpd_parse_refuse(parse, 501,
			"This Transfer-Encoding is not known: use chunked");
	parse->is_chunked = true;
}

static void on_host(struct httpd_parse *parse, struct span value)
{
	(void)value;
	if (++parse->hosts > 1)
		httpd_parse_refuse(
			parse, 400, "There is more than one Host header");
}

static void on_connection(struct httpd_parse *parse, struct span value)
{
	while (value.p) {
		struct span word = span_trim(span_cut(&value, ','));

		if (span_is_nocase(word, "close"))
			parse->wants_close = true;
		else if (span_is_nocase(word, "keep-alive"))
			parse->wants_keep_alive = true;
	}
}

static void on_expect(struct httpd_parse *parse, struct span value)
{
	if (span_is_nocase(value, "100-continue"))
		parse->wants_continue = true;
	else
		httpd_parse_refuse(parse, 417,
			"This expectation is not known: 100-continue is");
}

static const struct {
	const char *name;
	void (*fn)(struct httpd_parse *parse, struct span value);
} meanings[] = {
	{"Content-Length", on_content_length},
	{"Transfer-Encoding", on_transfer_encoding},
	{"Host", on_host},
	{"Connection", on_connection},
	{"Expect", on_expect},
};

static void add_header(
	struct httpd_parse *parse, struct span name, struct span value)
{
	size_t i = parse->header_count;

	if (i == HTTPD_PARSE_HEADERS) {
		httpd_parse_refuse(parse, 431,
			"There are too many headers: at most %d are taken",
			HTTPD_PARSE_HEADERS);
		return;
	}
	parse->headers[i].name = keep(parse, name);
	parse->headers[i].value = keep(parse, value);
	parse->header_count++;
	for (i = 0; i < ARRAY_LEN(meanings); i++)
		if (span_is_nocase(name, meanings[i].name))
			meanings[i].fn(parse, value);
}

/* Is it a header line? Refuses it if not. */
static bool split_header(struct httpd_parse *parse, struct span line,
	struct span *ret_name, struct span *ret_value)
{
	const char *wrong = NULL;

	*ret_value = line;
	*ret_name = span_cut(ret_value, ':');
	if (line.p[0] == ' ' || line.p[0] == '\t')
		wrong = "continuation lines are not taken: a header is one "
			"line";
	else if (!ret_value->p)
		wrong = "a header is Name: value, and there is no colon";
	else if (!is_token(*ret_name))
		wrong = "the header's name is empty or holds a character "
			"that no name may hold";
	else if (has_control(*ret_value))
		wrong = "the header's value holds a control character";
	if (wrong)
		httpd_parse_refuse(
			parse, 400, "Line %u: %s", parse->lines, wrong);
	return !wrong;
}

static void end_head(struct httpd_parse *parse)
{
	if (!parse->is_1_0 && parse->hosts == 0)
		httpd_parse_refuse(
			parse, 400, "HTTP/1.1 requests need a Host header");
	else if (parse->is_chunked && parse->has_length)
		httpd_parse_refuse(parse, 400,
			"Content-Length and Transfer-Encoding exclude each "
			"other");
	else if (parse->is_chunked && parse->is_1_0)
		httpd_parse_refuse(
			parse, 400, "HTTP/1.0 has no Transfer-Encoding");
	else if (parse->length > parse->max_body_bytes)
		httpd_parse_refuse(parse, 413,
			"The body is larger than %zu bytes",
			parse->max_body_bytes);
	else if (parse->is_chunked)
		parse->state = HTTPD_PARSE_CHUNK_SIZE;
	else if (parse->length > 0)
		parse->state = HTTPD_PARSE_BODY;
	else
		parse->state = HTTPD_PARSE_WHOLE;
	parse->left = parse->length;
}

static void on_header_line(struct httpd_parse *parse, struct span line)
{
	struct span name, value;

	if (line.len == 0)
		end_head(parse);
	else if (split_header(parse, line, &name, &value))
		add_header(parse, name, span_trim(value));
}

/* ---- chunks ---- */

static int hex_value(char c)
{
	char lower = ascii_lower(c);

	if (is_digit(c))
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static void on_chunk_size(struct httpd_parse *parse, struct span line)
{
	uint64_t size = 0;
	size_t i = 0;

	for (; i < line.len && i <= CHUNK_DIGITS && hex_value(line.p[i]) >= 0;
		i++)
		size = size * 16 + (uint64_t)hex_value(line.p[i]);
	struct span rest = span_trim((struct span){line.p + i, line.len - i});

	if (i == 0 || i > CHUNK_DIGITS || has_control(line) ||
		(rest.len > 0 && rest.p[0] != ';'))
		httpd_parse_refuse(parse, 400,
			"The size of a chunk must be a hexadecimal number on "
			"a line of its own");
	else if (size > parse->max_body_bytes - parse->body.len)
		httpd_parse_refuse(parse, 413,
			"The body is larger than %zu bytes",
			parse->max_body_bytes);
	else
		parse->state =
			size > 0 ? HTTPD_PARSE_CHUNK : HTTPD_PARSE_TRAILERS;
	parse->left = size;
}

static void on_chunk_end(struct httpd_parse *parse, struct span line)
{
	if (line.len == 0)
		parse->state = HTTPD_PARSE_CHUNK_SIZE;
	else
		httpd_parse_refuse(parse, 400,
			"A chunk is longer than the size before it says");
}

static void on_trailer_line(struct httpd_parse *parse, struct span line)
{
	struct span name, value;

	if (line.len == 0)
		parse->state = HTTPD_PARSE_WHOLE;
	else
		(void)split_header(parse, line, &name, &value);
}

/* ---- bytes ---- */

static void (*const on_line[])(struct httpd_parse *, struct span) = {
	[HTTPD_PARSE_START] = on_request_line,
	[HTTPD_PARSE_HEAD] = on_header_line,
	[HTTPD_PARSE_CHUNK_SIZE] = on_chunk_size,
	[HTTPD_PARSE_CHUNK_END] = on_chunk_end,
	[HTTPD_PARSE_TRAILERS] = on_trailer_line,
};

static bool is_in_chunk_line(const struct httpd_parse *parse)
{
	return parse->state == HTTPD_PARSE_CHUNK_SIZE ||
	       parse->state == HTTPD_PARSE_CHUNK_END;
}

static void end_line(struct httpd_parse *parse)
{
	struct span line = {parse->line.data, parse->line.len - 1};

	parse->lines++;
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	if (memchr(line.p, '\0', line.len) || memchr(line.p, '\r', line.len))
		httpd_parse_refuse(parse, 400,
			"Line %u holds a NUL, or a CR that is no line end",
			parse->lines);
	else
		on_line[parse->state](parse, line);
	buf_clear(&parse->line);
}

/* What cannot become a request is not waited for: a TLS handshake has no line
 * ends. */
static bool is_hopeless(const struct httpd_parse *parse, char first)
{
	return parse->state == HTTPD_PARSE_START && parse->line.len == 0 &&
	       !is_token_char(first) && first != '\r' && first != '\n' &&
	       first != ' ';
}

/* Does the piece of a line fit? Counts it. */
static bool has_room(struct httpd_parse *parse, size_t n)
{
	if (is_in_chunk_line(parse))
		return parse->line.len + n <= HTTPD_PARSE_CHUNK_LINE_BYTES;
	parse->head_bytes += n;
	return parse->head_bytes <= parse->max_header_bytes;
}

static size_t take_line(
	struct httpd_parse *parse, const char *bytes, size_t len)
{
	const char *lf = memchr(bytes, '\n', len);
	size_t n = lf ? (size_t)(lf - bytes) + 1 : len;

	if (is_hopeless(parse, bytes[0])) {
		httpd_parse_refuse(parse, 400,
			"This is not HTTP: plain HTTP/1.1 without TLS is "
			"spoken here");
		return 1;
	}
	if (!has_room(parse, n)) {
		if (is_in_chunk_line(parse))
			httpd_parse_refuse(parse, 400,
				"A line between chunks is longer than %d bytes",
				HTTPD_PARSE_CHUNK_LINE_BYTES);
		else
			httpd_parse_refuse(parse, 431,
				"Request line and headers are larger than %zu "
				"bytes",
				parse->max_header_bytes);
		return n;
	}
	buf_add(&parse->line, bytes, n);
	if (lf)
		end_line(parse);
	return n;
}

static size_t take_body(
	struct httpd_parse *parse, const char *bytes, size_t len)
{
	size_t n = len < parse->left ? len : (size_t)parse->left;

	buf_add(&parse->body, bytes, n);
	parse->left -= n;
	if (parse->left == 0)
		parse->state = parse->is_chunked ? HTTPD_PARSE_CHUNK_END
						 : HTTPD_PARSE_WHOLE;
	return n;
}

size_t httpd_parse_feed(
	struct httpd_parse *parse, const char *bytes, size_t len)
{
	size_t used = 0;

	while (used < len && !httpd_parse_is_over(parse)) {
		const char *p = bytes + used;

		used += parse->state == HTTPD_PARSE_BODY ||
					parse->state == HTTPD_PARSE_CHUNK
				? take_body(parse, p, len - used)
				: take_line(parse, p, len - used);
	}
	return used;
}

/* ---- what was read ---- */

bool httpd_parse_awaits_continue(const struct httpd_parse *parse)
{
	return parse->wants_continue && !parse->is_1_0 &&
	       parse->body.len == 0 && parse->line.len == 0 &&
	       (parse->state == HTTPD_PARSE_BODY ||
		       parse->state == HTTPD_PARSE_CHUNK_SIZE);
}

bool httpd_parse_keeps_alive(const struct httpd_parse *parse)
{
	if (parse->state != HTTPD_PARSE_WHOLE || parse->wants_close)
		return false;
	return !parse->is_1_0 || parse->wants_keep_alive;
}

const char *httpd_parse_target(const struct httpd_parse *parse)
{
	return parse->text.data;
}

const char *httpd_parse_name(const struct httpd_parse *parse, size_t i)
{
	return parse->text.data + parse->headers[i].name;
}

const char *httpd_parse_value(const struct httpd_parse *parse, size_t i)
{
	return parse->text.data + parse->headers[i].value;
}
