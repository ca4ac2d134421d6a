/*
 * The mirror against a model, with events at random: after everything has come
 * to rest whoever is to be shown is, under their name, and nobody else; no call
 * was made without need, nobody was taken away within their time. The seeds
 * are fixed.
 */
#include "people/mirror.h"

#include "../support/mirror_rig.h"
#include "util/clock.h"
#include "util/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each person has two ids: without an account, and with. */
enum { PEOPLE = 5, IDS = 2 * PEOPLE, STEPS = 24, CASES = 100000 };
enum { HOUR_MS = 60 * 60 * 1000 };

struct model {
	struct mirror_rig *rig;
	uint64_t random;
	bool is_known;
	bool is_here[PEOPLE];
	bool has_account[PEOPLE];
	int name[PEOPLE];
	/* Per id. */
	bool is_believed[IDS]; /* told as here, and not as gone */
	bool was_kicked[IDS];
	int64_t calm_ms[IDS]; /* not to be taken away before */
};

static uint32_t below(struct model *model, uint32_t n)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (uint32_t)(model->random >> 33) % n;
}

static void format_id(char id[32], size_t i)
{
	snprintf(id, 32, "p%zu%s", i / 2, i % 2 ? "@" : "");
}

static void format_name(char name[40], const struct model *model, size_t p)
{
	snprintf(name, 40, "n%zu.%d", p, model->name[p]);
}

static size_t id_of(const struct model *model, size_t p)
{
	return 2 * p + model->has_account[p];
}

static bool id_is_here(const struct model *model, size_t i)
{
	return model->is_here[i / 2] && id_of(model, i / 2) == i;
}

static size_t index_of(const char *id)
{
	return (size_t)(id[1] - '0') * 2 + (id[2] == '@');
}

static int64_t now_ms(void)
{
	return clock_mono_ms();
}

/* --- the checks ------------------------------------------------------------
 */

static void check_call(struct model *model, const struct fake_call *call)
{
	size_t i = index_of(call->id);

	assert_int_not_equal(MEMBERS_OFF, model->rig->mirror->policy);
	if (call->is_admit) {
		assert_true(id_is_here(model, i));
		return;
	}
	assert_true(model->is_known);
	assert_false(id_is_here(model, i));
	assert_true(now_ms() >= model->calm_ms[i]);
}

static size_t calls_made(const struct model *model)
{
	const struct fake_people *people = &model->rig->dest->world->people;

	return people->admits + people->dismisses;
}

/* Those since then: calls are made within a step. */
static void check_calls(struct model *model, size_t made_before)
{
	const struct fake_calls *calls = &model->rig->dest->calls;
	size_t made = calls_made(model) - made_before;

	assert_true(made <= calls->count);
	for (size_t i = calls->count - made; i < calls->count; i++)
		check_call(model, &calls->calls[i]);
}

/* --- the steps -------------------------------------------------------------
 */

static struct presence presence_of(const struct model *model, size_t p,
	enum presence_kind kind, char id[32], char name[40])
{
	format_id(id, id_of(model, p));
	format_name(name, model, p);
	return (struct presence){
		.kind = kind,
		.person = {.id = id, .name = name},
	};
}

static void tell_as(struct model *model, size_t p, enum presence_kind kind,
	const char *was_id)
{
	char id[32];
	char name[40];
	struct presence presence = presence_of(model, p, kind, id, name);
	size_t i = id_of(model, p);

	if (!model->is_known)
		return;
	model->is_believed[i] =
		kind == PRESENCE_HERE || kind == PRESENCE_RENAMED;
	presence.was_id = was_id;
	mirror_on_presence(model->rig->mirror, &presence);
}

static void tell(struct model *model, size_t p, enum presence_kind kind)
{
	tell_as(model, p, kind, NULL);
}

static void step_join(struct model *model, size_t p)
{
	if (model->is_here[p])
		return;
	model->is_here[p] = true;
	model->has_account[p] = below(model, 2);
	tell(model, p, PRESENCE_HERE);
}

static void go(
	struct model *model, size_t p, enum presence_kind kind, int64_t calm_ms)
{
	if (!model->is_here[p])
		return;
	model->is_here[p] = false;
	model->calm_ms[id_of(model, p)] =
		model->is_known ? now_ms() + calm_ms : 0;
	tell(model, p, kind);
}

static void step_leave(struct model *model, size_t p)
{
	go(model, p, PRESENCE_LEFT, 0);
}

static void step_remove(struct model *model, size_t p)
{
	go(model, p, PRESENCE_REMOVED, 0);
}

static void step_quit(struct model *model, size_t p)
{
	go(model, p, PRESENCE_QUIT, model->rig->setup.params.quit_ms);
}

static void step_split(struct model *model, size_t p)
{
	go(model, p, PRESENCE_SPLIT, model->rig->setup.params.split_ms);
}

static void step_rename(struct model *model, size_t p)
{
	if (!model->is_here[p])
		return;
	model->name[p] = (int)below(model, 3);
	tell(model, p, PRESENCE_RENAMED);
}

