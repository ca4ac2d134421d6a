#include "../unit/support/scratch.h"
#include "../unit/support/store_disk.h"
#include "scenario.h"
#include "store/sqlite.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/log.h"

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
	IN_FILE = 5, /* the others are in the log only */
	FILE_BYTES_MAX = 1 << 20,
	EDGE = 512, /* at and beside its multiples each byte is tried */
	STRIDE = 97,
	FLIPS = 400,
};

struct fixture {
	struct loop *loop;
	struct scenario *scenario;
	char *dir;
	char *path;
	char *wal_path;
	struct buf file;
	struct buf wal;
	/* Figures. */
	unsigned refused;
	unsigned whole;
	unsigned prefix;
	unsigned other;
};

static void save(
	struct fixture *f, struct store *store, int64_t first, int64_t last);

static void read_whole(const char *path, struct buf *out)
{
	struct err err = {.code = 0};

	buf_init(out, FILE_BYTES_MAX);
	assert_int_equal(0, file_read(path, FILE_BYTES_MAX, out, &err));
}

static struct store *open_store(struct fixture *f)
{
	struct err err = {.code = 0};
	struct store *store = store_sqlite_open(f->loop, f->path, &err);

	/* Refused with the file's name and what to do. */
	if (!store)
		assert_non_null(strstr(err.text, f->path));
	return store;
}

static int setup(void **state)
{
	static struct fixture f;
	struct store *store;

	f = (struct fixture){.loop = loop_new(), .dir = scratch_new()};
	f.scenario = scenario_new(f.loop, BATCHES);
	f.path = scratch_path(f.dir, "state.db");
	f.wal_path = scratch_path(f.dir, "state.db-wal");
	disk_watch(f.dir);
	store = open_store(&f);
	save(&f, store, 1, IN_FILE);
	store_close(store);
	store = open_store(&f);
	save(&f, store, IN_FILE + 1, BATCHES);
	/* As a kill would leave them. */
	read_whole(f.path, &f.file);
	read_whole(f.wal_path, &f.wal);
	store_close(store);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	disk_watch(NULL);
	buf_release(&f->file);
	buf_release(&f->wal);
	scenario_free(f->scenario);
	loop_free(f->loop);
	free(f->path);
	free(f->wal_path);
	scratch_free(f->dir);
	return 0;
}

static void on_saved(void *arg)
{
	*(bool *)arg = true;
}

static void save(
	struct fixture *f, struct store *store, int64_t first, int64_t last)
{
	assert_non_null(store);
	for (int64_t n = first; n <= last; n++) {
		bool saved = false;

		scenario_append(store, n);
		(void)store_sync(store, on_saved, &saved);
		while (!saved)
			loop_turn(f->loop, 1000);
	}
}

struct damage {
	size_t file_len;
	size_t wal_len;
	size_t at; /* the bit that is flipped; SIZE_MAX: none */
	bool in_wal;
};

static void flip(struct buf *bytes, size_t bit)
{
	bytes->data[bit / 8] = (char)(bytes->data[bit / 8] ^ 1 << bit % 8);
}

static void try_damage(struct fixture *f, const struct damage *damage)
{
	AUTOFREE char *shm_path = scratch_path(f->dir, "state.db-shm");
	struct buf *flipped = damage->in_wal ? &f->wal : &f->file;
	struct store *store;
	int64_t n;

	if (damage->at != SIZE_MAX)
		flip(flipped, damage->at);
	(void)unlink(shm_path);
	scratch_write(f->path, f->file.data, damage->file_len);
	scratch_write(f->wal_path, f->wal.data, damage->wal_len);
	if (damage->at != SIZE_MAX)
		flip(flipped, damage->at);
	store = open_store(f);
	if (!store) {
		f->refused++;
		return;
	}
	n = scenario_find(f->scenario, store);
	f->whole += n == BATCHES;
	f->prefix += n >= 0 && n < BATCHES;
	f->other += n < 0;
	store_close(store);
}

static void print_figures(struct fixture *f, const char *title)
{
	printf("%s: %u refused, %u whole, %u up to an earlier batch, %u "
	       "other\n",
		title, f->refused, f->whole, f->prefix, f->other);
	fflush(stdout);
}

/* The next length that is tried. */
static size_t next_len(size_t len)
{
	size_t past = (len + 1) % EDGE;

	return past <= 1 || past == EDGE - 1 || len < 200 ? len + 1
	       : len + STRIDE < len / EDGE * EDGE + EDGE - 1
		       ? len + STRIDE
		       : len / EDGE * EDGE + EDGE - 1;
}

static void test_the_file_is_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t len = 0; len < f->file.len; len = next_len(len))
		try_damage(f, &(struct damage){len, 0, SIZE_MAX, false});
	print_figures(f, "file cut");
	assert_true(f->refused > 100);
	assert_int_equal(0, f->other + f->prefix + f->whole);
}

/* The log has some of the pages, also of those that were cut off. */
static void test_the_file_is_cut_but_not_its_log(void **state)
{
	struct fixture *f = *state;

	for (size_t len = 0; len < f->file.len; len = next_len(len) + STRIDE)
		try_damage(
			f, &(struct damage){len, f->wal.len, SIZE_MAX, false});
	print_figures(f, "file cut, but not its log");
	assert_true(f->refused > 100);
	assert_int_equal(0, f->other + f->prefix);
}

/* What was not synced to its end: the batches before are there. */
static void test_the_log_is_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t len = 0; len <= f->wal.len; len = next_len(len))
		try_damage(
			f, &(struct damage){f->file.len, len, SIZE_MAX, false});
	print_figures(f, "log cut");
	assert_int_equal(0, f->other + f->refused);
	assert_true(f->prefix > 100);
}

static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void test_bits_of_the_log_are_flipped(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 88172645463325252U;

	for (int i = 0; i < FLIPS; i++)
		try_damage(f, &(struct damage){f->file.len, f->wal.len,
				      draw(&seed) % (f->wal.len * 8), true});
	print_figures(f, "a bit of the log flipped");
	/* Each frame has a checksum. */
	assert_int_equal(0, f->other);
	assert_true(f->prefix > 10);
}

/*
 * Content has no checksum in the file itself: a letter may be another one then.
 * What holds it together is checked.
 */
static void test_bits_of_the_file_are_flipped(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 362436069362436069U;

	/* The log would hide most of the file. */
	for (int i = 0; i < FLIPS; i++)
		try_damage(f, &(struct damage){f->file.len, 0,
				      draw(&seed) % (f->file.len * 8), false});
	/* All of the header. */
	for (size_t bit = 0; bit < 100 * 8; bit += 3)
		try_damage(f, &(struct damage){f->file.len, 0, bit, false});
	print_figures(f, "a bit of the file flipped");
	assert_true(f->refused > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_file_is_cut),
		TEST(the_file_is_cut_but_not_its_log),
		TEST(the_log_is_cut),
		TEST(bits_of_the_log_are_flipped),
		TEST(bits_of_the_file_are_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
