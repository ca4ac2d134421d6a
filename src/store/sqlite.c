#include "store/sqlite.h"

#include "store/batch.h"
#include "store/dbfile.h"
#include "store/lock.h"
#include "store/query.h"
#include "store/syncs.h"
#include "store/writer.h"
#include "util/alloc.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* How long records that nobody waits for may stay in memory: they
	 * then share the commit of those that are waited for. */
	LAZY_MS = 250,
	/* ... unless they become more than this. */
	LAZY_BYTES = 1 << 20,
};

struct sqlite_store {
	struct store store; /* first: the two are cast into each other */
	char *path;
	int lock_fd;
	sqlite3 *reader; /* opened when asked for, until the turn ends */
	struct writer *writer;
	struct loop_wake *wake;
	struct loop_hook *hook;
	struct timer *flush;
	struct batch *batch; /* being filled */
	bool wanted;         /* somebody waits for `batch` */
	uint64_t durable;
	struct syncs syncs;
	bool fatal;
	char why[WRITER_WHY_BYTES]; /* as last told to the owner */
};

static struct sqlite_store *of(struct store *store)
{
	return (struct sqlite_store *)store;
}

static void hand_over(struct sqlite_store *s)
{
	struct batch *batch = s->batch;

	s->batch = batch_new(batch->number + 1);
	s->wanted = false;
	timer_cancel(s->flush);
	writer_push(s->writer, batch);
}

static void sqlite_on_turn_end(void *arg)
{
	struct sqlite_store *s = arg;

	/* Questions come all at once, and its cache is as large as all else. */
	sqlite3_close(TAKE(s->reader));
	if (s->batch->count > 0 && (s->wanted || s->batch->len > LAZY_BYTES))
		hand_over(s);
}

static void sqlite_on_flush(void *arg)
{
	struct sqlite_store *s = arg;

	if (s->batch->count > 0)
		hand_over(s);
}

static void tell_trouble(
	struct sqlite_store *s, const struct writer_report *report)
{
	bool well = report->why[0] == '\0';

	if (s->fatal || (strcmp(s->why, report->why) == 0 && !report->fatal))
		return;
	memcpy(s->why, report->why, sizeof(s->why));
	s->fatal = report->fatal;
	if (s->store.trouble)
		s->store.trouble(
			s->store.trouble_arg, well ? NULL : s->why, s->fatal);
}

static void sqlite_on_wake(void *arg)
{
	struct sqlite_store *s = arg;
	struct writer_report report;

	writer_report(s->writer, &report);
	tell_trouble(s, &report);
	s->durable = report.durable;
	syncs_run(&s->syncs, s->durable);
	if (syncs_due(&s->syncs, s->durable))
		loop_wake_signal(s->wake);
}

static void sqlite_append(
	struct store *store, const struct store_record *record)
{
	struct sqlite_store *s = of(store);

	batch_add(s->batch, record);
	if (s->batch->count == 1)
		timer_arm(s->flush, s->wanted ? 0 : LAZY_MS);
}

static struct store_sync *sqlite_sync(
	struct store *store, store_fn *fn, void *arg)
{
	struct sqlite_store *s = of(store);
	bool empty = s->batch->count == 0;
	uint64_t number = empty ? s->batch->number - 1 : s->batch->number;

	if (!empty && !s->wanted) {
		s->wanted = true;
		/* Should the turn end have passed already. */
		timer_arm(s->flush, 0);
	}
	if (!fn)
		return NULL;
	if (number <= s->durable)
		loop_wake_signal(s->wake);
	return syncs_add(&s->syncs, number, fn, arg);
}

static void sqlite_cancel(struct store *store, struct store_sync *sync)
{
	syncs_cancel(&of(store)->syncs, sync);
}

static int sqlite_each(struct store *store, const struct store_query *query,
	store_each_fn *fn, void *arg)
{
	struct sqlite_store *s = of(store);

	if (!s->reader) {
		struct err err = {.code = 0};

		s->reader = dbfile_open_reader(s->path, &err);
		if (!s->reader)
			return err.code;
	}
	return query_run(s->reader, query, fn, arg);
}

static void sqlite_free(struct sqlite_store *s)
{
	timer_free(s->flush);
	loop_hook_free(s->hook);
	loop_wake_free(s->wake);
	syncs_release(&s->syncs);
	batch_free(s->batch);
	lock_release(s->lock_fd);
	free(s->path);
	free(s);
}

static void sqlite_close(struct store *store)
{
	struct sqlite_store *s = of(store);
	size_t lost;

	sqlite3_close(s->reader);
	if (s->batch->count > 0)
		hand_over(s);
	/* Closing the last connection copies the log into the file. */
	lost = writer_free(s->writer);
	if (lost > 0)
		log_error("store", "%zu batches could not be saved in %s (%s)",
			lost, s->path, s->why[0] ? s->why : "disk");
	sqlite_free(s);
}

static const struct store_ops sqlite_ops = {
	.append = sqlite_append,
	.sync = sqlite_sync,
	.cancel = sqlite_cancel,
	.each = sqlite_each,
	.close = sqlite_close,
};

static int open_parts(
	struct sqlite_store *s, struct loop *loop, struct err *err)
{
	sqlite3 *db;

	s->lock_fd = lock_take(s->path, err);
	if (s->lock_fd < 0)
		return err->code;
	db = dbfile_open(s->path, err);
	if (!db)
		return err->code;
	s->wake = loop_wake_new(loop, sqlite_on_wake, s);
	s->writer = writer_new(db, s->wake, err);
	if (!s->writer)
		return err_prefix(err, "state file %s", s->path);
	s->hook = loop_hook_new(loop, sqlite_on_turn_end, s);
	s->flush = timer_new(loop, sqlite_on_flush, s);
	return 0;
}

struct store *store_sqlite_open(
	struct loop *loop, const char *path, struct err *err)
{
	struct sqlite_store *s = xcalloc(1, sizeof(*s));

	s->store.ops = &sqlite_ops;
	s->path = xstrdup(path);
	s->lock_fd = -1;
	s->batch = batch_new(1);
	if (open_parts(s, loop, err) < 0) {
		sqlite_free(s);
		return NULL;
	}
	return &s->store;
}
