#include "log_catch.h"

#include "util/log.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 512, LINE_BYTES = 512 };

static char lines[LINES_MAX][LINE_BYTES];
static size_t line_count;

static void on_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	if (line_count < LINES_MAX)
		snprintf(lines[line_count++], LINE_BYTES, "%s", line);
}

void log_catch_start(void)
{
	line_count = 0;
	log_set_level(LOG_LEVEL_DEBUG);
	log_set_sink(on_line, NULL);
}

void log_catch_stop(void)
{
	log_set_sink(NULL, NULL);
	log_set_level(LOG_LEVEL_INFO);
}

size_t log_catch_count(const char *words)
{
	size_t count = 0;

	for (size_t i = 0; i < line_count; i++)
		count += strstr(lines[i], words) != NULL;
	return count;
}
