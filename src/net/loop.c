#include "net/loop.h"

#include "net/due.h"
#include "net/loop_private.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

struct deferred {
	loop_fn *fn;
	void *arg;
};

struct deferred_list {
	struct deferred *items;
	size_t count;
	size_t size;
};

struct timer {
	struct due_item due; /* first: a due item is its timer */
	struct loop *loop;
	loop_fn *fn;
	void *arg;
};

struct loop_hook {
	struct loop *loop;
	loop_fn *fn; /* NULL: freed while the hooks ran */
	void *arg;
	struct loop_hook *prev;
	struct loop_hook *next;
};

struct loop_wake {
	int fd;
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop_signal {
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop {
	struct event_base *base;
	struct evdns_base *dns;
	unsigned dns_users;
	struct tls_share *tls_shares;
	unsigned holds;
	struct event *limit; /* ends the wait of a turn */
	/* libevent's own timers are late by the tick of the coarse clock, up to
	 * 10 ms: this one wakes the loop for ours. */
	int tick_fd;
	struct event *tick;
	int64_t wake_ms; /* when it does, by the kernel's clock */
	struct due_heap timers;
	struct loop_hook *hooks;
	struct deferred_list deferred;
	int64_t now_ms;
	bool in_turn;
	bool now_is_read; /* now_ms was read in this turn */
	bool in_hooks;
	bool stopped;
};

/* Rounds of deferred work that loop_free() grants to objects that defer while
 * they free themselves. */
enum { FREE_ROUNDS = 64 };

enum { LONGEST_SLEEP_MS = 24 * 60 * 60 * 1000 };

/* How often, and how long each time, it waits for what is held. */
enum { HOLD_ROUNDS = 100, HOLD_WAIT_MS = 20 };

void *net_must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void loop_on_libevent_log(int severity, const char *text)
{
	(void)severity;
	log_debug("libevent", "%s", text);
}

static void loop_on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void loop_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		loop->wake_ms = INT64_MAX;
}

static void loop_ignore_sigpipe(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&ignore.sa_mask);
	if (sigaction(SIGPIPE, &ignore, NULL) != 0)
		abort();
}

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));
	struct event_config *config = net_must(event_config_new());

	loop_ignore_sigpipe();
	event_set_log_callback(loop_on_libevent_log);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	loop->base = net_must(event_base_new_with_config(config));
	event_config_free(config);
	loop->limit =
		net_must(event_new(loop->base, -1, 0, loop_on_limit, NULL));
	loop->tick_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->tick_fd < 0)
		abort();
	loop->wake_ms = INT64_MAX;
	loop->tick = net_must(event_new(loop->base, loop->tick_fd,
		EV_READ | EV_PERSIST, loop_on_tick, loop));
	event_add(loop->tick, NULL);
	due_init(&loop->timers);
	return loop;
}

static void loop_run_deferred(struct loop *loop)
{
	struct deferred_list list = loop->deferred;

	loop->deferred = (struct deferred_list){.items = NULL};
	for (size_t i = 0; i < list.count; i++)
		list.items[i].fn(list.items[i].arg);
	if (loop->deferred.items) {
		free(list.items);
		return;
	}
	/* Nothing new came: keep the memory for the next turn. */
	list.count = 0;
	loop->deferred = list;
}

