#include "util/file.h"

#include "util/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK_BYTES = 16384,
	SECRET_FILE_BYTES = 65536, /* more is some other file */
};

/* Appends at most `limit` bytes; -EFBIG when there are more. */
static int read_all(int fd, size_t limit, struct buf *out)
{
	char chunk[CHUNK_BYTES];
	size_t total = 0;
	int rc = 0;
	while (!rc) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = -errno;
		else if ((size_t)n > limit - total ||
			 (size_t)n > out->ceiling - out->len)
			rc = -EFBIG;
		else
			buf_add(out, chunk, (size_t)n);
		total += n > 0 ? (size_t)n : 0;
	}
	explicit_bzero(chunk, sizeof(chunk)); /* it may have been a secret */
	return rc;
}

int file_read(const char *path, size_t limit, struct buf *out, struct err *err)
{
	size_t start = out->len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int rc = -errno;
		return err_set(err, rc, "%s: %s", path, strerror(-rc));
	}
	int rc = read_all(fd, limit, out);
	close(fd);
	if (!rc)
		return 0;
	buf_truncate(out, start);
	if (rc == -EFBIG)
		return err_set(
			err, rc, "%s: larger than %zu bytes", path, limit);
	return err_set(err, rc, "%s: %s", path, strerror(-rc));
}

static int first_line(
	const char *path, const struct buf *bytes, char **ret, struct err *err)
{
	const char *end = memchr(bytes->data, '\n', bytes->len);
	size_t len = end ? (size_t)(end - bytes->data) : bytes->len;
	if (len > 0 && bytes->data[len - 1] == '\r')
		len--;
	if (len == 0)
		return err_set(
			err, -EINVAL, "%s: the first line is empty", path);
	if (memchr(bytes->data, '\0', len))
		return err_set(err, -EINVAL,
			"%s: the first line has a NUL byte", path);
	*ret = xstrndup(bytes->data, len);
	return 0;
}

int file_read_secret(const char *path, char **ret, struct err *err)
{
	struct buf bytes;
	buf_init(&bytes, SECRET_FILE_BYTES);
	int rc = file_read(path, SECRET_FILE_BYTES, &bytes, err);
	if (!rc)
		rc = first_line(path, &bytes, ret, err);
	explicit_bzero(bytes.data, bytes.size);
	buf_release(&bytes);
	return rc;
}