static void step_login(struct model *model, size_t p)
{
	size_t old = id_of(model, p);
	char was_id[32];

	if (!model->is_here[p])
		return;
	format_id(was_id, old);
	model->has_account[p] = !model->has_account[p];
	model->calm_ms[old] = 0;
	if (model->is_known)
		model->is_believed[old] = false;
	tell_as(model, p, PRESENCE_HERE, was_id);
}

static bool is_under_way(const struct model *model, size_t i)
{
	const struct fake_calls *calls = &model->rig->dest->calls;

	for (size_t n = 0; n < calls->count; n++)
		if (index_of(calls->calls[n].id) == i)
			return true;
	return false;
}

/* Whoever speaks is shown by the end, though they be gone already. */
static void step_speak(struct model *model, size_t p)
{
	char id[32];
	char name[40];
	struct presence who = presence_of(model, p, PRESENCE_HERE, id, name);
	struct mirror_receipt receipt = {.person_id = id, .is_here = true};

	if (is_under_way(model, id_of(model, p)))
		return;
	mirror_on_speech(model->rig->mirror, &who.person);
	if (is_under_way(model, id_of(model, p)))
		return;
	fake_show(&model->rig->dest->world->people, id, name);
	mirror_on_receipt(model->rig->mirror, &receipt);
}

static void step_retire(struct model *model, size_t p)
{
	char id[32];
	struct mirror_receipt receipt = {.person_id = id};

	format_id(id, id_of(model, p));
	if (is_under_way(model, id_of(model, p)))
		return;
	fake_unshow(&model->rig->dest->world->people, id);
	mirror_on_receipt(model->rig->mirror, &receipt);
}

static void step_lose(struct model *model, size_t p)
{
	char id[32];

	format_id(id, id_of(model, p));
	if (!is_under_way(model, id_of(model, p)))
		mirror_rig_likeness(model->rig, PRESENCE_QUIT, id, NULL);
}

/* The expelled is gone at once. */
static void step_kick(struct model *model, size_t p)
{
	struct fake_people *people = &model->rig->dest->world->people;
	struct fake_people *natives = &model->rig->source->world->people;
	unsigned expels = natives->expels;
	char id[32];

	format_id(id, id_of(model, p));
	if (is_under_way(model, id_of(model, p)) || !fake_shown(people, id))
		return;
	natives->expel_code = below(model, 2) ? 0 : -1;
	model->was_kicked[id_of(model, p)] = true;
	/* The other identity may follow. */
	model->was_kicked[id_of(model, p) ^ 1U] = true;
	mirror_rig_likeness(model->rig, PRESENCE_REMOVED, id, "oper");
	if (natives->expels > expels && natives->expel_code == 0)
		step_remove(model, p);
}

static enum mirror_outcome random_outcome(struct model *model)
{
	static const enum mirror_outcome outcomes[] = {MIRROR_DONE, MIRROR_DONE,
		MIRROR_DONE, MIRROR_DONE, MIRROR_REFUSED, MIRROR_LATER,
		MIRROR_NOT_SHOWN};

	return outcomes[below(model, ARRAY_LEN(outcomes))];
}

static void step_answer(struct model *model, size_t p)
{
	struct fake_end *dest = model->rig->dest;
	struct mirror_receipt receipt = {.outcome = random_outcome(model)};

	(void)p;
	if (dest->calls.count > 0)
		fake_answer_at(dest, below(model, (uint32_t)dest->calls.count),
			&receipt);
}

static void step_wait(struct model *model, size_t p)
{
	static const int64_t times[] = {500, 3000, 30000, 61000, 601000};

	(void)p;
	mirror_rig_wait(model->rig, times[below(model, ARRAY_LEN(times))]);
}

static void step_unknown(struct model *model, size_t p)
{
	(void)p;
	model->is_known = false;
	mirror_on_roster(model->rig->mirror, ROSTER_UNKNOWN);
}

static void believe_list(struct model *model)
{
	for (size_t i = 0; i < IDS; i++) {
		bool is_here = id_is_here(model, i);

		if (model->is_believed[i] && !is_here)
			model->calm_ms[i] =
				now_ms() + model->rig->setup.params.quit_ms;
		model->is_believed[i] = is_here;
	}
}

static void step_list(struct model *model, size_t p)
{
	(void)p;
	mirror_on_roster(model->rig->mirror, ROSTER_BEGINS);
	for (size_t i = 0; i < PEOPLE; i++) {
		char id[32];
		char name[40];
		struct presence presence =
			presence_of(model, i, PRESENCE_HERE, id, name);

		if (model->is_here[i])
			mirror_on_presence(model->rig->mirror, &presence);
	}
	believe_list(model);
	model->is_known = true;
	mirror_on_roster(model->rig->mirror, ROSTER_COMPLETE);
}

