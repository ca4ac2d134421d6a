#include "util/log.h"

#include "util/clock.h"
#include "util/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int threshold = LOG_LEVEL_INFO;
static atomic_int chosen_format = LOG_FORMAT_TEXT;
static log_sink_fn *test_sink;
static void *test_sink_arg;

static const struct {
	const char *name;
	const char *priority; /* as sd-daemon(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", "<3>"},
	[LOG_LEVEL_WARN] = {"warn", "<4>"},
	[LOG_LEVEL_INFO] = {"info", "<6>"},
	[LOG_LEVEL_DEBUG] = {"debug", "<7>"},
};

void log_set_level(enum log_level level)
{
	threshold = (int)level;
}

void log_set_format(enum log_format format)
{
	chosen_format = (int)format;
}

bool log_enabled(enum log_level level)
{
	return (int)level <= threshold;
}

void log_set_sink(log_sink_fn *sink, void *arg)
{
	test_sink = sink;
	test_sink_arg = arg;
}

enum {
	END_BYTES = 6,      /* kept free for `..."}` and the newline */
	OBJECT_BYTES = 200, /* of the object's name, before escaping */
	ONCE_BYTES = 191,   /* of a text, longer ones are alike */
};

struct line {
	char text[LOG_LINE_BYTES + 1];
	size_t len;
	bool is_cut; /* something did not fit, and nothing follows it */
	bool is_json;
};

static void put(struct line *line, const char *bytes, size_t len)
{
	if (line->is_cut || len > LOG_LINE_BYTES - END_BYTES - line->len) {
		line->is_cut = true;
		return;
	}
	memcpy(line->text + line->len, bytes, len);
	line->len += len;
}

static void put_string(struct line *line, const char *s)
{
	put(line, s, strlen(s));
}

/* Marks of direction and other line ends: they change what a reader sees. */
static bool is_misleading(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void put_bytes_as_hex(struct line *line, const char *s, size_t len)
{
	char hex[24];
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		/* Inside a JSON string the backslash is escaped itself. */
		snprintf(hex + n, sizeof(hex) - n, "%sx%02X",
			line->is_json ? "\\\\" : "\\",
			(unsigned)(unsigned char)s[i]);
		n += strlen(hex + n);
	}
	put(line, hex, n);
}

static void put_json_char(struct line *line, uint32_t c)
{
	char escape[8];
	if (c == '\n')
		snprintf(escape, sizeof(escape), "\\n");
	else if (c == '"' || c == '\\')
		snprintf(escape, sizeof(escape), "\\%c", (char)c);
	else
		snprintf(escape, sizeof(escape), "\\u%04x", c & 0xFFFFU);
	put_string(line, escape);
}

/* One character of foreign text; returns its bytes. */
static size_t put_char(struct line *line, const char *s, size_t len)
{
	uint32_t c;
	size_t n = utf8_decode(s, len, &c);
	if (n == 0) {
		put_bytes_as_hex(line, s, 1);
		return 1;
	}
	bool is_unsafe = utf8_is_control(c) || is_misleading(c);
	if (line->is_json && (is_unsafe || c == '"' || c == '\\'))
		put_json_char(line, c);
	else if (c == '\n')
		put_string(line, "\\n");
	else if (is_unsafe)
		put_bytes_as_hex(line, s, n);
	else
		put(line, s, n);
	return n;
}

static void put_escaped(struct line *line, const char *s, size_t len)
{
	for (size_t n; len && !line->is_cut; s += n, len -= n)
		n = put_char(line, s, len);
}

static void put_object(struct line *line, const char *object)
{
	put_escaped(line, object, strnlen(object, OBJECT_BYTES));
}

struct entry {
	enum log_level level;
	const char *object;
	const char *message;
};

static void build_json(struct line *line, const struct entry *entry)
{
	char time[CLOCK_ISO8601_BYTES];
	clock_format_iso8601(clock_wall_ms(), time);
	line->is_json = true;
	put_string(line, "{\"time\":\"");
	put_string(line, time);
	put_string(line, "\",\"level\":\"");
	put_string(line, levels[entry->level].name);
	if (entry->object) {
		put_string(line, "\",\"object\":\"");
		put_object(line, entry->object);
	}
	put_string(line, "\",\"message\":\"");
	put_escaped(line, entry->message, strlen(entry->message));
}

