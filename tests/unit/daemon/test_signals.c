#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/signals.h"
#include "util/clock.h"

#include <signal.h>
#include <unistd.h>

struct world {
	struct loop *loop;
	struct signals *signals;
	int stops, reloads;
};

static void on_stop(void *arg)
{
	struct world *world = arg;

	world->stops++;
}

static void on_reload(void *arg)
{
	struct world *world = arg;

	world->reloads++;
}

static void turn_until(struct world *world, int stops, int reloads)
{
	int64_t deadline = clock_mono_ms() + 5000;

	while ((world->stops != stops || world->reloads != reloads) &&
		clock_mono_ms() < deadline)
		loop_turn(world->loop, 50);
	assert_int_equal(world->stops, stops);
	assert_int_equal(world->reloads, reloads);
}

static void test_signals(void **state UNUSED)
{
	struct world world = {.loop = loop_new()};
	struct signals_params params = {
		.stop = on_stop, .reload = on_reload, .arg = &world};

	signals_early();
	/* Too early: would end us, comes later. */
	kill(getpid(), SIGHUP);
	world.signals = signals_new(world.loop, &params);
	turn_until(&world, 0, 1);
	kill(getpid(), SIGTERM);
	turn_until(&world, 1, 1);
	kill(getpid(), SIGINT);
	turn_until(&world, 2, 1);
	kill(getpid(), SIGHUP);
	turn_until(&world, 2, 2);
	/* Would end us. */
	raise(SIGPIPE);
	raise(SIGXFSZ);
	raise(SIGUSR1);
	raise(SIGUSR2);
	signals_free(world.signals);
	signals_free(NULL);
	loop_free(world.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_signals)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
