/*
 * The log: one line per happening, on stderr. Foreign bytes are escaped, so a
 * line is always one line. Format text (with time, or with <N> priorities
 * under journald), json, or journal. Never hand a secret to these.
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

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };
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

/* Tests: lines go here instead of stderr. NULL restores stderr. */
typedef void log_sink_fn(enum log_level level, const char *line, void *arg);
void log_set_sink(log_sink_fn *sink, void *arg);

/*
 * Keeps a retry loop from repeating itself: remembers the last text and says
 * whether `text` is news (different, or more than `every_ms` after the last).
 */
struct log_once {
	char last[192];
	int64_t last_ms;
	unsigned suppressed; /* since the last line that was let through */
};
bool log_once_is_news(struct log_once *once, const char *text,
	long long every_ms);

#endif
