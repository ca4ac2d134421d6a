/*
 * Fills a state file that holds nothing yet: makes it when it is missing, or
 * zero bytes long. All that is put becomes durable with newfile_commit(), or
 * nothing does. Holds the file's lock, so no daemon has it open meanwhile.
 */
#ifndef STORE_NEWFILE_H
#define STORE_NEWFILE_H

#include "model/store.h"
#include "util/attr.h"
#include "util/err.h"

struct newfile;

/* NULL with `err`: -EEXIST when the file holds anything, -EBUSY when a daemon
 * has it. */
struct newfile *newfile_open(const char *path, struct err *err) MUST_CHECK;
/* Kinds that add: as store_append(). */
int newfile_put(struct newfile *file, const struct store_record *record,
	struct err *err) MUST_CHECK;
int newfile_commit(struct newfile *file, struct err *err) MUST_CHECK;
/* Without a commit before, nothing is changed, and a file that was made is
 * removed. NULL is fine. */
void newfile_close(struct newfile *file);

#endif
