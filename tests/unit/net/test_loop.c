#include "net/loop.h"
#include "util/clock.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000, MANY_TURNS = 200 };

/* What happened, one letter each. */
struct trace {
	struct loop *loop;
	char text[64];
	size_t len;
	struct timer *timer;
	struct loop_hook *hook;
};

static int setup(void **state)
{
	static struct trace trace;

	trace = (struct trace){.loop = loop_new()};
	*state = &trace;
	return 0;
}

static int teardown(void **state)
{
	struct trace *trace = *state;

	clock_unfreeze();
	loop_free(trace->loop);
	return 0;
}

static void mark(struct trace *trace, char letter)
{
	assert_true(trace->len + 1 < sizeof(trace->text));
	trace->text[trace->len++] = letter;
	trace->text[trace->len] = '\0';
}

static void mark_a(void *arg)
{
	mark(arg, 'a');
}

static void mark_b(void *arg)
{
	mark(arg, 'b');
}

static void mark_t(void *arg)
{
	mark(arg, 't');
}

static void defer_and_mark(void *arg)
{
	struct trace *trace = arg;

	mark(trace, 'd');
	loop_defer(trace->loop, mark_a, trace);
}

static void test_deferred_runs_after_hooks(void **state)
{
	struct trace *trace = *state;
	struct loop_hook *a = loop_hook_new(trace->loop, mark_a, trace);
	struct loop_hook *b = loop_hook_new(trace->loop, mark_b, trace);

	loop_defer(trace->loop, mark_t, trace);
	assert_string_equal(trace->text, "");
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "abt");
	loop_hook_free(a);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "abtb");
	loop_hook_free(b);
}

static void test_deferred_in_deferred_waits_a_turn(void **state)
{
	struct trace *trace = *state;

	loop_defer(trace->loop, defer_and_mark, trace);
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "d");
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "da");
}

static void test_free_runs_what_is_deferred(void **state)
{
	struct trace *trace = *state;
	struct loop *loop = loop_new();

	loop_defer(loop, mark_a, trace);
	loop_free(loop);
	assert_string_equal(trace->text, "a");
}

static void test_timers_follow_the_clock(void **state)
{
	struct trace *trace = *state;
	struct timer *late;
	struct timer *early;

	clock_freeze(1000, 0);
	late = timer_new(trace->loop, mark_b, trace);
	early = timer_new(trace->loop, mark_a, trace);
	timer_arm(late, 200);
	timer_arm(early, 100);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "");
	clock_advance(99);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "");
	assert_true(timer_is_armed(early));
	clock_advance(1);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "a");
	assert_false(timer_is_armed(early));
	clock_advance(100);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "ab");
	timer_free(late);
	timer_free(early);
}

static void test_timer_waits_in_real_time(void **state)
{
	struct trace *trace = *state;
	struct timer *timer = timer_new(trace->loop, mark_t, trace);
	int64_t begin = clock_mono_ms();

	timer_arm(timer, 20);
	while (trace->len == 0 && clock_mono_ms() < begin + PATIENCE_MS)
		loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "t");
	assert_true(clock_mono_ms() - begin >= 20);
	timer_free(timer);
}

static void rearm(void *arg)
{
	struct trace *trace = arg;

	mark(trace, 'r');
	timer_arm(trace->timer, 0);
}

static void test_zero_timer_comes_next_turn(void **state)
{
	struct trace *trace = *state;

	trace->timer = timer_new(trace->loop, rearm, trace);
	timer_arm(trace->timer, 0);
	assert_string_equal(trace->text, "");
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "r");
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "rr");
	timer_cancel(trace->timer);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "rr");
	timer_free(trace->timer);
}

static void free_own_timer(void *arg)
{
	struct trace *trace = arg;

	mark(trace, 'f');
	timer_free(trace->timer);
}

static void test_timer_freed_in_its_callback(void **state)
{
	struct trace *trace = *state;

	trace->timer = timer_new(trace->loop, free_own_timer, trace);
	timer_arm(trace->timer, 0);
	loop_turn(trace->loop, 0);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "f");
	timer_free(NULL);
}

static void test_rearm_replaces(void **state)
{
	struct trace *trace = *state;
	struct timer *timer;

	clock_freeze(0, 0);
	timer = timer_new(trace->loop, mark_t, trace);
	timer_arm(timer, 10);
	timer_arm(timer, INT64_MAX);
	clock_advance(1000);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "");
	timer_arm(timer, -5);
	loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "t");
	timer_free(timer);
}

static void free_own_hook(void *arg)
{
	struct trace *trace = arg;

	mark(trace, 'h');
	loop_hook_free(trace->hook);
}

static void test_hook_freed_in_its_call(void **state)
{
	struct trace *trace = *state;
	struct loop_hook *after;

	trace->hook = loop_hook_new(trace->loop, free_own_hook, trace);
	after = loop_hook_new(trace->loop, mark_a, trace);
	loop_turn(trace->loop, 0);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "haa");
	loop_hook_free(after);
}

