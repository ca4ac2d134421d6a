#include "store/writer.h"

#include "store/rows.h"
#include "util/alloc.h"
#include "util/step.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* util/log and util/digest belong to the loop's thread: not to be used here. */

enum {
	RETRY_FIRST_S = 1,
	RETRY_MAX_S = 30,
	/* Pages of the log (4 KiB each) after which they are copied into the
	 * file, so that the log can be used from its beginning again. */
	CHECKPOINT_PAGES = 1000,
	REASON_BYTES = 96,
};

struct writer {
	sqlite3 *db;
	struct rows *rows;
	struct loop_wake *wake;
	pthread_t thread;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;
	struct batch *waiting;
	struct batch *waiting_last;
	bool closing;
	struct writer_report report;

	/* The thread's own. */
	struct batch *taken; /* in the transaction; kept when it fails */
	struct batch *taken_last;
	int retry_s; /* 0: the last commit went well */
	int wal_pages;
	bool stop;
};

static int writer_on_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct writer *writer = arg;

	(void)db;
	(void)name;
	writer->wal_pages = pages;
	return SQLITE_OK;
}

/* What time or an operator may mend, with nothing lost by trying again. A
 * failed fsync is not here: the kernel may have dropped what it held. */
static bool may_be_mended(int rc)
{
	static const int whole[] = {SQLITE_FULL, SQLITE_READONLY,
		SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PERM,
		SQLITE_NOMEM, SQLITE_PROTOCOL};
	static const int extended[] = {SQLITE_IOERR_WRITE,
		SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_LOCK, SQLITE_IOERR_NOMEM,
		SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMOPEN,
		SQLITE_IOERR_SHMMAP};

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if ((rc & 0xff) == whole[i])
			return true;
	for (size_t i = 0; i < ARRAY_LEN(extended); i++)
		if (rc == extended[i])
			return true;
	return false;
}

static int exec(struct writer *writer, const char *sql)
{
	return sqlite3_exec(writer->db, sql, NULL, NULL, NULL);
}

