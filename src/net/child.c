/* For posix_spawn_file_actions_addclosefrom_np(). */
#define _GNU_SOURCE 1

#include "net/child.h"

#include "net/dial.h"
#include "net/loop_private.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	READ_BYTES = 4096,
	COMPLAINT_BYTES = 1024, /* kept of standard error */
	WHY_BYTES = 512,
	/* After it closed its output a program is about to exit: look again
	 * soon, then ever less often. */
	FIRST_LOOK_MS = 1,
	LAST_LOOK_MS = 100,
};

/* The reading end of a pipe to the program. */
struct child_pipe {
	int fd;
	struct event *event;
};

struct child {
	struct loop *loop;
	pid_t pid; /* 0: it was never started */
	child_fn *fn;
	void *arg;
	char *name;
	int64_t timeout_ms;
	struct timer *deadline;
	struct child_pipe output;
	struct child_pipe complaint;
	struct buf text;
	char complained[COMPLAINT_BYTES + 1];
	size_t complained_len;
	/* Real time, whatever the loop's clock says. */
	struct event *look;
	int look_ms;
	bool in_callback;
	bool is_abandoned; /* only waits to be reaped */
	char why[WHY_BYTES];
};

extern char **environ;

static void pipe_close(struct child_pipe *end)
{
	if (end->event)
		event_free(TAKE(end->event));
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

static void child_free(struct child *child)
{
	pipe_close(&child->output);
	pipe_close(&child->complaint);
	timer_free(child->deadline);
	if (child->look)
		event_free(child->look);
	buf_release(&child->text);
	free(child->name);
	free(child);
}

static void child_tell(struct child *child, const char *why)
{
	child->in_callback = true;
	child->fn(why ? "" : child->text.data, why ? 0 : child->text.len, why,
		child->arg);
	child->in_callback = false;
}

static void child_look(struct child *child);

/* Kills what is left of it; it stays until it is reaped. */
static void child_abandon(struct child *child)
{
	pipe_close(&child->output);
	pipe_close(&child->complaint);
	timer_cancel(child->deadline);
	if (child->pid == 0) {
		child_free(child);
		return;
	}
	(void)kill(-child->pid, SIGKILL);
	child->is_abandoned = true;
	child->look_ms = FIRST_LOOK_MS;
	loop_hold(child->loop);
	child_look(child);
}

static void child_fail(struct child *child)
{
	child_tell(child, child->why);
	child_abandon(child);
}

/* The first line of standard error, for the reason of a failure. */
static void child_add_complaint(struct child *child)
{
	size_t len = strlen(child->why);
	char *text = child->complained;

	text[child->complained_len] = '\0';
	text += strspn(text, "\r\n\t ");
	text[strcspn(text, "\r\n")] = '\0';
	if (*text)
		snprintf(child->why + len, sizeof(child->why) - len, ": %s",
			text);
}

static void child_read_complaint(struct child *child)
{
	char bytes[READ_BYTES];
	size_t room = COMPLAINT_BYTES - child->complained_len;
	ssize_t n = read(child->complaint.fd, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		pipe_close(&child->complaint);
	if (n <= 0)
		return;
	/* The rest is read and forgotten, so that it can go on. */
	if ((size_t)n < room)
		room = (size_t)n;
	memcpy(child->complained + child->complained_len, bytes, room);
	child->complained_len += room;
}

static void child_exited(struct child *child, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		child_tell(child, NULL);
		child_free(child);
		return;
	}
	if (child->complaint.fd >= 0)
		child_read_complaint(child);
	if (WIFEXITED(status))
		snprintf(child->why, sizeof(child->why),
			"%s exited with status %d", child->name,
			WEXITSTATUS(status));
	else
		snprintf(child->why, sizeof(child->why),
			"%s was ended by signal %d", child->name,
			WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	child_add_complaint(child);
	child_tell(child, child->why);
	child_free(child);
}

static void child_look_again(struct child *child)
{
	struct timeval tv = {.tv_usec = child->look_ms * 1000};

	event_add(child->look, &tv);
	child->look_ms *= 2;
	if (child->look_ms > LAST_LOOK_MS)
		child->look_ms = LAST_LOOK_MS;
}

static void child_look(struct child *child)
{
	int status = 0;
	pid_t pid = waitpid(child->pid, &status, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR)) {
		child_look_again(child);
		return;
	}
	if (child->is_abandoned) {
		loop_release(child->loop);
		child_free(child);
		return;
	}
	if (pid > 0) {
		child_exited(child, status);
		return;
	}
	/* Somebody else reaped it: there is no telling how it ended. */
	snprintf(child->why, sizeof(child->why), "%s: its end was missed: %s",
		child->name, strerror(errno));
	child_tell(child, child->why);
	child_free(child);
}

static void child_on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	child_look(arg);
}

