#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config.h"

#include "../support/scratch.h"
#include "daemon/notify.h"
#include "util/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Plays systemd: a datagram socket. */
struct world {
	char *folder;
	int fd;
	struct loop *loop;
	struct notify *notify;
	const char *status;
	int asked;
};

static void status(struct buf *out, void *arg)
{
	struct world *world = arg;

	world->asked++;
	buf_adds(out, world->status);
}

static void setup(struct world *world, const char *watchdog_usec)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *path;

	*world = (struct world){
		.folder = scratch_new(), .loop = loop_new(), .status = "one"};
	path = scratch_path(world->folder, "notify");
	memcpy(address.sun_path, path, strlen(path) + 1);
	world->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(
		bind(world->fd, (struct sockaddr *)&address, sizeof(address)),
		0);
	setenv("NOTIFY_SOCKET", path, 1);
	if (watchdog_usec)
		setenv("WATCHDOG_USEC", watchdog_usec, 1);
	else
		unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	free(path);
	world->notify = notify_new(world->loop, status, world);
}

static void teardown(struct world *world)
{
	notify_free(world->notify);
	loop_free(world->loop);
	close(world->fd);
	scratch_free(world->folder);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
}

static void assert_told(struct world *world, const char *expected)
{
	char text[1024];
	ssize_t n = recv(world->fd, text, sizeof(text) - 1, 0);

	if (!expected) {
		assert_int_equal(n, -1);
		return;
	}
	assert_true(n >= 0);
	text[n] = '\0';
	assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
}

#ifdef HAVE_SYSTEMD
static void turn_until_asked(struct world *world, int times)
{
	int64_t deadline = clock_mono_ms() + 20000;

	while (world->asked < times && clock_mono_ms() < deadline)
		loop_turn(world->loop, 100);
	assert_int_equal(world->asked, times);
}

static void test_states(void **state UNUSED)
{
	struct world world;

	setup(&world, NULL);
	notify_ready(world.notify);
	assert_told(&world, "READY=1");
	assert_told(&world, "STATUS=one");
	notify_reloading(world.notify);
	assert_told(&world, "RELOADING=1\nMONOTONIC_USEC=");
	notify_stopping(world.notify);
	assert_told(&world, "STOPPING=1");
	assert_told(&world, NULL);
	teardown(&world);
}

/* Only after something happened, only when it changed. */
static void test_status(void **state UNUSED)
{
	struct world world;

	setup(&world, NULL);
	notify_ready(world.notify);
	assert_told(&world, "READY=1");
	assert_told(&world, "STATUS=one");
	loop_turn(world.loop, 0);
	world.status = "two";
	turn_until_asked(&world, 2);
	assert_told(&world, "STATUS=two");
	assert_told(&world, NULL);
	teardown(&world);
}

static void test_watchdog(void **state UNUSED)
{
	struct world world;
	int64_t deadline = clock_mono_ms() + 10000;
	char text[64];
	int told = 0;

	setup(&world, "20000");
	while (told < 3 && clock_mono_ms() < deadline) {
		loop_turn(world.loop, 100);
		if (recv(world.fd, text, sizeof(text), 0) > 0)
			told += strncmp(text, "WATCHDOG=1", 10) == 0;
	}
	assert_int_equal(told, 3);
	teardown(&world);
}

#else
/* Without the library a daemon runs as well, and says nothing. */
static void test_without_the_library(void **state UNUSED)
{
	struct world world;

	setup(&world, "20000");
	notify_ready(world.notify);
	notify_reloading(world.notify);
	notify_stopping(world.notify);
	for (int i = 0; i < 5; i++)
		loop_turn(world.loop, 10);
	assert_told(&world, NULL);
	assert_int_equal(world.asked, 0);
	teardown(&world);
}
#endif

static void test_nobody_listens(void **state UNUSED)
{
	struct world world = {.loop = loop_new(), .status = "one"};

	unsetenv("NOTIFY_SOCKET");
	world.notify = notify_new(world.loop, status, &world);
	notify_ready(world.notify);
	notify_reloading(world.notify);
	notify_stopping(world.notify);
	assert_int_equal(world.asked, 0);
	notify_free(world.notify);
	notify_free(NULL);
	loop_free(world.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_SYSTEMD
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_watchdog),
#else
		cmocka_unit_test(test_without_the_library),
#endif
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
