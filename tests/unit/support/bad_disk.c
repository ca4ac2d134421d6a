#include "bad_disk.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

static sqlite3_vfs *real;
static sqlite3_vfs bad;
static atomic_bool is_failing;

/* SQLite has a table of methods per kind of file; ours are copies of those,
 * but for xSync. Made while one thread opens files. */
enum { KINDS_MAX = 8 };

static struct kind {
	sqlite3_io_methods ours;
	const sqlite3_io_methods *real;
} kinds[KINDS_MAX];

static int bad_sync(sqlite3_file *file, int flags)
{
	/* The cast holds: `ours` is the first member of a kind. */
	const struct kind *kind = (const struct kind *)file->pMethods;

	return is_failing ? SQLITE_IOERR_FSYNC : kind->real->xSync(file, flags);
}

static const sqlite3_io_methods *wrap(const sqlite3_io_methods *methods)
{
	size_t i = 0;

	while (i < KINDS_MAX && kinds[i].real && kinds[i].real != methods)
		i++;
	if (i == KINDS_MAX)
		abort();
	if (!kinds[i].real) {
		kinds[i].ours = *methods;
		kinds[i].ours.xSync = bad_sync;
		kinds[i].real = methods;
	}
	return &kinds[i].ours;
}

static int bad_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
	int flags, int *ret_flags)
{
	int rc = real->xOpen(real, name, file, flags, ret_flags);

	(void)vfs;
	if (rc == SQLITE_OK && file->pMethods)
		file->pMethods = wrap(file->pMethods);
	return rc;
}

void bad_disk_install(void)
{
	real = sqlite3_vfs_find(NULL);
	if (!real)
		abort();
	bad = *real;
	bad.zName = "bad-disk";
	bad.pNext = NULL;
	bad.xOpen = bad_open;
	is_failing = false;
	sqlite3_vfs_register(&bad, 1);
}

void bad_disk_remove(void)
{
	sqlite3_vfs_unregister(&bad);
	sqlite3_vfs_register(real, 1);
}

void bad_disk_fail_sync(bool fail)
{
	is_failing = fail;
}
