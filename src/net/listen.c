#include "net/listen.h"

#include "net/address.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_fail(
	int fd, const char *address, const char *what, struct err *err)
{
	int code = errno;

	if (fd >= 0)
		close(fd);
	return err_set(
		err, -code, "cannot %s %s: %s", what, address, strerror(code));
}

static int listen_parse(
	const char *address, struct address *ret, struct err *err)
{
	AUTOFREE char *copy = xstrdup(address);
	char *host = copy;
	char *colon = strrchr(copy, ':');
	uint64_t port;
	bool ok = false;

	if (colon) {
		*colon = '\0';
		if (host[0] == '[' && colon[-1] == ']') {
			colon[-1] = '\0';
			host++;
		} else if (strchr(host, ':')) {
			/* A lone IPv6 address would parse, its end as port. */
			colon = NULL;
		}
		ok = colon && parse_u64(colon + 1, UINT16_MAX, &port) == 0 &&
		     address_parse(host, (uint16_t)port, ret) == 0;
	}
	if (!ok)
		return err_set(err, -EINVAL,
			"%s is not an address and port, like 127.0.0.1:8787 "
			"or [::1]:8787",
			address);
	return 0;
}

int listen_check(const char *address, struct err *err)
{
	struct address parsed;

	return listen_parse(address, &parsed, err);
}

static uint16_t listen_port(int fd)
{
	struct address bound = {.len = sizeof(bound.sa)};

	if (getsockname(fd, (struct sockaddr *)&bound.sa, &bound.len) != 0)
		return 0;
	return address_port(&bound);
}

static int listen_bind(int fd, const struct address *address)
{
	int one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(fd, address_sockaddr(address), address->len) != 0)
		return -1;
	return listen(fd, SOMAXCONN);
}

int listen_tcp(const char *address, uint16_t *ret_port, struct err *err)
{
	struct address parsed;
	int fd;

	if (listen_parse(address, &parsed, err) != 0)
		return err->code;
	fd = socket(parsed.sa.ss_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || listen_bind(fd, &parsed) != 0)
		return listen_fail(fd, address, "listen on", err);
	*ret_port = listen_port(fd);
	return fd;
}

/* Removes a socket that nobody listens on any more. */
static int listen_remove_stale(
	const char *path, const struct sockaddr_un *sun, struct err *err)
{
	struct stat st;
	int fd;
	int answer;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0
				       : listen_fail(-1, path, "look at", err);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, -EEXIST,
			"cannot listen on %s: it exists and is not a socket",
			path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return listen_fail(fd, path, "make a socket for", err);
	answer = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	if (answer != 0 && errno != ECONNREFUSED && errno != EAGAIN)
		return listen_fail(fd, path, "probe", err);
	answer = answer == 0 || errno == EAGAIN;
	close(fd);
	if (answer)
		return err_set(err, -EADDRINUSE,
			"cannot listen on %s: another process does", path);
	return unlink(path) == 0 ? 0 : listen_fail(-1, path, "replace", err);
}

int listen_unix(const char *path, struct err *err)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	mode_t old_mask;
	int fd;
	int failed;

	if (len == 0 || len >= sizeof(sun.sun_path))
		return err_set(err, -ENAMETOOLONG,
			"cannot listen on %s: a socket's path has 1 to %zu "
			"bytes",
			path, sizeof(sun.sun_path) - 1);
	memcpy(sun.sun_path, path, len);
	if (listen_remove_stale(path, &sun, err) != 0)
		return err->code;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return listen_fail(fd, path, "make a socket for", err);
	/* The mask closes the moment between bind() and chmod(). */
	old_mask = umask(0177);
	failed = bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0;
	umask(old_mask);
	if (failed || chmod(path, 0600) != 0 || listen(fd, SOMAXCONN) != 0)
		return listen_fail(fd, path, "listen on", err);
	return fd;
}