static void step_restart(struct model *model, size_t p)
{
	(void)p;
	model->is_known = false;
	for (size_t i = 0; i < IDS; i++) {
		char id[32];

		format_id(id, i);
		model->calm_ms[i] = 0;
		model->is_believed[i] =
			fake_shown(&model->rig->dest->world->people, id) !=
			NULL;
	}
	mirror_rig_boot(model->rig);
}

static void step_resync(struct model *model, size_t p)
{
	(void)p;
	mirror_resync(model->rig->mirror);
}

typedef void step_fn(struct model *model, size_t p);
static step_fn *const steps[] = {step_join, step_join, step_join, step_leave,
	step_remove, step_quit, step_quit, step_split, step_rename, step_rename,
	step_login, step_speak, step_speak, step_retire, step_lose, step_kick,
	step_answer, step_answer, step_answer, step_answer, step_wait,
	step_wait, step_unknown, step_list, step_list, step_restart,
	step_resync};

static void take_step(struct model *model, step_fn *step)
{
	size_t before = calls_made(model);

	step(model, below(model, PEOPLE));
	check_calls(model, before);
}

/* --- rest ------------------------------------------------------------------
 */

static void settle(struct model *model)
{
	if (!model->is_known)
		step_list(model, 0);
	step_resync(model, 0);
	for (int i = 0; i < 5; i++) {
		mirror_rig_answer(model->rig, MIRROR_DONE);
		mirror_rig_wait(model->rig, 2 * HOUR_MS);
	}
	assert_int_equal(0, model->rig->dest->calls.count);
	assert_int_equal(0, model->rig->mirror->drip.under_way);
}

static void check_absent(struct model *model, size_t i, const char *id)
{
	const struct member *member =
		roster_find(&model->rig->mirror->roster, id);

	if (model->rig->mirror->policy != MEMBERS_FULL || !id_is_here(model, i))
		return;
	assert_non_null(member);
	assert_int_equal(BAR_OUT, member->bar);
	assert_true(model->was_kicked[i]);
}

static void check_shown(
	struct model *model, size_t i, const struct fake_likeness *shown)
{
	char name[40];

	if (model->rig->mirror->policy == MEMBERS_OFF)
		return;
	assert_true(id_is_here(model, i));
	format_name(name, model, i / 2);
	assert_string_equal(name, shown->name);
}

static size_t check_all(struct model *model)
{
	size_t shown = 0;

	for (size_t i = 0; i < IDS; i++) {
		char id[32];
		const struct fake_likeness *one;

		format_id(id, i);
		one = fake_shown(&model->rig->dest->world->people, id);
		shown += one != NULL;
		if (one)
			check_shown(model, i, one);
		else
			check_absent(model, i, id);
	}
	return shown;
}

static void check_counts(struct model *model, size_t shown)
{
	struct mirror_stats stats;

	mirror_get_stats(model->rig->mirror, &stats);
	assert_int_equal(shown, stats.shown);
	assert_int_equal(0, stats.waiting);
	assert_int_equal(0, stats.refused);
}

static bool anybody_out(struct model *model)
{
	struct member *member = NULL;
	struct member *next = NULL;

	HASH_ITER (hh, model->rig->mirror->roster.members, member, next) {
		if (member->bar == BAR_OUT)
			return true;
	}
	return false;
}

/* What is at rest stays so, over a restart too. */
static void check_rest(struct model *model)
{
	size_t calls = calls_made(model);

	if (anybody_out(model))
		return;
	step_restart(model, 0);
	step_list(model, 0);
	settle(model);
	assert_int_equal(calls, calls_made(model));
	check_all(model);
}

static void run_case(struct model *model, uint64_t seed)
{
	struct mirror_rig *rig = model->rig;

	*model = (struct model){
		.rig = rig,
		.random = (seed + 1) * 0x9E3779B97F4A7C15ULL,
	};
	fake_people_release(&rig->chime.people);
	kicks_release(&rig->kicks);
	rig->kicks = (struct kicks){.next = 0};
	rig->setup.params.to_chime = (enum members_policy)(
		below(model, 5) < 3 ? MEMBERS_FULL : below(model, 2));
	rig->setup.params.kicks = below(model, 4) > 0;
	mirror_rig_boot(rig);
	for (int i = 0; i < STEPS; i++)
		take_step(model, steps[below(model, ARRAY_LEN(steps))]);
	settle(model);
	check_counts(model, check_all(model));
	if (seed % 8 == 0)
		check_rest(model);
}

/* Where it stopped. */
static uint64_t at;

static void test_all_comes_to_rest(void **state)
{
	static struct mirror_rig rig;
	struct model model = {.rig = &rig};
	const char *one = getenv("BELFRY_SEED");

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	mirror_rig_init(&rig);
	if (one)
		run_case(&model, strtoull(one, NULL, 10));
	for (uint64_t seed = 0; !one && seed < CASES; seed++) {
		at = seed;
		run_case(&model, seed);
	}
	mirror_rig_release(&rig);
}

static int teardown(void **state)
{
	(void)state;
	if (at + 1 < CASES)
		fprintf(stderr, "BELFRY_SEED=%llu\n", (unsigned long long)at);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_all_comes_to_rest, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
