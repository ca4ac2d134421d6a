#include "store_disk.h"

#include "util/alloc.h"
#include "util/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_BYTES = 512, FILES_MAX = 64 };

static struct {
	pthread_mutex_t lock;
	char dir[PATH_BYTES];
	struct disk_fault fault;
	unsigned calls;
	unsigned failures;
	bool is_recording;
	struct disk_log log;
	ino_t inodes[FILES_MAX]; /* 0: gone */
	size_t inode_count;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Beneath the directory: what follows its name; else NULL. "" is itself. */
static const char *name_in_dir(const char *path)
{
	size_t len = strlen(disk.dir);

	if (len == 0 || strncmp(path, disk.dir, len) != 0)
		return NULL;
	if (path[len] == '\0')
		return "";
	return path[len] == '/' ? path + len + 1 : NULL;
}

static const char *name_of_fd(int fd, char path[PATH_BYTES])
{
	char link[40];
	ssize_t n;

	if (disk.dir[0] == '\0')
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_BYTES - 1);
	path[n > 0 ? n : 0] = '\0';
	return name_in_dir(path);
}

/* With the lock. True with errno when this call shall fail. */
static bool fails(enum disk_call call)
{
	const struct disk_fault *fault = &disk.fault;

	if (!(fault->calls & (unsigned)call))
		return false;
	disk.calls++;
	if (disk.calls < fault->nth ||
		(disk.calls > fault->nth && !fault->stays))
		return false;
	disk.failures++;
	errno = fault->error;
	return true;
}

static struct disk_op *add_op(enum disk_op_kind kind)
{
	struct disk_log *log = &disk.log;
	struct disk_op *op;

	log->ops = xreallocarray(log->ops, log->count + 1, sizeof(*log->ops));
	op = &log->ops[log->count++];
	*op = (struct disk_op){.kind = kind};
	return op;
}

static bool is_recorded(const char *name)
{
	/* The index of the log is made anew after a crash. */
	return disk.is_recording && !str_ends(name, "-shm") &&
	       !str_ends(name, ".lock");
}

static size_t file_number(int fd, const char *name)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		abort();
	for (size_t i = 0; i < disk.inode_count; i++)
		if (disk.inodes[i] == st.st_ino)
			return i;
	if (disk.inode_count == FILES_MAX)
		abort();
	disk.inodes[disk.inode_count] = st.st_ino;
	if (disk.is_recording) {
		struct disk_op *op = add_op(OP_CREATE);

		op->file = disk.inode_count;
		snprintf(op->name, sizeof(op->name), "%s", name);
	}
	return disk.inode_count++;
}

static void record_file(
	enum disk_op_kind kind, int fd, const char *name, int64_t offset)
{
	size_t file;
	struct disk_op *op;

	if (!is_recorded(name))
		return;
	file = file_number(fd, name);
	op = add_op(kind);
	op->file = file;
	op->offset = offset;
	snprintf(op->name, sizeof(op->name), "%s", name);
}

/* The doors. Each: is the file ours, shall it fail, else do it and tell. */

