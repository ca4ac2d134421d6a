/*
 * The promises under crashes: a script of messages both ways, broken off after
 * every single step, and random walks of a fixed seed.
 */
#include "../support/bridge_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SCRIPT_ROUNDS = 14, SCRIPT_MESSAGES = 6, WALKS = 400, WALK_STEPS = 160 };

/* How the disk behaves in a script. */
enum disk {
	DISK_QUICK,  /* durable at the end of the turn */
	DISK_SLOW,   /* only every third turn */
	DISK_STOPPED /* not before the crash, once the cursor is durable */
};

struct plan {
	struct mapping_params params;
	enum disk disk;
	bool nameless;
	bool has_history; /* of IRC */
};

/* Both sides talk while both ends deliver: one step each in turn. */
static bool script_step(struct rig *rig, const struct plan *plan, size_t n)
{
	static const enum rig_step round[] = {
		STEP_READY_IRC,
		STEP_READY_CHIME,
		STEP_PRESENT_CHIME,
		STEP_TURN,
		STEP_SAY_CHIME,
		STEP_SAY_IRC,
		STEP_PRESENT_CHIME,
		STEP_PRESENT_IRC,
		STEP_TURN,
		STEP_ARRIVE_IRC,
		STEP_CONFIRM_IRC,
		STEP_ARRIVE_IRC,
		STEP_ARRIVE_CHIME,
		STEP_CONFIRM_IRC,
		STEP_CONFIRM_CHIME,
		STEP_TURN,
		STEP_SAY_ECHO,
	};
	enum rig_step step = round[n % ARRAY_LEN(round)];
	size_t turn = n / ARRAY_LEN(round);
	bool is_say = step == STEP_SAY_CHIME || step == STEP_SAY_IRC ||
		      step == STEP_SAY_ECHO;

	if (turn >= SCRIPT_ROUNDS)
		return false;
	if (is_say && turn >= SCRIPT_MESSAGES)
		return true;
	if (step == STEP_TURN && plan->disk == DISK_SLOW)
		rig_step(rig, n % 3 == 0 ? STEP_UNHOLD : STEP_HOLD);
	if (plan->disk == DISK_STOPPED && turn == 2)
		rig_step(rig, STEP_HOLD);
	(void)rig_step(rig, step);
	return true;
}

/* The ends ask their worlds when they are made: they are made again. */
static void begin(struct rig *rig, const struct plan *plan)
{
	rig_init(rig, &plan->params);
	rig->irc.nameless = plan->nameless;
	if (!plan->has_history)
		return;
	rig->irc.has_history = true;
	/* From the first line in the journal on. */
	fake_say(&rig->irc, "first");
	rig_finish(rig);
	rig_crash(rig);
	rig->doubts = 0;
}

/* Runs to the n-th step, crashes, goes on to the m-th, crashes again, and
 * lets it end. False when the script is shorter than that. */
static bool run(const struct plan *plan, size_t n, size_t m)
{
	struct rig rig;
	size_t i = 0;
	bool more = true;

	begin(&rig, plan);
	while (i < n && (more = script_step(&rig, plan, i)))
		i++;
	rig_crash(&rig);
	while (i < m && (more = script_step(&rig, plan, i)))
		i++;
	if (m > n)
		rig_crash(&rig);
	while (script_step(&rig, plan, i))
		i++;
	rig_finish(&rig);
	rig_check(&rig);
	rig_release(&rig);
	return more;
}

static const struct plan plans[] = {
	{.params = {.window = 1}},
	{.params = {.window = 1}, .disk = DISK_SLOW},
	{.params = {.window = 1}, .disk = DISK_STOPPED},
	{.params = {.window = 3}, .disk = DISK_SLOW},
	{.params = {.window = 3}, .disk = DISK_STOPPED},
	{.params = {.window = 1}, .nameless = true},
	/* An overlap shorter than a step: the cursor alone must be right. */
	{.params = {.window = 1, .overlap_ms = 1}},
	{.params = {.window = 3, .overlap_ms = 1}, .disk = DISK_SLOW},
	{.params = {.window = 1, .in_doubt = IN_DOUBT_SKIP}},
	{.params = {.window = 3, .in_doubt = IN_DOUBT_SKIP}, .disk = DISK_SLOW},
	{.params = {.window = 2, .in_doubt = IN_DOUBT_SKIP},
		.disk = DISK_STOPPED},
	/* Nothing is lost and nothing repeated, whatever the policy. */
	{.params = {.window = 1}, .has_history = true},
	{.params = {.window = 1}, .disk = DISK_SLOW, .has_history = true},
	{.params = {.window = 3}, .disk = DISK_SLOW, .has_history = true},
	{.params = {.window = 2}, .disk = DISK_STOPPED, .has_history = true},
	{.params = {.window = 2, .in_doubt = IN_DOUBT_SKIP},
		.disk = DISK_SLOW,
		.has_history = true},
	/* Bounds that are met all the time. */
	{.params = {.window = 2,
		 .queue = {.max_lines = 3, .when_full = WHEN_FULL_STOP}}},
};

static void test_crash_after_every_step(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(plans); p++)
		for (size_t n = 0; run(&plans[p], n, 0); n++)
			continue;
}

static void test_two_crashes(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(plans); p++)
		for (size_t n = 0; run(&plans[p], n, 0); n += 5)
			for (size_t m = n + 1; run(&plans[p], n, m); m += 4)
				continue;
}

/* A generator of our own, so that a seed means the same everywhere. */
static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* What happens all the time is drawn more often than what is rare. */
static enum rig_step draw(uint64_t *seed)
{
	uint32_t n = next_random(seed) % 100;

	if (n < 80)
		return (enum rig_step)(n % (STEP_SAY_IRC + 1));
	return (enum rig_step)(n % STEPS);
}

static void test_random_walks(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= WALKS; seed++) {
		uint64_t random = seed * 7919;
		const struct plan *plan = &plans[seed % ARRAY_LEN(plans)];
		struct rig rig;

		begin(&rig, plan);
		for (int i = 0; i < WALK_STEPS; i++)
			rig_step(&rig, draw(&random));
		rig_finish(&rig);
		rig_check(&rig);
		rig_release(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_after_every_step),
		cmocka_unit_test(test_two_crashes),
		cmocka_unit_test(test_random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
