/*
 * Keeps what is logged while a test runs, instead of printing it.
 */
#ifndef SUPPORT_LOG_CATCH_H
#define SUPPORT_LOG_CATCH_H

#include <stddef.h>

/* Catches from now on; forgets what was caught before. */
void log_catch_start(void);
/* Prints on stderr again. */
void log_catch_stop(void);
/* How many lines hold these words. */
size_t log_catch_count(const char *words);

#endif
