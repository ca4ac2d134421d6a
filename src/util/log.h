/*
 * The log: one line per happening, on stderr. Foreign bytes are escaped, so a
 * line is always one line: control characters, broken UTF-8 and marks of
 * direction as \xNN (in json: \uNNNN where they are characters), a newline as
 * \n. Never hand a secret to these.
 *
 *   text     2026-11-22T21:00:00.123Z info irc libera: text; as `journal` when
 *            stderr is the journal's socket (JOURNAL_STREAM)
 *   journal  <6>irc libera: text, with the priorities of sd-daemon(3)
 *   json     {"time":..,"level":..,"object":..,"message":..}
 *
 * A line is one write(2) of at most LOG_LINE_BYTES with its newline, so that
 * lines do not mix in a pipe; what is longer is cut and ends in "...". Nothing
 * is allocated and errno is kept. Any thread may log; the log_set_ functions
 * are for one thread, at the start or between turns.
 *
 * Libraries (util, net, aws, irc, chime, store) return errors and may log at
 * debug only; ends, bridge and daemon decide and log once: what, on what,
 * why, what now.
 *
 * The same line repeated by a retry loop is the caller's matter: see log_once.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum { LOG_LINE_BYTES = 4096 };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_JOURNAL };

void log_set_level(enum log_level level);
void log_set_format(enum log_format format);
bool log_enabled(enum log_level level);

/*
 * `object` names what the line is about ("irc libera", "mapping project"), or
 * NULL. Text is printed as "LEVEL object: text".
 */
void log_error(const char *object, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_warn(const char *object, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_info(const char *object, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_debug(const char *object, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Tests: lines, without their newline, go here. NULL restores stderr. */
typedef void log_sink_fn(enum log_level level, const char *line, void *arg);
void log_set_sink(log_sink_fn *sink, void *arg);

/*
 * Keeps a retry loop from repeating itself: remembers the last text and says
 * whether `text` is news (different, or more than `every_ms` after the last).
 * What stands in brackets at its end, as " [request 4f0c]", is no difference.
 * Starts as {0}. After a true, `suppressed` is how often the line before it
 * was held back; it counts anew from the next call.
 */
struct log_once {
	uint64_t last; /* a hash of the text's beginning; 0: none yet */
	int64_t last_ms;
	unsigned suppressed;
	bool is_reported; /* `suppressed` belongs to a line let through */
};
bool log_once_is_news(
	struct log_once *once, const char *text, long long every_ms);

#endif
