/*
 * A state file as an operator's tools see it: read, checked and copied, also
 * while a daemon has it open (what is read is the file as it was durable at
 * one moment). Nothing is changed in it, not even its version: files from
 * version 1 on can be read. What fills one is store/newfile.h.
 */
#ifndef STORE_STATEFILE_H
#define STORE_STATEFILE_H

#include "model/store.h"
#include "util/attr.h"
#include "util/err.h"

struct statefile;

/*
 * Looks only at whose file it is: a damaged one can be opened, to save what
 * can be read. NULL with `err`, which names the file.
 */
struct statefile *statefile_open(const char *path, struct err *err) MUST_CHECK;
/* NULL is fine. */
void statefile_close(struct statefile *file);

int statefile_version(const struct statefile *file);

/*
 * Every record: facts by space and key, then lane by lane (mapping, way) its
 * cursor, what is done, intents, outbox and what was set aside, each oldest
 * first. Where a part cannot be read it goes on with the next; -EIO at the end
 * then, with `err` saying what was first.
 */
int statefile_each(struct statefile *file, store_each_fn *fn, void *arg,
	struct err *err) MUST_CHECK;

/* Every page, row and index: -EINVAL with `err` when something is wrong. */
int statefile_check(struct statefile *file, struct err *err) MUST_CHECK;

/*
 * Makes `dest` (mode 0600), which must not be there: a whole state file of the
 * same content, under its name only when it is complete and on the disk.
 */
int statefile_backup(
	struct statefile *file, const char *dest, struct err *err) MUST_CHECK;

#endif
