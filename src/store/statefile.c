#include "store/statefile.h"

#include "store/dbfile.h"
#include "store/query.h"
#include "store/schema.h"
#include "util/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct statefile {
	sqlite3 *db;
	char *path;
	int version;
	bool had_log;
};

/* Names of lanes or of fact spaces. */
struct names {
	struct store_query *list; /* the strings are owned */
	size_t count;
};

static int fail(const struct statefile *file, struct err *err)
{
	return err_prefix(err, "state file %s", file->path);
}

static int open_parts(struct statefile *file, struct err *err)
{
	struct stat st;

	if (stat(file->path, &st) != 0)
		return err_set(err, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "not a regular file");
	if (st.st_size == 0)
		return err_set(err, -EINVAL, "is empty");
	file->had_log = dbfile_has_log(file->path);
	file->db = dbfile_open_reader(file->path, err);
	if (!file->db)
		return err->code;
	/* One moment of the file for all that is asked. */
	if (sqlite3_exec(file->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return schema_fail(file->db, "cannot be read", err);
	return schema_identify(file->db, &file->version, err);
}

struct statefile *statefile_open(const char *path, struct err *err)
{
	struct statefile *file = xcalloc(1, sizeof(*file));

	file->path = xstrdup(path);
	if (open_parts(file, err) == 0)
		return file;
	fail(file, err);
	statefile_close(file);
	return NULL;
}

void statefile_close(struct statefile *file)
{
	if (!file)
		return;
	sqlite3_close(file->db);
	if (file->db && !file->had_log)
		dbfile_remove_log(file->path);
	free(file->path);
	free(file);
}

int statefile_version(const struct statefile *file)
{
	return file->version;
}

static void names_release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free((char *)(uintptr_t)names->list[i].mapping);
		free((char *)(uintptr_t)names->list[i].space);
	}
	free(names->list);
}

static struct store_query *names_add(struct names *names)
{
	names->list = xreallocarray(
		names->list, names->count + 1, sizeof(*names->list));
	names->list[names->count] =
		(struct store_query){.kind = STORE_FACT, .since = INT64_MIN};
	return &names->list[names->count++];
}

/* Rows of a name, and of a way for lanes. */
static int names_read(sqlite3 *db, const char *sql, struct names *ret)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return -EIO;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(stmt, 0);
		struct store_query *query = names_add(ret);
		char *name = xstrdup(text ? text : "");

		if (sqlite3_column_count(stmt) == 1) {
			query->space = name;
			continue;
		}
		query->mapping = name;
		query->way = sqlite3_column_int(stmt, 1) == LANE_TO_IRC
				     ? LANE_TO_IRC
				     : LANE_TO_CHIME;
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

struct part {
	enum store_kind kind;
	int since_version;
	const char *title;
};

static const struct part lane_parts[] = {
	{STORE_CURSOR, 1, "cursors"},
	/* Before intents: one that is done has none. */
	{STORE_DONE, 1, "what is done"},
	{STORE_INTENT, 1, "intents"},
	{STORE_OUTBOX_ADD, 1, "the outbox"},
	{STORE_ASIDE_ADD, 2, "what was set aside"},
};

static const struct part fact_parts[] = {{STORE_FACT, 1, "facts"}};

struct walk {
	struct statefile *file;
	store_each_fn *fn;
	void *arg;
	struct err *err;
};

/* The first failure is the one that is told. */
static void note(const struct walk *walk, const char *title)
{
	if (walk->err->code)
		return;
	schema_fail(walk->file->db, title, walk->err);
	err_prefix(walk->err, "cannot read all of");
	fail(walk->file, walk->err);
}

static void walk_part(const struct walk *walk, const struct store_query *name,
	const struct part *part)
{
	struct store_query query = *name;

	query.kind = part->kind;
	if (walk->file->version >= part->since_version &&
		query_run(walk->file->db, &query, walk->fn, walk->arg) < 0)
		note(walk, part->title);
}

static void walk_names(const struct walk *walk, const char *sql,
	const struct part *parts, size_t part_count)
{
	struct names names = {.count = 0};

	if (names_read(walk->file->db, sql, &names) < 0)
		note(walk, "names");
	for (size_t i = 0; i < names.count; i++)
		for (size_t p = 0; p < part_count; p++)
			walk_part(walk, &names.list[i], &parts[p]);
	names_release(&names);
}

int statefile_each(
	struct statefile *file, store_each_fn *fn, void *arg, struct err *err)
{
	struct walk walk = {file, fn, arg, err};

	err_clear(err);
	walk_names(&walk, "SELECT DISTINCT space FROM fact ORDER BY space",
		fact_parts, ARRAY_LEN(fact_parts));
	walk_names(&walk, "SELECT mapping, way FROM lane ORDER BY mapping, way",
		lane_parts, ARRAY_LEN(lane_parts));
	return err->code;
}

int statefile_check(struct statefile *file, struct err *err)
{
	int code = schema_inspect(file->db, NULL, err);

	if (code == 0)
		code = schema_check_fully(file->db, err);
	return code < 0 ? fail(file, err) : 0;
}

static int fail_errno(const char *dest, const char *doing, struct err *err)
{
	int code = -errno;

	return err_set(err, code, "%s: %s: %s", dest, doing, strerror(-code));
}

/* Refuses what is there, and leaves an empty file of the right mode. */
static int backup_begin(const char *dest, const char *half, struct err *err)
{
	struct stat st;
	int fd;

	if (lstat(dest, &st) == 0)
		return err_set(
			err, -EEXIST, "%s is there: choose another name", dest);
	if (unlink(half) != 0 && errno != ENOENT)
		return fail_errno(half, "cannot remove an unfinished one", err);
	fd = open(half, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(half, "cannot be created", err);
	close(fd);
	return 0;
}

/* SQLite writes the copy without syncing it. */
static int backup_fill(
	struct statefile *file, const char *half, struct err *err)
{
	char *sql = sqlite3_mprintf("ROLLBACK; VACUUM INTO %Q; BEGIN", half);
	int rc = SQLITE_NOMEM;
	int fd;

	if (sql)
		rc = sqlite3_exec(file->db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	if (rc != SQLITE_OK) {
		schema_fail(file->db, "cannot be copied", err);
		return fail(file, err);
	}
	fd = open(half, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(half, "cannot be opened", err);
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? 0 : fail_errno(half, "cannot be synced", err);
}

static int backup_finish(const char *dest, const char *half, struct err *err)
{
	int code;

	if (rename(half, dest) != 0)
		return fail_errno(dest, "cannot be renamed into place", err);
	code = dbfile_sync_directory_of(dest);
	if (code == 0)
		return 0;
	errno = -code;
	return fail_errno(dest, "directory cannot be synced", err);
}

int statefile_backup(struct statefile *file, const char *dest, struct err *err)
{
	AUTOFREE char *half = xasprintf("%s.new", dest);
	int code = backup_begin(dest, half, err);

	if (code < 0)
		return code;
	code = backup_fill(file, half, err);
	if (code == 0)
		code = backup_finish(dest, half, err);
	if (code < 0)
		(void)unlink(half);
	return code;
}
