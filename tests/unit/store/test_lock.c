#include "../support/scratch.h"
#include "store/lock.h"
#include "util/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char *dir;
	char *path;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static void test_take_and_release(void **state)
{
	struct fixture *f = *state;
	int fd = lock_take(f->path, &f->err);

	assert_true(fd >= 0);
	assert_int_equal(-EBUSY, lock_take(f->path, &f->err));
	lock_release(fd);
	fd = lock_take(f->path, &f->err);
	assert_true(fd >= 0);
	lock_release(fd);
	lock_release(-1);
}

static void test_another_process_has_it(void **state)
{
	struct fixture *f = *state;
	char words[64];
	int ends[2];
	char byte;
	pid_t pid;
	int fd;

	assert_int_equal(0, pipe(ends));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (lock_take(f->path, &f->err) < 0)
			_exit(1);
		if (write(ends[1], "x", 1) != 1)
			_exit(2);
		pause();
		_exit(3);
	}
	close(ends[1]);
	assert_int_equal(1, read(ends[0], &byte, 1));
	close(ends[0]);
	assert_int_equal(-EBUSY, lock_take(f->path, &f->err));
	snprintf(words, sizeof(words), "is locked by pid %ld", (long)pid);
	assert_non_null(strstr(f->err.text, words));

	kill(pid, SIGKILL);
	assert_int_equal(pid, waitpid(pid, NULL, 0));
	fd = lock_take(f->path, &f->err);
	assert_true(fd >= 0);
	lock_release(fd);
}

static void test_garbage_in_the_lock_file(void **state)
{
	struct fixture *f = *state;
	AUTOFREE char *file = xasprintf("%s.lock", f->path);
	int fd;

	scratch_write(file, "12\x1b[2Jnot a pid, and rather long for one", 40);
	fd = lock_take(f->path, &f->err);
	assert_true(fd >= 0);
	scratch_write(file, "\x1b[2J", 4);
	assert_int_equal(-EBUSY, lock_take(f->path, &f->err));
	assert_non_null(strstr(f->err.text, "pid (unknown)"));
	lock_release(fd);
}

static void test_a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	AUTOFREE char *file = xasprintf("%s.lock", f->path);

	assert_int_equal(0, symlink("elsewhere", file));
	assert_int_equal(-ELOOP, lock_take(f->path, &f->err));
}

static void test_a_removed_one_keeps_nobody_out(void **state)
{
	struct fixture *f = *state;
	int fd = lock_take(f->path, &f->err);
	int next;

	assert_true(fd >= 0);
	assert_true(lock_has_file(f->path));
	lock_remove(f->path, fd);
	assert_false(lock_has_file(f->path));
	fd = lock_take(f->path, &f->err);
	assert_true(fd >= 0);
	/* Somebody removes it by hand: the next owner's stays. */
	{
		AUTOFREE char *file = xasprintf("%s.lock", f->path);

		assert_int_equal(0, unlink(file));
	}
	next = lock_take(f->path, &f->err);
	assert_true(next >= 0);
	lock_remove(f->path, fd);
	assert_int_equal(-EBUSY, lock_take(f->path, &f->err));
	lock_remove(f->path, next);
	lock_remove(f->path, -1);
	assert_false(lock_has_file(f->path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(take_and_release),
		TEST(another_process_has_it),
		TEST(garbage_in_the_lock_file),
		TEST(a_link_is_not_followed),
		TEST(a_removed_one_keeps_nobody_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
