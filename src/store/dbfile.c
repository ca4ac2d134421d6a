#include "store/dbfile.h"

#include "store/schema.h"
#include "util/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a statement waits for another program that has the file locked
 * (an operator's shell) before it counts as trouble. */
enum { BUSY_WAIT_MS = 2000 };

/*
 * No automatic checkpoint: the writer makes its own. The limit cuts the log
 * back to that size after an unusual transaction made it longer. What is
 * written is near what was written last: a small cache is enough.
 */
static const char writer_pragmas[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA wal_autocheckpoint = 0;"
				     "PRAGMA journal_size_limit = 16777216;"
				     "PRAGMA cache_size = -512;"
				     "PRAGMA temp_store = MEMORY;";

static int fail_errno(const char *path, const char *doing, struct err *err)
{
	int code = -errno;

	return err_set(err, code, "state file %s: %s: %s", path, doing,
		strerror(-code));
}

static sqlite3 *dbfile_connect(const char *path, int flags, struct err *err)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK) {
		err_set(err, -EIO, "cannot be opened (%s)",
			db ? sqlite3_errmsg(db) : "no memory");
		sqlite3_close(db);
		return NULL;
	}
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_WAIT_MS);
	return db;
}

/* An empty file of the right mode, for SQLite to fill. */
static int dbfile_touch(const char *path, const char *new_path, struct err *err)
{
	int fd;

	if (unlink(new_path) != 0 && errno != ENOENT)
		return fail_errno(path, "cannot remove an unfinished one", err);
	fd = open(new_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(path, "cannot be created", err);
	close(fd);
	return 0;
}

static int dbfile_fill(const char *path, const char *new_path, struct err *err)
{
	sqlite3 *db = dbfile_connect(new_path, SQLITE_OPEN_READWRITE, err);
	int code;

	if (!db)
		return err_prefix(err, "state file %s", path);
	code = schema_create(db, err);
	/* Under its own name it never has a journal that must be undone before
	 * anybody can read it. */
	if (code == 0 && sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL,
				 NULL, NULL) != SQLITE_OK)
		code = schema_fail(db, "cannot be written", err);
	sqlite3_close(db);
	if (code < 0)
		return err_prefix(err, "state file %s", path);
	return 0;
}

int dbfile_sync_directory_of(const char *path)
{
	AUTOFREE char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0)
		code = -errno;
	close(fd);
	return code;
}

/* SQLite would read a log that lies there into the new file. */
static int refuse_orphaned_log(const char *path, struct err *err)
{
	AUTOFREE char *log = xasprintf("%s-wal", path);
	struct stat st;

	if (stat(log, &st) != 0 || st.st_size == 0)
		return 0;
	return err_set(err, -EINVAL,
		"state file %s is missing but its log %s "
		"is there: restore the file from a backup, or remove the log "
		"to begin anew",
		path, log);
}

static int dbfile_create(const char *path, struct err *err)
{
	AUTOFREE char *new_path = xasprintf("%s.new", path);
	int code = refuse_orphaned_log(path, err);

	if (code == 0)
		code = dbfile_touch(path, new_path, err);
	if (code == 0)
		code = dbfile_fill(path, new_path, err);
	if (code < 0)
		return code;
	if (rename(new_path, path) != 0)
		return fail_errno(path, "cannot be renamed into place", err);
	code = dbfile_sync_directory_of(path);
	if (code < 0) {
		errno = -code;
		return fail_errno(path, "directory cannot be synced", err);
	}
	return 0;
}

/* Makes sure that there is a file with something in it. */
static int dbfile_ensure(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT
			       ? dbfile_create(path, err)
			       : fail_errno(path, "cannot be read", err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL,
			"state file %s: not a regular file", path);
	if (st.st_size == 0)
		return err_set(err, -EINVAL,
			"state file %s is empty, which "
			"it never should be: restore a backup, or remove it "
			"to begin anew",
			path);
	return 0;
}

sqlite3 *dbfile_open(const char *path, struct err *err)
{
	sqlite3 *db;
	int code = dbfile_ensure(path, err);

	if (code < 0)
		return NULL;
	db = dbfile_connect(path, SQLITE_OPEN_READWRITE, err);
	code = db ? schema_check(db, err) : err->code;
	if (code == 0 &&
		sqlite3_exec(db, writer_pragmas, NULL, NULL, NULL) != SQLITE_OK)
		code = schema_fail(db, "cannot be written", err);
	if (code == 0 && sqlite3_db_readonly(db, "main") != 0)
		code = err_set(err, -EACCES, "cannot be written");
	if (code == 0)
		return db;
	err_prefix(err, "state file %s", path);
	sqlite3_close(db);
	return NULL;
}

sqlite3 *dbfile_open_reader(const char *path, struct err *err)
{
	return dbfile_connect(path, SQLITE_OPEN_READONLY, err);
}

bool dbfile_has_log(const char *path)
{
	AUTOFREE char *log = xasprintf("%s-wal", path);
	struct stat st;

	return lstat(log, &st) == 0;
}

/* SQLite itself knows whether anybody else has the file open: the last one
 * that closes it and may write takes the log away. */
void dbfile_remove_log(const char *path)
{
	AUTOFREE char *log = xasprintf("%s-wal", path);
	struct err ignored = {.code = 0};
	struct stat st;
	sqlite3 *db;

	if (lstat(log, &st) != 0 || st.st_size > 0)
		return;
	db = dbfile_connect(path, SQLITE_OPEN_READWRITE, &ignored);
	if (!db)
		return;
	(void)sqlite3_exec(db, "SELECT 1 FROM sqlite_master", NULL, NULL, NULL);
	sqlite3_close(db);
}
