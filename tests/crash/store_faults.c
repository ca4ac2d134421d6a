#include "../unit/support/scratch.h"
#include "../unit/support/store_disk.h"
#include "../unit/support/store_memory_fault.h"
#include "scenario.h"
#include "store/sqlite.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	BATCHES = 8,
	BROKEN_BATCHES = 5, /* while something fails */
	PATIENCE_MS = 20000,
	/* More calls than a life makes: the loops end long before. */
	CALLS_MAX = 20000,
};

struct fixture {
	struct loop *loop;
	struct scenario *scenario;
	char *dir;
	char *path;
	/* As the store tells it. */
	int bad;
	int well;
	bool fatal;
	char why[256];
	/* The allocation that fails once the store is open; 0: none. */
	unsigned failing_open;
	bool stays;
	/* Figures. */
	unsigned lives;
	unsigned unopened;
	unsigned troubled;
	unsigned wrong;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.loop = loop_new(), .dir = scratch_new()};
	f.scenario = scenario_new(f.loop, BATCHES);
	f.path = scratch_path(f.dir, "state.db");
	disk_watch(f.dir);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	memory_fault_set(0, false);
	disk_watch(NULL);
	scenario_free(f->scenario);
	loop_free(f->loop);
	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static void on_trouble(void *arg, const char *why, bool fatal)
{
	struct fixture *f = arg;

	if (why) {
		f->bad++;
		snprintf(f->why, sizeof(f->why), "%s", why);
	} else {
		f->well++;
	}
	f->fatal = f->fatal || fatal;
}

static struct store *open_store(struct fixture *f, struct err *err)
{
	struct store *store = store_sqlite_open(f->loop, f->path, err);

	f->bad = 0;
	f->well = 0;
	f->fatal = false;
	if (!store)
		return NULL;
	store->trouble = on_trouble;
	store->trouble_arg = f;
	return store;
}

static void on_saved(void *arg)
{
	*(bool *)arg = true;
}

/* Until it is saved (true), or the store is in trouble. */
static bool save(struct fixture *f, struct store *store, int64_t n)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;
	bool saved = false;
	struct store_sync *sync;

	scenario_append(store, n);
	sync = store_sync(store, on_saved, &saved);
	while (!saved && f->bad == 0 && clock_mono_ms() < end_ms)
		loop_turn(f->loop, 1000);
	if (!saved)
		store_cancel(store, sync);
	assert_true(saved || f->bad > 0);
	return saved;
}

struct outcome {
	int64_t saved;    /* the last batch that was confirmed */
	int64_t appended; /* the last one that may be there */
};

/* While something fails: as far as it goes. */
static struct outcome broken_life(struct fixture *f)
{
	struct err err = {.code = 0};
	struct store *store = open_store(f, &err);
	struct outcome outcome = {0, 0};

	f->lives++;
	if (!store) {
		f->unopened++;
		/* Said, and where. */
		f->wrong += !err.code || !strstr(err.text, "state");
		return outcome;
	}
	if (f->failing_open)
		memory_fault_set(f->failing_open, f->stays);
	while (outcome.appended < BROKEN_BATCHES) {
		if (!save(f, store, ++outcome.appended))
			break;
		outcome.saved = outcome.appended;
	}
	f->troubled += f->bad > 0;
	store_close(store);
	return outcome;
}

/* All is well again: what must be there is there, and it goes on. */
static void sound_life(struct fixture *f, const struct outcome *before)
{
	struct err err = {.code = 0};
	struct store *store = open_store(f, &err);
	int64_t n;

	assert_string_equal("", err.text);
	n = scenario_find(f->scenario, store);
	if (n < before->saved || n > before->appended) {
		f->wrong++;
		printf("%lld batches are there, %lld were confirmed of %lld\n",
			(long long)n, (long long)before->saved,
			(long long)before->appended);
	}
	if (n >= 0) {
		assert_true(save(f, store, n + 1));
		assert_int_equal(n + 1, scenario_find(f->scenario, store));
	}
	store_close(store);
}