static int apply_batch(struct writer *writer, const struct batch *batch)
{
	struct store_record record;
	size_t offset = 0;

	while (batch_next(batch, &offset, &record)) {
		int rc = rows_apply(writer->rows, &record);

		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static int transact(struct writer *writer)
{
	int rc = SQLITE_OK;

	/* Even taking back the last one may have failed. */
	if (!sqlite3_get_autocommit(writer->db))
		rc = exec(writer, "ROLLBACK");
	if (rc == SQLITE_OK)
		rc = exec(writer, "BEGIN IMMEDIATE");
	if (rc != SQLITE_OK)
		return rc;
	step("commit begins");
	for (struct batch *b = writer->taken; b && rc == SQLITE_OK; b = b->next)
		rc = apply_batch(writer, b);
	if (rc == SQLITE_OK)
		rc = rows_finish(writer->rows);
	step("records are written");
	return rc == SQLITE_OK ? exec(writer, "COMMIT") : rc;
}

static void tell(struct writer *writer)
{
	pthread_mutex_unlock(&writer->lock);
	loop_wake_signal(writer->wake);
}

static void succeeded(struct writer *writer)
{
	step("commit is durable");
	pthread_mutex_lock(&writer->lock);
	writer->report.durable = writer->taken_last->number;
	writer->report.why[0] = '\0';
	tell(writer);
	batch_free_all(TAKE(writer->taken));
	writer->taken_last = NULL;
	writer->retry_s = 0;
}

static int last_errno(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;
	int error = 0;

	if (sqlite3_file_control(db, "main", which, &file) == SQLITE_OK &&
		file && file->pMethods)
		(void)file->pMethods->xFileControl(
			file, SQLITE_FCNTL_LAST_ERRNO, &error);
	return error;
}

/* What the system said, if it was the system: ": text". */
static void system_reason(sqlite3 *db, int rc, char *out, size_t size)
{
	char text[80];
	int error;

	if ((rc & 0xff) != SQLITE_IOERR)
		return;
	/* The log's: nearly all that is written goes there first. */
	error = last_errno(db, SQLITE_FCNTL_JOURNAL_POINTER);
	if (error == 0)
		error = last_errno(db, SQLITE_FCNTL_FILE_POINTER);
	if (error > 0 && strerror_r(error, text, sizeof(text)) == 0)
		snprintf(out, size, ": %s", text);
}

static void failed(struct writer *writer, int rc, const char *reason)
{
	bool fatal = !may_be_mended(rc);

	pthread_mutex_lock(&writer->lock);
	snprintf(writer->report.why, sizeof(writer->report.why),
		"%s%s (SQLite %d)", sqlite3_errstr(rc), reason, rc);
	writer->report.fatal = fatal;
	tell(writer);
	writer->stop = writer->stop || fatal;
	writer->retry_s =
		writer->retry_s == 0 ? RETRY_FIRST_S : writer->retry_s * 2;
	if (writer->retry_s > RETRY_MAX_S)
		writer->retry_s = RETRY_MAX_S;
}

/* A full disk is no reason to complain here: the next commit will. */
static int checkpoint(struct writer *writer)
{
	int rc;

	if (writer->wal_pages < CHECKPOINT_PAGES)
		return SQLITE_OK;
	writer->wal_pages = 0;
	rc = sqlite3_wal_checkpoint_v2(
		writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return rc == SQLITE_OK || may_be_mended(rc) ? SQLITE_OK : rc;
}

static void commit(struct writer *writer)
{
	char reason[REASON_BYTES] = "";
	int rc = transact(writer);

	if (rc == SQLITE_OK) {
		succeeded(writer);
		rc = checkpoint(writer);
		system_reason(writer->db, rc, reason, sizeof(reason));
	} else {
		/* Before ROLLBACK, which has an outcome of its own. */
		system_reason(writer->db, rc, reason, sizeof(reason));
		(void)exec(writer, "ROLLBACK");
		rows_rolled_back(writer->rows);
	}
	if (rc != SQLITE_OK)
		failed(writer, rc, reason);
}

/* Appends what waits to what is already taken. Called with the lock. */
static void take_waiting(struct writer *writer)
{
	if (!writer->waiting)
		return;
	if (writer->taken)
		writer->taken_last->next = writer->waiting;
	else
		writer->taken = writer->waiting;
	writer->taken_last = writer->waiting_last;
	writer->waiting = NULL;
	writer->waiting_last = NULL;
}

static void wait_for_work(struct writer *writer)
{
	while (!writer->waiting && !writer->closing)
		pthread_cond_wait(&writer->work, &writer->lock);
}

static void wait_for_retry(struct writer *writer)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += writer->retry_s;
	while (!writer->closing && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(
			&writer->work, &writer->lock, &until);
}

static void *writer_run(void *arg)
{
	struct writer *writer = arg;
	bool last = false;

	while (!last && !writer->stop) {
		pthread_mutex_lock(&writer->lock);
		if (writer->retry_s > 0 && writer->taken)
			wait_for_retry(writer);
		else
			wait_for_work(writer);
		last = writer->closing;
		take_waiting(writer);
		pthread_mutex_unlock(&writer->lock);
		if (writer->taken)
			commit(writer);
	}
	return NULL;
}

/* Signals are the loop's. */
static int start_thread(struct writer *writer)
{
	sigset_t all;
	sigset_t before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&writer->thread, NULL, writer_run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -code;
}

static void writer_release(struct writer *writer)
{
	rows_free(writer->rows);
	sqlite3_close(writer->db);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

static void init_lock(struct writer *writer)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->work, &attr);
	pthread_condattr_destroy(&attr);
}

struct writer *writer_new(sqlite3 *db, struct loop_wake *wake, struct err *err)
{
	struct writer *writer = xcalloc(1, sizeof(*writer));
	int rc = SQLITE_OK;
	int code;

	writer->db = db;
	writer->wake = wake;
	init_lock(writer);
	(void)sqlite3_wal_hook(db, writer_on_wal, writer);
	writer->rows = rows_new(db, &rc);
	if (!writer->rows) {
		err_set(err, -EIO, "tables cannot be used (%s)",
			sqlite3_errstr(rc));
		writer_release(writer);
		return NULL;
	}
	code = start_thread(writer);
	if (code < 0) {
		err_set(err, code, "no thread: %s", strerror(-code));
		writer_release(writer);
		return NULL;
	}
	return writer;
}

void writer_push(struct writer *writer, struct batch *batch)
{
	pthread_mutex_lock(&writer->lock);
	if (writer->waiting)
		writer->waiting_last->next = batch;
	else
		writer->waiting = batch;
	writer->waiting_last = batch;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
}

void writer_report(struct writer *writer, struct writer_report *ret)
{
	pthread_mutex_lock(&writer->lock);
	*ret = writer->report;
	pthread_mutex_unlock(&writer->lock);
}

size_t writer_free(struct writer *writer)
{
	size_t lost = 0;

	if (!writer)
		return 0;
	pthread_mutex_lock(&writer->lock);
	writer->closing = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);

	take_waiting(writer);
	for (struct batch *b = writer->taken; b; b = b->next)
		lost++;
	batch_free_all(writer->taken);
	writer_release(writer);
	return lost;
}
