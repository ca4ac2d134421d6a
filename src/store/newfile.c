#include "store/newfile.h"

#include "store/dbfile.h"
#include "store/lock.h"
#include "store/rows.h"
#include "store/schema.h"
#include "util/alloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct newfile {
	sqlite3 *db;
	char *path;
	int lock_fd;
	struct rows *rows;
	bool had_lock_file;
	bool was_made; /* by us */
	bool is_committed;
};

static int fail_rc(struct newfile *file, int rc, struct err *err)
{
	return err_set(err, -EIO, "state file %s: cannot be written (%s)",
		file->path, sqlite3_errstr(rc));
}

static int exec(struct newfile *file, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(file->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail_rc(file, rc, err);
}

static int refuse_rows(struct newfile *file, struct err *err)
{
	static const char *const probes[] = {
		"SELECT 1 FROM lane LIMIT 1",
		"SELECT 1 FROM fact LIMIT 1",
	};

	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		sqlite3_stmt *stmt = NULL;
		int rc = sqlite3_prepare_v2(
			file->db, probes[i], -1, &stmt, NULL);

		if (rc == SQLITE_OK)
			rc = sqlite3_step(stmt);
		sqlite3_finalize(stmt);
		if (rc == SQLITE_ROW)
			return err_set(err, -EEXIST,
				"state file %s holds something: move it away "
				"first, or choose another path",
				file->path);
		if (rc != SQLITE_DONE)
			return fail_rc(file, rc, err);
	}
	return 0;
}

/* What is not there, or empty, is ours to make. */
static int make_room(struct newfile *file, struct err *err)
{
	struct stat st;

	if (lstat(file->path, &st) != 0) {
		file->was_made = errno == ENOENT;
		return 0;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > 0)
		return 0;
	if (unlink(file->path) != 0)
		return err_set(err, -errno, "state file %s: %s", file->path,
			strerror(errno));
	file->was_made = true;
	return 0;
}

static int open_parts(struct newfile *file, struct err *err)
{
	int rc = SQLITE_OK;
	int code;

	file->had_lock_file = lock_has_file(file->path);
	file->lock_fd = lock_take(file->path, err);
	if (file->lock_fd < 0)
		return file->lock_fd;
	code = make_room(file, err);
	if (code < 0)
		return code;
	file->db = dbfile_open(file->path, err);
	if (!file->db)
		return err->code;
	code = refuse_rows(file, err);
	if (code < 0)
		return code;
	file->rows = rows_new(file->db, &rc);
	if (!file->rows)
		return fail_rc(file, rc, err);
	return exec(file, "BEGIN IMMEDIATE", err);
}

struct newfile *newfile_open(const char *path, struct err *err)
{
	struct newfile *file = xcalloc(1, sizeof(*file));

	file->path = xstrdup(path);
	file->lock_fd = -1;
	if (open_parts(file, err) == 0)
		return file;
	newfile_close(file);
	return NULL;
}

int newfile_put(struct newfile *file, const struct store_record *record,
	struct err *err)
{
	int rc = rows_apply(file->rows, record);

	return rc == SQLITE_OK ? 0 : fail_rc(file, rc, err);
}

int newfile_commit(struct newfile *file, struct err *err)
{
	int rc = rows_finish(file->rows);
	int code = rc == SQLITE_OK ? exec(file, "COMMIT", err)
				   : fail_rc(file, rc, err);

	if (code == 0)
		file->is_committed = true;
	return code;
}

void newfile_close(struct newfile *file)
{
	if (!file)
		return;
	rows_free(file->rows);
	/* An open transaction is rolled back. */
	sqlite3_close(file->db);
	if (file->db && file->was_made && !file->is_committed)
		(void)unlink(file->path);
	if (file->had_lock_file)
		lock_release(file->lock_fd);
	else
		lock_remove(file->path, file->lock_fd);
	free(file->path);
	free(file);
}
