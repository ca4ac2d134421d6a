#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* Runs belfryd in a child and plays systemd for it. */
struct world {
	char *folder, *path, *state;
	int fd;
	pid_t child;
};

static void listen_for_notices(struct world *world)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 20};
	char *path = scratch_path(world->folder, "notify");

	memcpy(address.sun_path, path, strlen(path) + 1);
	world->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(
		bind(world->fd, (struct sockaddr *)&address, sizeof(address)),
		0);
	setsockopt(world->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience));
	setenv("NOTIFY_SOCKET", path, 1);
	unsetenv("WATCHDOG_USEC");
	free(path);
}

static void write_config(struct world *world, const char *rest)
{
	struct daemon_config_text text = {.state = world->state, .rest = rest};

	daemon_config_write(world->path, &text);
}

static void start(struct world *world)
{
	*world = (struct world){.folder = scratch_new()};
	world->path = scratch_path(world->folder, "belfry.conf");
	world->state = scratch_path(world->folder, "state.db");
	write_config(world, NULL);
	listen_for_notices(world);
	world->child = fork();
	assert_true(world->child >= 0);
	if (world->child == 0)
		_exit(daemon_run(world->path));
}

static void wait_told(struct world *world, const char *prefix)
{
	char text[2048] = "";

	do {
		ssize_t n = recv(world->fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			fail_msg("never told: %s", prefix);
		text[n > 0 ? n : 0] = '\0';
	} while (strncmp(text, prefix, strlen(prefix)) != 0);
}

static int wait_end(struct world *world)
{
	int status;

	assert_int_equal(waitpid(world->child, &status, 0), world->child);
	close(world->fd);
	scratch_free(world->folder);
	free(world->path);
	free(world->state);
	unsetenv("NOTIFY_SOCKET");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_stop(void **state UNUSED)
{
	struct world world;

	start(&world);
	wait_told(&world, "READY=1");
	wait_told(&world, "STATUS=0/0 mappings ready");
	kill(world.child, SIGTERM);
	wait_told(&world, "STOPPING=1");
	assert_int_equal(wait_end(&world), 0);
}

static void test_reload(void **state UNUSED)
{
	struct world world;

	start(&world);
	wait_told(&world, "READY=1");
	write_config(&world, "bad = 1;\n");
	kill(world.child, SIGHUP);
	wait_told(&world, "RELOADING=1");
	wait_told(&world, "READY=1");
	write_config(&world, "log = { level = \"error\"; };\n");
	kill(world.child, SIGHUP);
	wait_told(&world, "RELOADING=1");
	wait_told(&world, "READY=1");
	kill(world.child, SIGINT);
	assert_int_equal(wait_end(&world), 0);
}

static void test_stop_twice(void **state UNUSED)
{
	struct world world;

	start(&world);
	wait_told(&world, "READY=1");
	kill(world.child, SIGTERM);
	kill(world.child, SIGINT);
	assert_int_equal(wait_end(&world), 0);
}

static void test_bad_config(void **state UNUSED)
{
	assert_int_equal(daemon_run("/nonexistent/belfry.conf"), EX_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_stop_twice),
		cmocka_unit_test(test_bad_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
