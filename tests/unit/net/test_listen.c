#include "../support/net_peer.h"
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_tcp_gives_a_free_port(void **state)
{
	struct err err = {.code = 0};
	uint16_t port = 0;
	int fd = listen_tcp("127.0.0.1:0", &port, &err);

	(void)state;
	assert_true(fd >= 0);
	assert_true(port > 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(net_dial(port));
	close(fd);
}

static void test_tcp_in_use_names_the_address(void **state)
{
	struct err err = {.code = 0};
	char address[32];
	uint16_t port = 0;
	int fd = listen_tcp("127.0.0.1:0", &port, &err);

	(void)state;
	assert_true(fd >= 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	assert_int_equal(listen_tcp(address, &port, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, address));
	close(fd);
}

static void test_bad_addresses(void **state)
{
	static const char *const bad[] = {"", "127.0.0.1", "::1", "[::1]",
		"localhost:80", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:x",
		"::1:80"};
	struct err err = {.code = 0};
	uint16_t port = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&err);
		assert_int_equal(listen_tcp(bad[i], &port, &err), -EINVAL);
		assert_int_equal(listen_check(bad[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

static void test_ipv6(void **state)
{
	struct err err = {.code = 0};
	uint16_t port = 0;
	int fd = listen_tcp("[::1]:0", &port, &err);

	(void)state;
	/* The machine may have no IPv6; the address was understood. */
	if (fd < 0) {
		assert_int_not_equal(fd, -EINVAL);
		return;
	}
	assert_true(port > 0);
	close(fd);
}

struct dir {
	char path[64];
	char socket[96];
};

static int setup_dir(void **state)
{
	static struct dir dir;

	snprintf(dir.path, sizeof(dir.path), "/tmp/test_listen.XXXXXX");
	if (!mkdtemp(dir.path))
		return -1;
	snprintf(dir.socket, sizeof(dir.socket), "%s/socket", dir.path);
	*state = &dir;
	return 0;
}

static int teardown_dir(void **state)
{
	struct dir *dir = *state;

	unlink(dir->socket);
	return rmdir(dir->path);
}

static void test_unix_is_private(void **state)
{
	struct dir *dir = *state;
	struct err err = {.code = 0};
	struct stat st;
	int fd = listen_unix(dir->socket, &err);

	assert_true(fd >= 0);
	assert_int_equal(stat(dir->socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

static void test_unix_replaces_a_dead_socket(void **state)
{
	struct dir *dir = *state;
	struct err err = {.code = 0};
	int fd = listen_unix(dir->socket, &err);

	assert_true(fd >= 0);
	close(fd);
	fd = listen_unix(dir->socket, &err);
	assert_true(fd >= 0);
	close(fd);
}

static void test_unix_keeps_a_living_socket(void **state)
{
	struct dir *dir = *state;
	struct err err = {.code = 0};
	int fd = listen_unix(dir->socket, &err);

	assert_true(fd >= 0);
	assert_int_equal(listen_unix(dir->socket, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, dir->socket));
	close(fd);
}

static void test_unix_keeps_other_files(void **state)
{
	struct dir *dir = *state;
	struct err err = {.code = 0};
	struct stat st;
	int fd = open(dir->socket, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(listen_unix(dir->socket, &err), -EEXIST);
	assert_int_equal(stat(dir->socket, &st), 0);
}

static void test_unix_path_too_long(void **state)
{
	struct err err = {.code = 0};
	char path[200];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(listen_unix(path, &err), -ENAMETOOLONG);
	assert_int_equal(listen_unix("", &err), -ENAMETOOLONG);
	assert_int_equal(listen_unix("/nonexistent/dir/socket", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/dir/socket"));
}

#define UNIX_TEST(fn)                                                          \
	cmocka_unit_test_setup_teardown(fn, setup_dir, teardown_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_gives_a_free_port),
		cmocka_unit_test(test_tcp_in_use_names_the_address),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_ipv6),
		UNIX_TEST(test_unix_is_private),
		UNIX_TEST(test_unix_replaces_a_dead_socket),
		UNIX_TEST(test_unix_keeps_a_living_socket),
		UNIX_TEST(test_unix_keeps_other_files),
		cmocka_unit_test(test_unix_path_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
