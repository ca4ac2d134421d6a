#include "../support/bad_disk.h"
#include "../support/scratch.h"
#include "../support/store_cases.h"
#include "store/sqlite.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, KILL_ROUNDS = 12 };

struct fixture {
	struct loop *loop;
	struct store *store;
	char *dir;
	char *path;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.loop = loop_new(), .dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	*state = &f;
	return 0;
}

static int setup_open(void **state)
{
	struct fixture *f;

	setup(state);
	f = *state;
	f->store = store_sqlite_open(f->loop, f->path, &f->err);
	return f->store ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	loop_free(f->loop);
	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static void reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = store_sqlite_open(f->loop, f->path, &f->err);
	assert_string_equal("", f->err.text);
	assert_non_null(f->store);
}

static void run_case(void **state, store_case_fn *fn)
{
	struct fixture *f = *state;

	fn(f->loop, f->store);
}

#define CASE(name)                                                             \
	static void test_##name(void **state)                                  \
	{                                                                      \
		run_case(state, store_case_##name);                            \
	}

CASE(cursor)
CASE(done)
CASE(intent)
CASE(outbox)
CASE(aside)
CASE(forget)
CASE(fact)
CASE(odd_bytes)
CASE(sync_order)
CASE(sync_cancel)
CASE(sync_of_nothing)
CASE(sync_in_sync)
CASE(cannot_ask)

static void cursor(struct store *store, int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_CURSOR,
				    .mapping = "m",
				    .position = position});
}

static void read_position(const struct store_record *record, void *arg)
{
	*(int64_t *)arg = record->position;
}

static int64_t get_cursor(struct store *store)
{
	struct store_query query = {.kind = STORE_CURSOR, .mapping = "m"};
	int64_t position = -1;

	assert_int_equal(
		0, store_each(store, &query, read_position, &position));
	return position;
}

static void test_survives_reopening(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	cursor(f->store, 41);
	cursor(f->store, 42);
	reopen(f); /* closing flushes what nobody waited for */
	assert_int_equal(42, get_cursor(f->store));
	assert_int_equal(0, stat(f->path, &st));
	assert_int_equal(0600, st.st_mode & 07777);
	store_close(TAKE(f->store));
	free(f->path);
	f->path = scratch_path(f->dir, "state.db-wal");
	assert_int_equal(-1, stat(f->path, &st));
}

/* What nobody waits for is durable a little later all the same. */
static void test_lazy_records_are_flushed(void **state)
{
	struct fixture *f = *state;
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	cursor(f->store, 5);
	loop_turn(f->loop, 0);
	assert_int_equal(-1, get_cursor(f->store));
	while (get_cursor(f->store) != 5 && clock_mono_ms() < end_ms)
		loop_turn(f->loop, 50);
	assert_int_equal(5, get_cursor(f->store));
}

struct late {
	struct store *store;
	bool done;
};

static void on_done(void *arg)
{
	((struct late *)arg)->done = true;
}

static void on_deferred(void *arg)
{
	struct late *late = arg;

	cursor(late->store, 6);
	(void)store_sync(late->store, on_done, late);
}

/* Deferred calls come after the turn-end hooks. */
static void test_append_after_the_turn_end(void **state)
{
	struct fixture *f = *state;
	struct late late = {.store = f->store};
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	loop_defer(f->loop, on_deferred, &late);
	while (!late.done && clock_mono_ms() < end_ms)
		loop_turn(f->loop, PATIENCE_MS);
	assert_int_equal(6, get_cursor(f->store));
	assert_true(clock_mono_ms() < end_ms);
}

static void test_close_drops_waiting_callbacks(void **state)
{
	struct fixture *f = *state;
	struct late late = {.done = false};

	cursor(f->store, 8);
	(void)store_sync(f->store, on_done, &late);
	reopen(f);
	loop_turn(f->loop, 0);
	assert_false(late.done);
	assert_int_equal(8, get_cursor(f->store));
}

