/*
 * One owner for a state file: a lock on a file beside it ("PATH.lock", since
 * the state file itself may be replaced), which also says who holds it. The
 * kernel lets go of the lock when the process ends, however it ends; the file
 * stays and means nothing by itself. Only who has the lock may remove it.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>

/* A descriptor for lock_release(), or a negative errno with `err`: -EBUSY
 * when another has it ("locked by pid N"), else why it cannot be locked. */
int lock_take(const char *path, struct err *err) MUST_CHECK;
/* -1 is fine. */
void lock_release(int fd);
/* Removes "PATH.lock" too, for those who found none: lock_has_file(). */
void lock_remove(const char *path, int fd);
bool lock_has_file(const char *path);

#endif