/* Lookups that were cancelled but have not said so yet do it now. */
static void loop_dns_end(struct loop *loop)
{
	if (!loop->dns)
		return;
	event_base_loop(loop->base, EVLOOP_NONBLOCK);
	evdns_base_free(loop->dns, 0);
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (int i = 0; i < FREE_ROUNDS && loop->deferred.count > 0; i++)
		loop_run_deferred(loop);
	for (int i = 0; i < HOLD_ROUNDS && loop->holds > 0; i++)
		loop_turn(loop, HOLD_WAIT_MS);
	loop_dns_end(loop);
	event_free(loop->limit);
	event_free(loop->tick);
	close(loop->tick_fd);
	event_base_free(loop->base);
	free(loop->deferred.items);
	due_release(&loop->timers);
	free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

static void loop_dns_make(struct loop *loop)
{
	loop->dns = net_must(
		evdns_base_new(loop->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE));
	/* Without that file /etc/hosts and literals still work. */
	(void)evdns_base_resolv_conf_parse(
		loop->dns, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	/* Some home routers answer in lower case, which would be dropped. */
	evdns_base_set_option(loop->dns, "randomize-case:", "0");
}

struct evdns_base *loop_dns_acquire(struct loop *loop)
{
	if (!loop->dns)
		loop_dns_make(loop);
	loop->dns_users++;
	return loop->dns;
}

static void loop_on_dns_stale(void *arg)
{
	struct loop *loop = arg;

	if (loop->dns_users > 0 || !loop->dns)
		return;
	evdns_base_free(loop->dns, 0);
	loop->dns = NULL;
}

struct tls_share **loop_tls_shares(struct loop *loop)
{
	return &loop->tls_shares;
}

void loop_dns_release(struct loop *loop, bool is_stale)
{
	loop->dns_users--;
	/* Its callback may be on the stack. */
	if (is_stale)
		loop_defer(loop, loop_on_dns_stale, loop);
}

void loop_hold(struct loop *loop)
{
	loop->holds++;
}

void loop_release(struct loop *loop)
{
	loop->holds--;
}

int64_t loop_now_ms(struct loop *loop)
{
	if (!loop->in_turn)
		return clock_mono_ms();
	if (!loop->now_is_read) {
		loop->now_ms = clock_mono_ms();
		loop->now_is_read = true;
	}
	return loop->now_ms;
}

/* True when there is work for this turn without waiting. */
static bool loop_is_due(struct loop *loop)
{
	struct due_item *first = due_first(&loop->timers);

	return loop->deferred.count > 0 || loop->stopped ||
	       (first && first->due_ms <= clock_mono_ms());
}

/* The kernel's clock, also when that of util/clock.h is frozen. */
static int64_t loop_real_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Has the loop woken in time for the first timer. One that is set too early,
 * because its timer was cancelled, is left: a wake-up in vain now and then
 * costs less than a system call per turn.
 */
static void loop_set_tick(struct loop *loop)
{
	struct due_item *first = due_first(&loop->timers);
	struct itimerspec spec = {.it_value.tv_sec = 0};
	int64_t wait_ms;
	int64_t wake_ms;

	if (!first)
		return;
	wait_ms = first->due_ms - clock_mono_ms();
	if (wait_ms > LONGEST_SLEEP_MS)
		wait_ms = LONGEST_SLEEP_MS;
	/* It may have become due since it was looked at; 0 would be never. */
	if (wait_ms < 1)
		wait_ms = 1;
	wake_ms = loop_real_ms() + wait_ms;
	if (wake_ms >= loop->wake_ms)
		return;
	spec.it_value.tv_sec = (time_t)(wait_ms / 1000);
	spec.it_value.tv_nsec = (long)(wait_ms % 1000 * 1000000);
	if (timerfd_settime(loop->tick_fd, 0, &spec, NULL) != 0)
		abort();
	loop->wake_ms = wake_ms;
}

static void loop_wait(struct loop *loop, int64_t max_wait_ms)
{
	int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;

	if (max_wait_ms == 0 || loop_is_due(loop)) {
		event_base_loop(loop->base, flags | EVLOOP_NONBLOCK);
		return;
	}
	loop_set_tick(loop);
	if (max_wait_ms > 0) {
		struct timeval tv = {
			.tv_sec = (time_t)(max_wait_ms / 1000),
			.tv_usec = (suseconds_t)(max_wait_ms % 1000 * 1000),
		};

		event_add(loop->limit, &tv);
	}
	event_base_loop(loop->base, flags);
	event_del(loop->limit);
}

/* Those armed in this turn wait for the next, even when due at once. */
static void loop_run_timers(struct loop *loop, uint64_t end_seq)
{
	struct due_item *first = due_first(&loop->timers);

	while (first && first->due_ms <= loop_now_ms(loop) &&
		first->seq < end_seq) {
		/* The cast holds: `due` is the first member of a timer. */
		struct timer *timer = (struct timer *)first;

		due_remove(&loop->timers, first);
		timer->fn(timer->arg);
		first = due_first(&loop->timers);
	}
}

static void loop_run_hooks(struct loop *loop)
{
	struct loop_hook *hook;
	struct loop_hook *next;

	loop->in_hooks = true;
	DL_FOREACH (loop->hooks, hook)
		if (hook->fn)
			hook->fn(hook->arg);
	loop->in_hooks = false;
	DL_FOREACH_SAFE (loop->hooks, hook, next)
		if (!hook->fn) {
			DL_DELETE(loop->hooks, hook);
			free(hook);
		}
}

void loop_turn(struct loop *loop, int64_t max_wait_ms)
{
	uint64_t end_seq = loop->timers.next_seq;

	loop->in_turn = true;
	loop->now_is_read = false;
	loop_wait(loop, max_wait_ms);
	loop_run_timers(loop, end_seq);
	loop_run_hooks(loop);
	loop_run_deferred(loop);
	loop->in_turn = false;
}

void loop_run(struct loop *loop)
{
	while (!loop->stopped)
		loop_turn(loop, -1);
	loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

void loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	struct deferred_list *list = &loop->deferred;

	if (list->count == list->size) {
		list->size = list->size == 0 ? 16 : list->size * 2;
		list->items = xreallocarray(
			list->items, list->size, sizeof(list->items[0]));
	}
	list->items[list->count++] = (struct deferred){.fn = fn, .arg = arg};
}

struct timer *timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct timer *timer = xcalloc(1, sizeof(*timer));

	timer->loop = loop;
	timer->fn = fn;
	timer->arg = arg;
	return timer;
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	timer_cancel(timer);
	free(timer);
}

void timer_arm(struct timer *timer, int64_t ms)
{
	struct loop *loop = timer->loop;
	int64_t now_ms = loop_now_ms(loop);

	if (ms < 0)
		ms = 0;
	if (ms > INT64_MAX - now_ms)
		ms = INT64_MAX - now_ms;
	due_remove(&loop->timers, &timer->due);
	due_add(&loop->timers, &timer->due, now_ms + ms);
}

void timer_cancel(struct timer *timer)
{
	due_remove(&timer->loop->timers, &timer->due);
}

bool timer_is_armed(const struct timer *timer)
{
	return due_is_in(&timer->due);
}

struct loop_hook *loop_hook_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_hook *hook = xcalloc(1, sizeof(*hook));

	hook->loop = loop;
	hook->fn = fn;
	hook->arg = arg;
	DL_APPEND(loop->hooks, hook);
	return hook;
}