/* --- kill -9 ----------------------------------------------------------- */

struct victim {
	struct store *store;
	int64_t synced;
	int64_t next;
	int pipe;
};

static void victim_next(struct victim *victim);

static void on_synced(void *arg)
{
	struct victim *victim = arg;

	victim->synced++;
	if (write(victim->pipe, &victim->synced, sizeof(victim->synced)) < 0)
		_exit(3);
	victim_next(victim);
}

static void victim_next(struct victim *victim)
{
	char id[32];

	snprintf(id, sizeof(id), "id-%lld", (long long)victim->next);
	store_append(victim->store, &(struct store_record){.kind = STORE_DONE,
					    .mapping = "m",
					    .source_id = id,
					    .complete = true,
					    .position = victim->next});
	cursor(victim->store, victim->next++);
	(void)store_sync(victim->store, on_synced, victim);
}

static NORETURN void victim_main(const char *path, int pipe)
{
	struct err err = {.code = 0};
	struct loop *loop = loop_new();
	struct victim victim = {.pipe = pipe};

	victim.store = store_sqlite_open(loop, path, &err);
	if (!victim.store)
		_exit(2);
	victim.next = get_cursor(victim.store) + 1;
	victim.synced = victim.next - 1;
	for (int i = 0; i < 4; i++)
		victim_next(&victim);
	loop_run(loop);
	_exit(1);
}

/* Lets a child write until it told `count` times, kills it, returns the last
 * number it was told to be durable. */
static int64_t kill_in_mid_write(const char *path, int count)
{
	int64_t synced = -1;
	int ends[2];
	int status = 0;
	pid_t pid;

	assert_int_equal(0, pipe(ends));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		victim_main(path, ends[1]);
	close(ends[1]);
	for (int i = 0; i < count; i++)
		assert_int_equal(
			sizeof(synced), read(ends[0], &synced, sizeof(synced)));
	kill(pid, SIGKILL);
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFSIGNALED(status));
	while (read(ends[0], &synced, sizeof(synced)) == sizeof(synced))
		continue;
	close(ends[0]);
	return synced;
}

static void count_row(const struct store_record *record, void *arg)
{
	int64_t *count = arg;

	assert_int_equal(*count, record->position);
	(*count)++;
}

static void test_kill_loses_nothing_synced(void **state)
{
	struct fixture *f = *state;
	struct store_query query = {.kind = STORE_DONE, .mapping = "m"};

	for (int round = 0; round < KILL_ROUNDS; round++) {
		int64_t synced = kill_in_mid_write(f->path, 1 + round * 7);
		int64_t count = 0;

		reopen(f);
		assert_true(get_cursor(f->store) >= synced);
		assert_int_equal(
			0, store_each(f->store, &query, count_row, &count));
		/* All or nothing: the cursor and its row are one batch. */
		assert_int_equal(get_cursor(f->store), count - 1);
		store_close(TAKE(f->store));
	}
}

/* --- a disk that refuses ------------------------------------------------ */

struct trouble {
	int bad;
	int well;
	bool fatal;
	char why[256];
};

static void on_trouble(void *arg, const char *why, bool fatal)
{
	struct trouble *trouble = arg;

	if (why) {
		trouble->bad++;
		snprintf(trouble->why, sizeof(trouble->why), "%s", why);
	} else {
		trouble->well++;
	}
	trouble->fatal = trouble->fatal || fatal;
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(10);
	limit.rlim_cur = bytes;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(11);
}

static void turn_while(struct loop *loop, const int *count)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	while (*count == 0 && clock_mono_ms() < end_ms)
		loop_turn(loop, 50);
}