static ssize_t raw_pwrite(int fd, const void *bytes, size_t n, int64_t offset)
{
	return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

static ssize_t door_write(int fd, const void *bytes, size_t n, int64_t offset)
{
	char path[PATH_BYTES];
	const char *name = name_of_fd(fd, path);
	ssize_t done = -1;

	if (!name)
		return raw_pwrite(fd, bytes, n, offset);
	pthread_mutex_lock(&disk.lock);
	if (!fails(DISK_WRITE))
		done = raw_pwrite(fd, bytes, n, offset);
	if (done > 0 && is_recorded(name)) {
		struct disk_op *op;

		record_file(OP_WRITE, fd, name, offset);
		op = &disk.log.ops[disk.log.count - 1];
		op->len = (size_t)done;
		op->data = xcalloc(op->len, 1);
		memcpy(op->data, bytes, op->len);
	}
	pthread_mutex_unlock(&disk.lock);
	return done;
}

static int door_truncate(int fd, int64_t size)
{
	char path[PATH_BYTES];
	const char *name = name_of_fd(fd, path);
	long done = -1;

	if (!name)
		return (int)syscall(SYS_ftruncate, fd, size);
	pthread_mutex_lock(&disk.lock);
	if (!fails(DISK_TRUNCATE))
		done = syscall(SYS_ftruncate, fd, size);
	if (done == 0)
		record_file(OP_TRUNCATE, fd, name, size);
	pthread_mutex_unlock(&disk.lock);
	return (int)done;
}

static int door_sync(int fd, long number)
{
	char path[PATH_BYTES];
	const char *name = name_of_fd(fd, path);
	int done = -1;

	if (!name)
		return (int)syscall(number, fd);
	pthread_mutex_lock(&disk.lock);
	if (!fails(DISK_SYNC)) {
		done = 0;
		if (name[0] != '\0')
			record_file(OP_SYNC, fd, name, 0);
		else if (disk.is_recording)
			add_op(OP_SYNC_DIR);
	}
	pthread_mutex_unlock(&disk.lock);
	return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset)
{
	return door_write(fd, bytes, n, offset);
}

int ftruncate64(int fd, off_t size);
int ftruncate64(int fd, off_t size)
{
	return door_truncate(fd, size);
}

int fsync(int fd)
{
	return door_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return door_sync(fd, SYS_fdatasync);
}

static void record_name(
	enum disk_op_kind kind, const char *name, const char *to)
{
	struct disk_op *op;

	if (!is_recorded(name))
		return;
	op = add_op(kind);
	snprintf(op->name, sizeof(op->name), "%s", name);
	snprintf(op->to, sizeof(op->to), "%s", to);
}

int rename(const char *from, const char *to)
{
	const char *name = name_in_dir(from);
	long done = -1;

	if (!name)
		return (int)syscall(
			SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	pthread_mutex_lock(&disk.lock);
	if (!fails(DISK_RENAME))
		done = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (done == 0)
		record_name(OP_RENAME, name, name_in_dir(to));
	pthread_mutex_unlock(&disk.lock);
	return (int)done;
}

/* Its number may be given to the next file. */
static void forget_inode(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	for (size_t i = 0; i < disk.inode_count; i++)
		if (disk.inodes[i] == st.st_ino)
			disk.inodes[i] = 0;
}

int unlink(const char *path)
{
	const char *name = name_in_dir(path);
	long done = -1;

	if (!name)
		return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	pthread_mutex_lock(&disk.lock);
	if (!fails(DISK_UNLINK)) {
		forget_inode(path);
		done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	}
	if (done == 0)
		record_name(OP_UNLINK, name, "");
	pthread_mutex_unlock(&disk.lock);
	return (int)done;
}

/* SQLite's own doors. */

static bool fails_for(const char *name, enum disk_call call)
{
	bool failed;

	if (!name)
		return false;
	pthread_mutex_lock(&disk.lock);
	failed = fails(call);
	pthread_mutex_unlock(&disk.lock);
	return failed;
}

static int door_open(const char *path, int flags, int mode)
{
	return fails_for(name_in_dir(path), DISK_OPEN)
		       ? -1
		       : open(path, flags, mode);
}

static ssize_t door_read(int fd, void *bytes, size_t n, off_t offset)
{
	char path[PATH_BYTES];

	return fails_for(name_of_fd(fd, path), DISK_READ)
		       ? -1
		       : pread(fd, bytes, n, offset);
}

static int door_fcntl(int fd, int command, ...)
{
	char path[PATH_BYTES];
	bool is_lock = command == F_SETLK || command == F_GETLK;
	struct flock *lock = NULL;
	int number = 0;
	va_list ap;

	va_start(ap, command);
	if (is_lock)
		lock = va_arg(ap, struct flock *);
	else
		number = va_arg(ap, int);
	va_end(ap);
	if (!is_lock)
		return fcntl(fd, command, number);
	/* Letting go of a lock cannot fail. */
	if (lock->l_type != F_UNLCK &&
		fails_for(name_of_fd(fd, path), DISK_LOCK))
		return -1;
	return fcntl(fd, command, lock);
}

static void *door_mmap(
	void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	char path[PATH_BYTES];

	return fails_for(name_of_fd(fd, path), DISK_MAP)
		       ? MAP_FAILED
		       : mmap(at, n, protection, flags, fd, offset);
}

static void set_door(const char *name, sqlite3_syscall_ptr fn)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs->xSetSystemCall(vfs, name, fn) != SQLITE_OK)
		abort();
}