static void child_on_output(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;
	char bytes[READ_BYTES];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		pipe_close(&child->output);
		child_look(child);
		return;
	}
	buf_add(&child->text, bytes, (size_t)n);
	if (!child->text.overflow)
		return;
	snprintf(child->why, sizeof(child->why),
		"%s printed more than %zu bytes", child->name,
		child->text.ceiling);
	child_fail(child);
}

static void child_on_complaint(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	child_read_complaint(arg);
}

static void child_on_deadline(void *arg)
{
	struct child *child = arg;
	char text[64];

	if (!*child->why) {
		dial_describe_timeout(child->timeout_ms, text, sizeof(text));
		snprintf(child->why, sizeof(child->why), "%s gave %s",
			child->name, text);
		child_add_complaint(child);
	}
	child_fail(child);
}

static int pipe_open(struct child_pipe *end, int *ret_write_fd)
{
	int fds[2];

	if (pipe(fds) != 0)
		return -errno;
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	end->fd = fds[0];
	*ret_write_fd = fds[1];
	return 0;
}

static void child_set_actions(
	posix_spawn_file_actions_t *actions, int output, int complaint)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(
		actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(actions, complaint, STDERR_FILENO);
	/* Libraries open descriptors without close-on-exec. */
	posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

static void child_set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t signals;

	posix_spawnattr_init(attributes);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
						     POSIX_SPAWN_SETSIGDEF |
						     POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(attributes, 0);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(attributes, &signals);
	sigfillset(&signals);
	posix_spawnattr_setsigdefault(attributes, &signals);
}

static int child_spawn(
	struct child *child, const char *const *argv, int output, int complaint)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = argv}; /* posix_spawn() does not write to them */
	pid_t pid;
	int error;

	child_set_actions(&actions, output, complaint);
	child_set_attributes(&attributes);
	error = posix_spawnp(
		&pid, argv[0], &actions, &attributes, args.out, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (error == 0)
		child->pid = pid;
	return -error;
}

static int child_start(struct child *child, const char *const *argv)
{
	int output = -1;
	int complaint = -1;
	int error = pipe_open(&child->output, &output);

	if (error == 0)
		error = pipe_open(&child->complaint, &complaint);
	if (error == 0)
		error = child_spawn(child, argv, output, complaint);
	if (output >= 0)
		close(output);
	if (complaint >= 0)
		close(complaint);
	return error;
}

static void child_watch(struct child *child)
{
	struct event_base *base = loop_base(child->loop);

	child->output.event = net_must(event_new(base, child->output.fd,
		EV_READ | EV_PERSIST, child_on_output, child));
	child->complaint.event = net_must(event_new(base, child->complaint.fd,
		EV_READ | EV_PERSIST, child_on_complaint, child));
	event_add(child->output.event, NULL);
	event_add(child->complaint.event, NULL);
}

struct child *child_run(struct loop *loop, const char *const *argv,
	size_t max_output_bytes, int64_t timeout_ms, child_fn *fn, void *arg)
{
	struct child *child = xcalloc(1, sizeof(*child));
	int error;

	child->loop = loop;
	child->fn = fn;
	child->arg = arg;
	child->name = xstrdup(argv[0]);
	child->timeout_ms = timeout_ms;
	child->output.fd = -1;
	child->complaint.fd = -1;
	child->look_ms = FIRST_LOOK_MS;
	buf_init(&child->text, max_output_bytes);
	child->deadline = timer_new(loop, child_on_deadline, child);
	child->look = net_must(
		event_new(loop_base(loop), -1, 0, child_on_look, child));
	error = child_start(child, argv);
	if (error == 0) {
		child_watch(child);
		timer_arm(child->deadline, timeout_ms);
		return child;
	}
	snprintf(child->why, sizeof(child->why), "cannot run %s: %s", argv[0],
		strerror(-error));
	timer_arm(child->deadline, 0);
	return child;
}

void child_cancel(struct child *child)
{
	/* The callback is on the stack: the end is near anyway. */
	if (!child || child->in_callback)
		return;
	child_abandon(child);
}
