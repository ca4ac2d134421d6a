#include "scratch.h"

#include "util/alloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

char *scratch_new(void)
{
	const char *base = getenv("TMPDIR");
	char *dir = xasprintf("%s/belfry-test-XXXXXX", base ? base : "/tmp");

	must(mkdtemp(dir) != NULL, dir);
	return dir;
}

/* Flat: tests make no directories in it. */
void scratch_free(char *dir)
{
	DIR *list;

	if (!dir)
		return;
	list = opendir(dir);
	must(list != NULL, dir);
	for (struct dirent *entry; (entry = readdir(list));)
		if (strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			must(unlinkat(dirfd(list), entry->d_name, 0) == 0,
				entry->d_name);
	closedir(list);
	must(rmdir(dir) == 0, dir);
	free(dir);
}

char *scratch_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

void scratch_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0, path);
	must(write(fd, bytes, len) == (ssize_t)len, path);
	close(fd);
}
