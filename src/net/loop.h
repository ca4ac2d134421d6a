/*
 * The event loop: timers, signals, wake-ups from other threads, and what runs
 * at the end of a turn. Everything in the process that waits, waits here, on
 * one thread. Hides libevent.
 *
 * A turn is: callbacks of what is due, then the turn-end hooks in the order of
 * their making, then what was given to loop_defer(). No callback is ever
 * called from inside the function that arms it. With nothing due the loop
 * sleeps: it has no tick of its own. loop_new() also ignores SIGPIPE.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct timer;
struct loop_hook;
struct loop_wake;
struct loop_signal;

typedef void loop_fn(void *arg);

struct loop *loop_new(void) MUST_CHECK;
/* Everything made from the loop must be freed first. */
void loop_free(struct loop *loop);

/* Turns until loop_stop(), which ends it after the present turn. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* One turn. Waits for something to happen at most `max_wait_ms` (0: none). */
void loop_turn(struct loop *loop, int64_t max_wait_ms);
/* Monotonic ms, read once per turn. */
int64_t loop_now_ms(struct loop *loop);

/*
 * Runs fn(arg) at the end of this turn: how objects free themselves when a
 * callback of theirs may be on the stack. Cannot be cancelled; for that use a
 * timer armed with 0.
 */
void loop_defer(struct loop *loop, loop_fn *fn, void *arg);

/*
 * Timers run by clock_mono_ms(), so a test that freezes the clock moves them
 * too; a turn whose timers the frozen clock holds back still waits no longer
 * than its max_wait_ms.
 *
 * A one-shot timer; re-arm it in its callback to repeat. May be freed in its
 * own callback. After timer_cancel() or timer_free() the callback never comes.
 */
struct timer *timer_new(struct loop *loop, loop_fn *fn, void *arg) MUST_CHECK;
void timer_free(struct timer *timer); /* NULL is fine */
/* Due after `ms` (0: next turn). Replaces an earlier due time. */
void timer_arm(struct timer *timer, int64_t ms);
void timer_cancel(struct timer *timer);
bool timer_is_armed(const struct timer *timer);

/* Runs at the end of every turn (group commits). Keep it cheap. */
struct loop_hook *loop_hook_new(
	struct loop *loop, loop_fn *fn, void *arg) MUST_CHECK;
void loop_hook_free(struct loop_hook *hook);

/* loop_wake_signal() may be called from any thread; several signals before
 * the loop turns make one call. */
struct loop_wake *loop_wake_new(
	struct loop *loop, loop_fn *fn, void *arg) MUST_CHECK;
void loop_wake_signal(struct loop_wake *wake);
void loop_wake_free(struct loop_wake *wake);

struct loop_signal *loop_signal_new(
	struct loop *loop, int signo, loop_fn *fn, void *arg) MUST_CHECK;
void loop_signal_free(struct loop_signal *sig);

#endif