static void *wake_from_thread(void *arg)
{
	for (int i = 0; i < 1000; i++)
		loop_wake_signal(arg);
	return NULL;
}

static void test_wake_from_thread(void **state)
{
	struct trace *trace = *state;
	struct loop_wake *wake = loop_wake_new(trace->loop, mark_a, trace);
	pthread_t thread;

	assert_int_equal(
		pthread_create(&thread, NULL, wake_from_thread, wake), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	loop_turn(trace->loop, PATIENCE_MS);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "a");
	loop_wake_free(wake);
	loop_wake_free(NULL);
}

static void test_signal(void **state)
{
	struct trace *trace = *state;
	struct loop_signal *sig =
		loop_signal_new(trace->loop, SIGUSR1, mark_a, trace);
	int64_t end = clock_mono_ms() + PATIENCE_MS;

	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	while (trace->len == 0 && clock_mono_ms() < end)
		loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "a");
	loop_signal_free(sig);
	loop_signal_free(NULL);
}

static void test_sigpipe_is_ignored(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	assert_int_equal(write(fds[1], "x", 1), -1);
	close(fds[1]);
}

static void stop(void *arg)
{
	struct trace *trace = arg;

	mark(trace, 's');
	loop_stop(trace->loop);
}

static void test_run_until_stop(void **state)
{
	struct trace *trace = *state;
	struct timer *timer = timer_new(trace->loop, stop, trace);

	timer_arm(timer, 1);
	loop_run(trace->loop);
	assert_string_equal(trace->text, "s");
	timer_arm(timer, 1);
	loop_run(trace->loop);
	assert_string_equal(trace->text, "ss");
	timer_free(timer);
}

static void look_at_clock(void *arg)
{
	struct trace *trace = arg;
	int64_t now_ms = loop_now_ms(trace->loop);

	clock_advance(5);
	mark(trace, loop_now_ms(trace->loop) == now_ms ? '=' : '!');
}

static void test_now_stands_still_in_a_turn(void **state)
{
	struct trace *trace = *state;

	clock_freeze(10, 0);
	loop_defer(trace->loop, look_at_clock, trace);
	loop_turn(trace->loop, 0);
	assert_string_equal(trace->text, "=");
	assert_int_equal(loop_now_ms(trace->loop), 15);
}

static void count_turn(void *arg)
{
	++*(int *)arg;
}

/* An idle loop sleeps through: only its own timer ends the wait. */
static void test_idle_does_not_turn(void **state)
{
	struct trace *trace = *state;
	struct timer *timer = timer_new(trace->loop, stop, trace);
	int turns = 0;
	struct loop_hook *hook = loop_hook_new(trace->loop, count_turn, &turns);

	timer_arm(timer, 150);
	loop_run(trace->loop);
	assert_in_range(turns, 1, 3);
	loop_hook_free(hook);
	timer_free(timer);
}

static void test_bounded_wait_ends(void **state)
{
	struct trace *trace = *state;

	struct timer *timer = timer_new(trace->loop, mark_t, trace);

	for (int i = 0; i < MANY_TURNS; i++)
		loop_turn(trace->loop, 0);
	loop_turn(trace->loop, 1);
	timer_arm(timer, INT64_MAX);
	loop_turn(trace->loop, 1);
	assert_string_equal(trace->text, "");
	timer_free(timer);
}

/* A timer of the frozen time before must not hold up one of the time after. */
static void test_clock_that_thaws(void **state)
{
	struct trace *trace = *state;
	struct timer *timer = timer_new(trace->loop, mark_t, trace);
	int64_t begin;

	clock_freeze(0, 0);
	timer_arm(timer, PATIENCE_MS);
	loop_turn(trace->loop, 1);
	clock_unfreeze();
	begin = clock_mono_ms();
	timer_arm(timer, 1);
	for (int i = 0; i < 5 && trace->len == 0; i++)
		loop_turn(trace->loop, PATIENCE_MS);
	assert_string_equal(trace->text, "t");
	assert_true(clock_mono_ms() - begin < PATIENCE_MS / 2);
	timer_free(timer);
}

#define LOOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_deferred_runs_after_hooks),
		LOOP_TEST(test_deferred_in_deferred_waits_a_turn),
		LOOP_TEST(test_free_runs_what_is_deferred),
		LOOP_TEST(test_timers_follow_the_clock),
		LOOP_TEST(test_timer_waits_in_real_time),
		LOOP_TEST(test_zero_timer_comes_next_turn),
		LOOP_TEST(test_timer_freed_in_its_callback),
		LOOP_TEST(test_rearm_replaces),
		LOOP_TEST(test_hook_freed_in_its_call),
		LOOP_TEST(test_wake_from_thread),
		LOOP_TEST(test_signal),
		LOOP_TEST(test_sigpipe_is_ignored),
		LOOP_TEST(test_run_until_stop),
		LOOP_TEST(test_now_stands_still_in_a_turn),
		LOOP_TEST(test_idle_does_not_turn),
		LOOP_TEST(test_bounded_wait_ends),
		LOOP_TEST(test_clock_that_thaws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
