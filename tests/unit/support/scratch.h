/*
 * A directory of a test's own under $TMPDIR, for the files it makes. Removed
 * with all that is in it.
 */
#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

#include "util/attr.h"

#include <stddef.h>

/* The directory's path; owned. */
char *scratch_new(void) MUST_CHECK;
/* Removes it and frees the path; NULL is fine. */
void scratch_free(char *dir);

/* The path of a file in it; owned. */
char *scratch_path(const char *dir, const char *name) MUST_CHECK;
/* Makes a file of these bytes. */
void scratch_write(const char *path, const void *bytes, size_t len);

#endif
