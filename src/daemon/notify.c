#include "config.h"

#include "daemon/notify.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

struct notify {
	struct loop *loop;
	notify_status_fn *fn;
	void *arg;
	struct loop_hook *hook; /* NULL: nobody listens */
	struct timer *status_timer;
	struct timer *watchdog_timer; /* NULL: not asked for */
	int64_t watchdog_ms;
	char *status;  /* as last sent */
	bool own_turn; /* this turn is only about the status */
};

#ifdef HAVE_SYSTEMD
static bool is_listened_to(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

static void tell(const char *text)
{
	int error = sd_notify(0, text);

	if (error < 0)
		log_debug("notify", "%s", strerror(-error));
}

static int64_t watchdog_usec(void)
{
	uint64_t usec = 0;

	return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)usec : 0;
}
#else
static bool is_listened_to(void)
{
	return false;
}

static void tell(const char *text)
{
	log_debug("notify", "%s", text);
}

static int64_t watchdog_usec(void)
{
	return 0;
}
#endif

static void send_status(struct notify *notify)
{
	struct buf AUTOBUF text;

	buf_init(&text, NOTIFY_STATUS_BYTES);
	buf_adds(&text, "STATUS=");
	notify->fn(&text, notify->arg);
	if (str_eq(notify->status, text.data))
		return;
	set_string(&notify->status, text.data);
	tell(text.data);
}

static void notify_on_status(void *arg)
{
	struct notify *notify = arg;

	notify->own_turn = true;
	send_status(notify);
}

/* Something happened: the status may have changed. */
static void notify_on_turn_end(void *arg)
{
	struct notify *notify = arg;

	if (!notify->own_turn && !timer_is_armed(notify->status_timer))
		timer_arm(notify->status_timer, NOTIFY_STATUS_MS);
	notify->own_turn = false;
}

static void notify_on_watchdog(void *arg)
{
	struct notify *notify = arg;

	notify->own_turn = true;
	tell("WATCHDOG=1");
	timer_arm(notify->watchdog_timer, notify->watchdog_ms);
}

static void start_watchdog(struct notify *notify)
{
	int64_t usec = watchdog_usec();

	if (usec <= 0)
		return;
	notify->watchdog_ms = usec / 2000 > 0 ? usec / 2000 : 1;
	notify->watchdog_timer =
		timer_new(notify->loop, notify_on_watchdog, notify);
	timer_arm(notify->watchdog_timer, 0);
}

struct notify *notify_new(struct loop *loop, notify_status_fn *fn, void *arg)
{
	struct notify *notify = xcalloc(1, sizeof(*notify));

	notify->loop = loop;
	notify->fn = fn;
	notify->arg = arg;
	if (!is_listened_to())
		return notify;
	notify->status_timer = timer_new(loop, notify_on_status, notify);
	notify->hook = loop_hook_new(loop, notify_on_turn_end, notify);
	start_watchdog(notify);
	return notify;
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	if (notify->hook)
		loop_hook_free(notify->hook);
	timer_free(notify->status_timer);
	timer_free(notify->watchdog_timer);
	free(notify->status);
	free(notify);
}

void notify_ready(struct notify *notify)
{
	if (!notify->hook)
		return;
	tell("READY=1");
	send_status(notify);
}

void notify_reloading(struct notify *notify)
{
	struct buf AUTOBUF text;

	buf_init(&text, NOTIFY_STATUS_BYTES);
	if (!notify->hook)
		return;
	buf_addf(&text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		clock_mono_ms() * 1000);
	tell(text.data);
}

void notify_stopping(struct notify *notify)
{
	if (notify->hook)
		tell("STOPPING=1\nSTATUS=stopping");
}