static void remove_files(const char *path)
{
	DIR *list = opendir(path);

	assert_non_null(list);
	for (struct dirent *entry; (entry = readdir(list));)
		if (entry->d_name[0] != '.') {
			AUTOFREE char *name = scratch_path(path, entry->d_name);

			assert_int_equal(0, remove(name));
		}
	closedir(list);
}

static void print_figures(struct fixture *f, const char *title)
{
	printf("%s: %u failures, one by one; %u times it did not open, %u "
	       "times it told trouble; %u wrong\n",
		title, f->lives, f->unopened, f->troubled, f->wrong);
	fflush(stdout);
	assert_int_equal(0, f->wrong);
	assert_true(f->lives > 10);
	f->lives = 0;
	f->unopened = 0;
	f->troubled = 0;
}

static void no_log(
	enum log_level level UNUSED, const char *line UNUSED, void *arg UNUSED)
{
}

static void fail_each_call(
	struct fixture *f, const char *title, const struct disk_fault *kind)
{
	log_set_sink(no_log, NULL);
	for (unsigned n = 1; n < CALLS_MAX; n++) {
		struct disk_fault fault = *kind;
		struct outcome outcome;
		unsigned failures;

		fault.nth = n;
		disk_fail(&fault);
		outcome = broken_life(f);
		failures = disk_failures();
		disk_fail(NULL);
		sound_life(f, &outcome);
		remove_files(f->dir);
		if (failures == 0)
			break;
	}
	log_set_sink(NULL, NULL);
	print_figures(f, title);
}

static void test_each_call_fails_once(void **state)
{
	fail_each_call(*state, "each file call fails once (EIO)",
		&(struct disk_fault){.calls = DISK_ANY, .error = EIO});
}

static void test_each_call_fails_for_good(void **state)
{
	/* But locks: SQLite waits ten seconds for those. */
	fail_each_call(*state, "all from each file call on fail (EIO)",
		&(struct disk_fault){.calls = DISK_ANY & ~DISK_LOCK,
			.stays = true,
			.error = EIO});
}

static void test_disk_is_full_from_each_write_on(void **state)
{
	fail_each_call(*state, "disk full from each write on",
		&(struct disk_fault){.calls = DISK_WRITE | DISK_TRUNCATE,
			.stays = true,
			.error = ENOSPC});
}

static unsigned life_without_memory(struct fixture *f)
{
	struct outcome outcome = broken_life(f);
	unsigned failures = memory_fault_failures();

	f->failing_open = 0;
	memory_fault_set(0, false);
	sound_life(f, &outcome);
	remove_files(f->dir);
	return failures;
}

static void fail_allocations(struct fixture *f, const char *title, bool stays)
{
	/* Opening allocates thousands of times: not each of them. */
	enum { STRIDE = 11 };

	log_set_sink(no_log, NULL);
	for (unsigned n = 1; n < CALLS_MAX; n++) {
		f->failing_open = n;
		f->stays = stays;
		if (life_without_memory(f) == 0)
			break;
	}
	for (unsigned n = 1; n < CALLS_MAX; n += STRIDE) {
		memory_fault_set(n, stays);
		if (life_without_memory(f) == 0)
			break;
	}
	log_set_sink(NULL, NULL);
	print_figures(f, title);
}

static void test_each_allocation_fails_once(void **state)
{
	fail_allocations(*state, "an allocation fails once", false);
}

static void test_no_memory_from_each_allocation_on(void **state)
{
	fail_allocations(*state, "no memory from an allocation on", true);
}