/* Runs in a child: the limit and the ignored signal are the process's. */
static int full_disk(const char *path)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err err = {.code = 0};
	struct trouble trouble = {.bad = 0};
	struct late late = {.done = false};
	struct loop *loop = loop_new();
	struct store *store = store_sqlite_open(loop, path, &err);
	int wrong = 0;

	if (!store || sigaction(SIGXFSZ, &ignore, NULL) != 0)
		return 20;
	store->trouble = on_trouble;
	store->trouble_arg = &trouble;
	cursor(store, 1);
	store_settle(loop, store);

	limit_file_size(4096);
	cursor(store, 2);
	(void)store_sync(store, on_done, &late);
	turn_while(loop, &trouble.bad);
	wrong += trouble.bad != 1 || trouble.fatal || late.done;
	wrong += get_cursor(store) != 1;
	cursor(store, 3);

	limit_file_size(RLIM_INFINITY);
	turn_while(loop, &trouble.well);
	store_settle(loop, store);
	wrong += trouble.well != 1 || !late.done || get_cursor(store) != 3;
	store_close(store);
	loop_free(loop);
	return wrong;
}

static void test_full_disk_is_waited_out(void **state)
{
	struct fixture *f = *state;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(full_disk(f->path));
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
	reopen(f);
	assert_int_equal(3, get_cursor(f->store));
}

static void no_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	*(bool *)arg = strstr(line, "could not be saved") != NULL;
}

/* Closing on a full disk ends, and says what it could not save. */
static int full_disk_close(const char *path)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err err = {.code = 0};
	struct loop *loop = loop_new();
	struct store *store = store_sqlite_open(loop, path, &err);
	bool said = false;

	if (!store || sigaction(SIGXFSZ, &ignore, NULL) != 0)
		return 20;
	cursor(store, 1);
	store_settle(loop, store);
	limit_file_size(4096);
	cursor(store, 2);
	log_set_sink(no_line, &said);
	store_close(store);
	loop_free(loop);
	return said ? 0 : 1;
}

static void test_closing_on_a_full_disk(void **state)
{
	struct fixture *f = *state;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(full_disk_close(f->path));
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
	reopen(f);
	assert_int_equal(1, get_cursor(f->store));
}

/* What the kernel dropped cannot be synced again: no second try. */
static void test_failed_fsync_is_final(void **state)
{
	struct fixture *f = *state;
	struct trouble trouble = {.bad = 0};
	struct late late = {.done = false};

	bad_disk_install();
	reopen(f);
	f->store->trouble = on_trouble;
	f->store->trouble_arg = &trouble;
	cursor(f->store, 1);
	store_settle(f->loop, f->store);
	bad_disk_fail_sync(true);
	cursor(f->store, 2);
	(void)store_sync(f->store, on_done, &late);
	turn_while(f->loop, &trouble.bad);
	assert_true(trouble.fatal);
	bad_disk_fail_sync(false);
	cursor(f->store, 3);
	(void)store_sync(f->store, NULL, NULL);
	for (int i = 0; i < 5; i++)
		loop_turn(f->loop, 100);
	assert_false(late.done);
	assert_int_equal(1, trouble.bad);
	assert_int_equal(0, trouble.well);
	log_set_sink(no_line, &late.done);
	store_close(TAKE(f->store));
	log_set_sink(NULL, NULL);
	assert_true(late.done);
	bad_disk_remove();
	reopen(f);
	assert_int_equal(1, get_cursor(f->store));
}

#define NEW(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
#define OPEN(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, setup_open, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPEN(cursor),
		OPEN(done),
		OPEN(intent),
		OPEN(outbox),
		OPEN(aside),
		OPEN(forget),
		OPEN(fact),
		OPEN(odd_bytes),
		OPEN(sync_order),
		OPEN(sync_cancel),
		OPEN(sync_of_nothing),
		OPEN(sync_in_sync),
		OPEN(cannot_ask),
		OPEN(survives_reopening),
		OPEN(lazy_records_are_flushed),
		OPEN(append_after_the_turn_end),
		OPEN(close_drops_waiting_callbacks),
		NEW(kill_loses_nothing_synced),
		NEW(full_disk_is_waited_out),
		NEW(closing_on_a_full_disk),
		OPEN(failed_fsync_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