void disk_watch(const char *dir)
{
	if (sqlite3_initialize() != SQLITE_OK)
		abort();
	set_door("open", dir ? (sqlite3_syscall_ptr)door_open : NULL);
	set_door("pread64", dir ? (sqlite3_syscall_ptr)door_read : NULL);
	set_door("fcntl", dir ? (sqlite3_syscall_ptr)door_fcntl : NULL);
	set_door("mmap", dir ? (sqlite3_syscall_ptr)door_mmap : NULL);
	pthread_mutex_lock(&disk.lock);
	snprintf(disk.dir, sizeof(disk.dir), "%s", dir ? dir : "");
	disk.fault = (struct disk_fault){.calls = 0};
	disk.inode_count = 0;
	disk.is_recording = false;
	disk_log_release(&disk.log);
	pthread_mutex_unlock(&disk.lock);
}

void disk_fail(const struct disk_fault *fault)
{
	pthread_mutex_lock(&disk.lock);
	disk.fault = fault ? *fault : (struct disk_fault){.calls = 0};
	disk.calls = 0;
	disk.failures = 0;
	pthread_mutex_unlock(&disk.lock);
}

unsigned disk_calls(void)
{
	unsigned calls;

	pthread_mutex_lock(&disk.lock);
	calls = disk.calls;
	pthread_mutex_unlock(&disk.lock);
	return calls;
}

unsigned disk_failures(void)
{
	unsigned failures;

	pthread_mutex_lock(&disk.lock);
	failures = disk.failures;
	pthread_mutex_unlock(&disk.lock);
	return failures;
}

static void record_present(const char *name)
{
	AUTOFREE char *path = xasprintf("%s/%s", disk.dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct disk_op *op;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	record_file(OP_WRITE, fd, name, 0);
	op = &disk.log.ops[disk.log.count - 1];
	op->len = (size_t)st.st_size;
	op->data = xcalloc(op->len + 1, 1);
	if (pread(fd, op->data, op->len, 0) != st.st_size)
		abort();
	record_file(OP_SYNC, fd, name, 0);
	close(fd);
}

void disk_record_start(void)
{
	DIR *list = opendir(disk.dir);

	if (!list)
		abort();
	pthread_mutex_lock(&disk.lock);
	disk_log_release(&disk.log);
	disk.inode_count = 0;
	disk.is_recording = true;
	for (struct dirent *entry; (entry = readdir(list));)
		if (entry->d_name[0] != '.' && is_recorded(entry->d_name))
			record_present(entry->d_name);
	add_op(OP_SYNC_DIR);
	pthread_mutex_unlock(&disk.lock);
	closedir(list);
}

void disk_mark(int64_t number)
{
	pthread_mutex_lock(&disk.lock);
	if (disk.is_recording)
		add_op(OP_MARK)->offset = number;
	pthread_mutex_unlock(&disk.lock);
}

struct disk_log disk_record_stop(void)
{
	struct disk_log log;

	pthread_mutex_lock(&disk.lock);
	log = disk.log;
	disk.log = (struct disk_log){.count = 0};
	disk.is_recording = false;
	pthread_mutex_unlock(&disk.lock);
	return log;
}

void disk_log_release(struct disk_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->ops[i].data);
	free(log->ops);
	*log = (struct disk_log){.count = 0};
}