/* A read that fails is told; what was read is never taken for everything. */
static void test_each_read_fails(void **state)
{
	struct fixture *f = *state;
	struct err err = {.code = 0};
	struct store *store = open_store(f, &err);
	unsigned refused = 0;

	for (int64_t n = 1; n <= BROKEN_BATCHES; n++)
		assert_true(save(f, store, n));
	for (unsigned n = 1; n < CALLS_MAX; n++) {
		int64_t found;

		disk_fail(&(struct disk_fault){
			.calls = DISK_ANY, .nth = n, .error = EIO});
		found = scenario_find(f->scenario, store);
		if (disk_failures() == 0)
			break;
		assert_true(found == -1 || found == BROKEN_BATCHES);
		refused += found == -1;
		/* Closes what it read with. */
		loop_turn(f->loop, 0);
	}
	disk_fail(NULL);
	printf("each call of a reader fails: %u readings were refused\n",
		refused);
	assert_true(refused > 3);
	store_close(store);
}

/* The disk refuses for a while: told once, kept, saved when it is back. */
static void wait_out(
	struct fixture *f, const struct disk_fault *fault, unsigned failures)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;
	struct err err = {.code = 0};
	struct store *store = open_store(f, &err);
	int64_t saved = scenario_find(f->scenario, store);
	bool is_saved = false;

	assert_int_equal(0, saved);
	assert_true(save(f, store, 1));
	disk_fail(fault);
	scenario_append(store, 2);
	(void)store_sync(store, on_saved, &is_saved);
	while ((f->bad == 0 || disk_failures() < failures) &&
		clock_mono_ms() < end_ms)
		loop_turn(f->loop, 100);
	assert_int_equal(1, f->bad);
	assert_false(f->fatal);
	assert_non_null(strstr(f->why,
		fault->error == ENOSPC ? "full" : strerror(fault->error)));
	assert_false(is_saved);
	assert_int_equal(1, scenario_find(f->scenario, store));
	scenario_append(store, 3);
	disk_fail(NULL);
	while ((!is_saved || f->well == 0) && clock_mono_ms() < end_ms)
		loop_turn(f->loop, 100);
	assert_int_equal(1, f->well);
	assert_true(is_saved);
	f->bad = 0;
	assert_true(save(f, store, 4));
	assert_int_equal(4, scenario_find(f->scenario, store));
	store_close(store);
	remove_files(f->dir);
}

static void test_a_disk_that_refuses_is_waited_out(void **state)
{
	static const int errors[] = {EDQUOT, EFBIG, EROFS, EACCES, EIO};
	struct disk_fault fault = {.calls = DISK_WRITE | DISK_TRUNCATE,
		.nth = 1,
		.stays = true,
		.error = ENOSPC};

	/* Tried again and again, and told once. */
	wait_out(*state, &fault, 2);
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		fault.error = errors[i];
		wait_out(*state, &fault, 1);
	}
}

/* Whatever the reason: what the kernel dropped cannot be synced again. */
static void test_a_failed_sync_is_final(void **state)
{
	static const int errors[] = {EIO, ENOSPC, EDQUOT};
	struct fixture *f = *state;

	log_set_sink(no_log, NULL);
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct err err = {.code = 0};
		struct store *store = open_store(f, &err);
		int64_t found;

		assert_true(save(f, store, 1));
		disk_fail(&(struct disk_fault){
			.calls = DISK_SYNC, .nth = 1, .error = errors[i]});
		assert_false(save(f, store, 2));
		assert_true(f->fatal);
		assert_false(save(f, store, 3));
		assert_int_equal(1, f->bad);
		store_close(store);
		disk_fail(NULL);
		store = open_store(f, &err);
		found = scenario_find(f->scenario, store);
		assert_true(found == 1 || found == 2);
		store_close(store);
		remove_files(f->dir);
	}
	log_set_sink(NULL, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_fails_once),
		TEST(each_call_fails_for_good),
		TEST(disk_is_full_from_each_write_on),
		TEST(each_allocation_fails_once),
		TEST(no_memory_from_each_allocation_on),
		TEST(each_read_fails),
		TEST(a_disk_that_refuses_is_waited_out),
		TEST(a_failed_sync_is_final),
	};

	memory_fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
