/*
 * What systemd is told (sd_notify(3)): ready, reloading, stopping, one line
 * of status, and that the loop still turns. Does nothing where nobody
 * listens (no NOTIFY_SOCKET) or without libsystemd.
 *
 * The status line is asked for at most every 5 s, only after something
 * happened, and sent when it changed. WATCHDOG=1 goes out from the loop at
 * half of the time that systemd gives (WATCHDOG_USEC), so a loop that hangs
 * is noticed.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "net/loop.h"
#include "util/attr.h"
#include "util/buf.h"

struct notify;

enum { NOTIFY_STATUS_MS = 5000, NOTIFY_STATUS_BYTES = 1024 };

/* Appends the status, one line. */
typedef void notify_status_fn(struct buf *out, void *arg);

struct notify *notify_new(
	struct loop *loop, notify_status_fn *fn, void *arg) MUST_CHECK;
void notify_free(struct notify *notify); /* NULL is fine */

/* Started, or done with reloading. */
void notify_ready(struct notify *notify);
void notify_reloading(struct notify *notify);
void notify_stopping(struct notify *notify);

#endif
