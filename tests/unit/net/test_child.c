#include "net/child.h"

#include "../support/net_peer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_OUTPUT = 1000 };

struct world {
	struct loop *loop;
	struct child *child;
	bool is_done;
	char output[MAX_OUTPUT + 1];
	size_t len;
	char why[512];
	bool failed;
	bool cancels; /* itself, in the callback */
};

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.loop = loop_new();
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	loop_free(world->loop);
	/* No zombie, no child at all. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

static void on_done(const char *output, size_t len, const char *why, void *arg)
{
	struct world *world = arg;

	assert_false(world->is_done);
	assert_true(len <= MAX_OUTPUT);
	assert_int_equal(output[len], '\0');
	memcpy(world->output, output, len + 1);
	world->len = len;
	world->failed = why != NULL;
	snprintf(world->why, sizeof(world->why), "%s", why ? why : "");
	world->is_done = true;
	if (world->cancels)
		child_cancel(world->child);
}

static void start(struct world *world, const char *script, int64_t timeout_ms)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	world->child = child_run(
		world->loop, argv, MAX_OUTPUT, timeout_ms, on_done, world);
	assert_false(world->is_done);
}

static void run(struct world *world, const char *script)
{
	start(world, script, NET_PATIENCE_MS);
	net_turn_until(world->loop, &world->is_done);
}

static void test_output(void **state)
{
	struct world *world = *state;

	run(world, "printf 'a\\000b\\n'; echo not kept >&2");
	assert_false(world->failed);
	assert_int_equal(world->len, 4);
	assert_memory_equal(world->output, "a\0b\n", 5);
}

static void test_output_at_the_limit(void **state)
{
	struct world *world = *state;

	run(world, "head -c 1000 /dev/zero");
	assert_false(world->failed);
	assert_int_equal(world->len, MAX_OUTPUT);
}

static void test_output_past_the_limit(void **state)
{
	struct world *world = *state;

	run(world, "cat /dev/zero");
	assert_string_equal(world->why, "sh printed more than 1000 bytes");
	assert_int_equal(world->len, 0);
}

static void test_exit_status_and_complaint(void **state)
{
	struct world *world = *state;

	run(world, "echo out; echo 'no such profile' >&2; echo more >&2; "
		   "exit 3");
	assert_string_equal(
		world->why, "sh exited with status 3: no such profile");
	assert_int_equal(world->len, 0);
}

static void test_much_complaint(void **state)
{
	struct world *world = *state;

	run(world, "head -c 300000 /dev/zero | tr '\\0' e >&2; echo done");
	assert_false(world->failed);
	assert_string_equal(world->output, "done\n");
}

static void test_signal(void **state)
{
	struct world *world = *state;

	run(world, "kill -TERM $$");
	assert_string_equal(world->why, "sh was ended by signal 15");
}

static void test_not_found(void **state)
{
	struct world *world = *state;
	const char *const argv[] = {"belfry-no-such-program", NULL};

	world->child = child_run(
		world->loop, argv, MAX_OUTPUT, NET_PATIENCE_MS, on_done, world);
	assert_false(world->is_done);
	net_turn_until(world->loop, &world->is_done);
	assert_non_null(strstr(
		world->why, "cannot run belfry-no-such-program: No such"));
}

static void test_not_found_and_cancelled(void **state)
{
	struct world *world = *state;
	const char *const argv[] = {"belfry-no-such-program", NULL};

	child_cancel(child_run(world->loop, argv, MAX_OUTPUT, NET_PATIENCE_MS,
		on_done, world));
	child_cancel(NULL);
	loop_turn(world->loop, 1);
	assert_false(world->is_done);
}

/* Gone, or dead and only not yet reaped by who adopted it. */
static bool is_dead(pid_t pid)
{
	char path[64];
	char text[256] = "";
	const char *name_end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return true;
	name_end = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	return !name_end || name_end[2] == 'Z' || name_end[2] == 'X';
}

/* Also what it started itself is killed. */
static void test_deadline(void **state)
{
	struct world *world = *state;
	char path[] = "/tmp/test_child.XXXXXX";
	char script[128];
	int fd = mkstemp(path);
	pid_t grandchild;
	char text[32] = "";

	assert_true(fd >= 0);
	snprintf(script, sizeof(script),
		"sleep 1000 & echo $! > %s; echo waiting >&2; wait", path);
	start(world, script, 1000);
	net_turn_until(world->loop, &world->is_done);
	assert_string_equal(
		world->why, "sh gave no answer within 1 s: waiting");
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	grandchild = (pid_t)strtol(text, NULL, 10);
	for (int i = 0; i < 1000 && !is_dead(grandchild); i++)
		loop_turn(world->loop, 5);
	assert_true(is_dead(grandchild));
	close(fd);
	unlink(path);
}

static void test_cancel(void **state)
{
	struct world *world = *state;

	start(world, "exec sleep 1000", NET_PATIENCE_MS);
	child_cancel(world->child);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 1);
	assert_false(world->is_done);
	/* Once more: the end of the loop reaps it. */
	start(world, "trap '' TERM; exec sleep 1000", NET_PATIENCE_MS);
	child_cancel(world->child);
	assert_false(world->is_done);
}

static void test_cancel_in_the_callback(void **state)
{
	struct world *world = *state;

	world->cancels = true;
	run(world, "echo x");
	assert_string_equal(world->output, "x\n");
	world->is_done = false;
	run(world, "cat /dev/zero");
	assert_true(world->failed);
}

static void test_output_closed_before_exit(void **state)
{
	struct world *world = *state;

	run(world, "echo early; exec >&-; sleep 0.1; exit 4");
	assert_string_equal(world->why, "sh exited with status 4");
}

static void test_surroundings(void **state)
{
	struct world *world = *state;
	int leaky = dup(STDOUT_FILENO); /* without close-on-exec */

	/* Descriptors 0-2 only, an empty input,
	 * signals at their defaults. */
	run(world, "cat; for fd in 3 4 5 6 7 8 9; do "
		   "(: >&$fd) 2>/dev/null && echo $fd; done; "
		   "yes | head -n 1; echo $BELFRY_TEST");
	assert_string_equal(world->output, "y\nset\n");
	assert_string_equal(world->why, "");
	close(leaky);
}

#define CHILD_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD_TEST(test_output),
		CHILD_TEST(test_output_at_the_limit),
		CHILD_TEST(test_output_past_the_limit),
		CHILD_TEST(test_exit_status_and_complaint),
		CHILD_TEST(test_much_complaint),
		CHILD_TEST(test_signal),
		CHILD_TEST(test_not_found),
		CHILD_TEST(test_not_found_and_cancelled),
		CHILD_TEST(test_deadline),
		CHILD_TEST(test_cancel),
		CHILD_TEST(test_cancel_in_the_callback),
		CHILD_TEST(test_output_closed_before_exit),
		CHILD_TEST(test_surroundings),
	};

	setenv("BELFRY_TEST", "set", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