static void build_plain(
	struct line *line, const struct entry *entry, bool is_journal)
{
	char time[CLOCK_ISO8601_BYTES];
	if (is_journal) {
		put_string(line, levels[entry->level].priority);
	} else {
		clock_format_iso8601(clock_wall_ms(), time);
		put_string(line, time);
		put_string(line, " ");
		put_string(line, levels[entry->level].name);
		put_string(line, " ");
	}
	if (entry->object) {
		put_object(line, entry->object);
		put_string(line, ": ");
	}
	put_escaped(line, entry->message, strlen(entry->message));
}

/* systemd.exec(5): JOURNAL_STREAM is device:inode of the journal's socket. */
static bool is_stderr_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char mine[64];
	if (!stream || test_sink || fstat(STDERR_FILENO, &st))
		return false;
	snprintf(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev,
		(uintmax_t)st.st_ino);
	return strcmp(stream, mine) == 0;
}

static void write_line(const char *bytes, size_t len)
{
	ssize_t n;
	do {
		n = write(STDERR_FILENO, bytes, len);
	} while (n < 0 && errno == EINTR);
	/* A log that cannot be written has nowhere to complain to. */
}

static void emit(const struct entry *entry)
{
	struct line line;
	line.len = 0;
	line.is_cut = false;
	line.is_json = false;
	if (chosen_format == LOG_FORMAT_JSON)
		build_json(&line, entry);
	else
		build_plain(&line, entry,
			chosen_format == LOG_FORMAT_JOURNAL ||
				is_stderr_journal());
	/* The kept bytes are for what follows. */
	int n = snprintf(line.text + line.len, END_BYTES + 1, "%s%s\n",
		line.is_cut ? "..." : "", line.is_json ? "\"}" : "");
	line.len += (size_t)n;
	if (!test_sink) {
		write_line(line.text, line.len);
		return;
	}
	line.text[line.len - 1] = '\0';
	test_sink(entry->level, line.text, test_sink_arg);
}

static void log_va(enum log_level level, const char *object, const char *fmt,
	va_list ap) PRINTF_LIKE(3, 0);

static void log_va(
	enum log_level level, const char *object, const char *fmt, va_list ap)
{
	if (!log_enabled(level))
		return;
	int saved_errno = errno;
	/* Filled to its end it is longer than the line, and so gets cut. */
	char message[LOG_LINE_BYTES];
	vsnprintf(message, sizeof(message), fmt, ap);
	emit(&(struct entry){
		.level = level,
		.object = object,
		.message = message,
	});
	errno = saved_errno;
}

void log_error(const char *object, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_va(LOG_LEVEL_ERROR, object, fmt, ap);
	va_end(ap);
}

void log_warn(const char *object, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_va(LOG_LEVEL_WARN, object, fmt, ap);
	va_end(ap);
}

void log_info(const char *object, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_va(LOG_LEVEL_INFO, object, fmt, ap);
	va_end(ap);
}

void log_debug(const char *object, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_va(LOG_LEVEL_DEBUG, object, fmt, ap);
	va_end(ap);
}

/* Without what tells one occurrence from another: " [request 4f0c]". */
static size_t length_of_gist(const char *text)
{
	size_t len = strlen(text);
	const char *last = strrchr(text, '[');
	if (last > text && last[-1] == ' ' && text[len - 1] == ']')
		len = (size_t)(last - text);
	return len < ONCE_BYTES ? len : ONCE_BYTES;
}

/* FNV-1a: there may be thousands of these, and the texts are long. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t len = length_of_gist(text);
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) *
		       UINT64_C(0x100000001b3);
	return hash != 0 ? hash : 1;
}

bool log_once_is_news(
	struct log_once *once, const char *text, long long every_ms)
{
	int64_t now_ms = clock_mono_ms();
	uint64_t hash = hash_text(text);
	bool is_first = once->last == 0;
	bool is_same = once->last == hash;
	if (once->is_reported) {
		once->suppressed = 0;
		once->is_reported = false;
	}
	if (!is_first && is_same && now_ms - once->last_ms <= every_ms) {
		once->suppressed++;
		return false;
	}
	once->last = hash;
	once->last_ms = now_ms;
	once->is_reported = true;
	return true;
}