void loop_hook_free(struct loop_hook *hook)
{
	if (!hook)
		return;
	hook->fn = NULL;
	if (hook->loop->in_hooks)
		return;
	DL_DELETE(hook->loop->hooks, hook);
	free(hook);
}

static void loop_on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop_wake *wake = arg;
	uint64_t count;

	(void)what;
	/* Reading resets it: a signal from now on makes a new call. */
	if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		wake->fn(wake->arg);
}

struct loop_wake *loop_wake_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_wake *wake = xcalloc(1, sizeof(*wake));

	wake->fn = fn;
	wake->arg = arg;
	wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake->fd < 0)
		abort();
	wake->event = net_must(event_new(loop->base, wake->fd,
		EV_READ | EV_PERSIST, loop_on_wake, wake));
	event_add(wake->event, NULL);
	return wake;
}

void loop_wake_signal(struct loop_wake *wake)
{
	uint64_t one = 1;

	/* It can only fail by being signalled 2^64 - 2 times already. */
	if (write(wake->fd, &one, sizeof(one)) < 0)
		return;
}

void loop_wake_free(struct loop_wake *wake)
{
	if (!wake)
		return;
	event_free(wake->event);
	close(wake->fd);
	free(wake);
}

static void loop_on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *sig = arg;

	(void)signo;
	(void)what;
	sig->fn(sig->arg);
}

struct loop_signal *loop_signal_new(
	struct loop *loop, int signo, loop_fn *fn, void *arg)
{
	struct loop_signal *sig = xcalloc(1, sizeof(*sig));

	sig->fn = fn;
	sig->arg = arg;
	sig->event =
		net_must(evsignal_new(loop->base, signo, loop_on_signal, sig));
	event_add(sig->event, NULL);
	return sig;
}

void loop_signal_free(struct loop_signal *sig)
{
	if (!sig)
		return;
	event_free(sig->event);
	free(sig);
}
