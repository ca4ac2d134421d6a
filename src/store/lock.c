#include "store/lock.h"

#include "util/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PID_TEXT_BYTES = 24 };

/* Digits only: the file could hold anything. */
static void lock_read_pid(int fd, char out[PID_TEXT_BYTES])
{
	ssize_t n = pread(fd, out, PID_TEXT_BYTES - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strspn(out, "0123456789")] = '\0';
}

static int lock_write_pid(int fd)
{
	char text[PID_TEXT_BYTES];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0)
		return -errno;
	/* A full disk must not keep the daemon from starting. */
	if (pwrite(fd, text, (size_t)len, 0) != len)
		return errno == ENOSPC ? 0 : -errno;
	return 0;
}

static int lock_fail(const char *file, int code, struct err *err)
{
	return err_set(err, code, "lock file %s: %s", file, strerror(-code));
}

static int lock_refuse(
	const char *path, const char *file, int fd, struct err *err)
{
	char pid[PID_TEXT_BYTES];

	if (errno != EWOULDBLOCK)
		return lock_fail(file, -errno, err);
	lock_read_pid(fd, pid);
	return err_set(err, -EBUSY, "state file %s is locked by pid %s", path,
		pid[0] ? pid : "(unknown)");
}

/* It may have been removed between open() and flock(): then it keeps nobody
 * out. */
static bool lock_is_there(const char *file, int fd)
{
	struct stat named;
	struct stat opened;

	return lstat(file, &named) == 0 && fstat(fd, &opened) == 0 &&
	       named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

int lock_take(const char *path, struct err *err)
{
	AUTOFREE char *file = xasprintf("%s.lock", path);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int code;

	if (fd < 0)
		return lock_fail(file, -errno, err);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		code = lock_refuse(path, file, fd, err);
		close(fd);
		return code;
	}
	if (!lock_is_there(file, fd)) {
		close(fd);
		return lock_fail(file, -EBUSY, err);
	}
	code = lock_write_pid(fd);
	if (code < 0) {
		close(fd);
		return lock_fail(file, code, err);
	}
	return fd;
}

bool lock_has_file(const char *path)
{
	AUTOFREE char *file = xasprintf("%s.lock", path);
	struct stat st;

	return lstat(file, &st) == 0;
}

void lock_remove(const char *path, int fd)
{
	AUTOFREE char *file = xasprintf("%s.lock", path);

	if (fd >= 0 && lock_is_there(file, fd))
		(void)unlink(file);
	lock_release(fd);
}

void lock_release(int fd)
{
	if (fd >= 0)
		close(fd);
}
