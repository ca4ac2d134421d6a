#include "people/drip.h"

#include "../support/log_catch.h"
#include "../support/mirror_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct mirror_rig rig;

	mirror_rig_init(&rig);
	log_catch_start();
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	mirror_rig_release(*state);
	log_catch_stop();
	return 0;
}

static unsigned admits(const struct mirror_rig *rig)
{
	return rig->dest->world->people.admits;
}

static unsigned dismisses(const struct mirror_rig *rig)
{
	return rig->dest->world->people.dismisses;
}

static bool is_shown(const struct mirror_rig *rig, const char *id)
{
	return fake_shown(&rig->dest->world->people, id) != NULL;
}

static void join_many(struct mirror_rig *rig, int count)
{
	char name[16];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		mirror_rig_tell(rig, PRESENCE_HERE, name, name);
	}
}

static void test_a_few_at_a_time(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "");
	join_many(rig, 100);
	assert_int_equal(DRIP_MAX, rig->dest->calls.count);
	assert_string_equal("p0", rig->dest->calls.calls[0].id);
	fake_answer(rig->dest, MIRROR_DONE);
	assert_int_equal(DRIP_MAX, rig->dest->calls.count);
	assert_string_equal("p6", rig->dest->calls.calls[DRIP_MAX - 1].id);
	assert_int_equal(99, mirror_rig_answer(rig, MIRROR_DONE));
	assert_int_equal(100, fake_shown_count(&rig->dest->world->people));
	assert_int_equal(100, rig->mirror->admitted);
}

static void test_who_leaves_goes_before_who_comes(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	join_many(rig, 50);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	fake_answer(rig->dest, MIRROR_DONE);
	assert_string_equal("ann", rig->dest->calls.calls[DRIP_MAX - 1].id);
}

static void test_who_speaks_goes_first(void **state)
{
	struct mirror_rig *rig = *state;
	struct person person = {.id = "p40", .name = "p40"};

	mirror_rig_list(rig, "");
	join_many(rig, 50);
	mirror_on_speech(rig->mirror, &person);
	person.id = "nobody";
	mirror_on_speech(rig->mirror, &person);
	fake_answer(rig->dest, MIRROR_DONE);
	assert_string_equal("p40", rig->dest->calls.calls[DRIP_MAX - 1].id);
}

static void test_not_while_it_cannot(void **state)
{
	struct mirror_rig *rig = *state;

	drip_set_ready(rig->mirror, false);
	mirror_rig_list(rig, "ann bob");
	assert_int_equal(0, admits(rig));
	drip_stall(rig->mirror, true);
	drip_set_ready(rig->mirror, true);
	assert_int_equal(0, admits(rig));
	drip_stall(rig->mirror, false);
	assert_int_equal(2, admits(rig));
	drip_stop(rig->mirror);
	mirror_rig_tell(rig, PRESENCE_HERE, "cid", "cid");
	assert_int_equal(2, admits(rig));
}

static void test_later(void **state)
{
	struct mirror_rig *rig = *state;
	struct mirror_receipt later = {
		.outcome = MIRROR_LATER, .why = "busy", .retry_ms = 9000};

	mirror_rig_list(rig, "ann");
	fake_answer_at(rig->dest, 0, &later);
	mirror_rig_wait(rig, 8999);
	assert_int_equal(1, admits(rig));
	mirror_rig_wait(rig, 9000 / 4 + 1);
	assert_int_equal(2, admits(rig));
	/* By our own choice it takes longer and longer. */
	for (int i = 0; i < 10; i++) {
		fake_answer(rig->dest, MIRROR_LATER);
		mirror_rig_wait(rig, DRIP_RETRY_MAX_MS * 5 / 4 + 1);
	}
	assert_int_equal(12, admits(rig));
	fake_answer(rig->dest, MIRROR_LATER);
	mirror_rig_wait(rig, DRIP_RETRY_MAX_MS - 1);
	assert_int_equal(12, admits(rig));
}

static void test_refused(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	fake_answer(rig->dest, MIRROR_REFUSED);
	assert_int_equal(1, log_catch_count("not shown on Chime: because"));
	mirror_rig_wait(rig, MIRROR_REFUSED_MS - 1);
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	assert_int_equal(1, admits(rig));
	mirror_rig_wait(rig, MIRROR_REFUSED_MS / 4 + 1);
	assert_int_equal(2, admits(rig));
	fake_answer(rig->dest, MIRROR_REFUSED);
	/* Who comes anew may be welcome. */
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	assert_int_equal(3, admits(rig));
	fake_answer(rig->dest, MIRROR_REFUSED);
	mirror_resync(rig->mirror);
	assert_int_equal(4, admits(rig));
}

static void test_not_shown(void **state)
{
	struct mirror_rig *rig = *state;
	struct mirror_stats stats;

	mirror_rig_list(rig, "ann");
	fake_answer(rig->dest, MIRROR_NOT_SHOWN);
	mirror_get_stats(rig->mirror, &stats);
	assert_int_equal(1, stats.here);
	assert_int_equal(0, stats.shown);
	assert_int_equal(0, stats.refused);
	mirror_rig_wait(rig, MIRROR_NOT_SHOWN_MS - 1);
	assert_int_equal(1, admits(rig));
	mirror_rig_wait(rig, MIRROR_NOT_SHOWN_MS / 4 + 1);
	assert_int_equal(2, admits(rig));
}

/* The end says when it is worth while to ask again. */
static void test_not_shown_until_told(void **state)
{
	struct mirror_rig *rig = *state;
	const struct mirror_receipt again = {
		.person_id = "ann",
		.is_here = true,
		.outcome = MIRROR_LATER,
	};

	mirror_on_receipt(rig->mirror, &again);
	mirror_rig_list(rig, "ann bob");
	assert_int_equal(2, mirror_rig_answer(rig, MIRROR_NOT_SHOWN));
	mirror_on_receipt(rig->mirror, &again);
	assert_int_equal(3, admits(rig));
	fake_answer(rig->dest, MIRROR_REFUSED);
	/* What was refused is another matter. */
	mirror_on_receipt(rig->mirror, &again);
	assert_int_equal(3, admits(rig));
}

static void test_who_cannot_be_taken_away(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	fake_answer(rig->dest, MIRROR_REFUSED);
	assert_int_equal(
		1, log_catch_count("not taken away from Chime: because"));
	mirror_rig_wait(rig, MIRROR_REFUSED_MS - 1);
	assert_int_equal(1, dismisses(rig));
	mirror_rig_wait(rig, MIRROR_REFUSED_MS / 4 + 1);
	assert_int_equal(2, dismisses(rig));
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(0, roster_size(&rig->mirror->roster));
}

static void test_a_storm_of_refusals(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "");
	join_many(rig, 100);
	assert_int_equal(DRIP_STORM + DRIP_MAX - 1,
		mirror_rig_answer(rig, MIRROR_REFUSED));
	assert_int_equal(1, log_catch_count("it goes slowly"));
	mirror_rig_wait(rig, DRIP_SLOW_MS - 1);
	assert_int_equal(0, rig->dest->calls.count);
	mirror_rig_wait(rig, 1);
	assert_int_equal(1, rig->dest->calls.count);
	fake_answer(rig->dest, MIRROR_REFUSED);
	assert_int_equal(0, rig->dest->calls.count);
	mirror_rig_wait(rig, DRIP_SLOW_MS);
	fake_answer(rig->dest, MIRROR_DONE);
	assert_int_equal(DRIP_MAX, rig->dest->calls.count);
}

static void test_lost_ones_are_fetched(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_likeness(rig, PRESENCE_QUIT, "ann", NULL);
	assert_int_equal(1, admits(rig));
	mirror_rig_wait(rig, 2 * DRIP_RETRY_MIN_MS);
	assert_int_equal(2, admits(rig));
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_likeness(rig, PRESENCE_LEFT, "ann", NULL);
	fake_show(&rig->dest->world->people, "ann", "ann");
	mirror_rig_likeness(rig, PRESENCE_HERE, "ann", NULL);
	mirror_rig_wait(rig, 10 * DRIP_RETRY_MIN_MS);
	assert_int_equal(2, admits(rig));
	assert_true(is_shown(rig, "ann"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_few_at_a_time),
		TEST(who_leaves_goes_before_who_comes),
		TEST(who_speaks_goes_first),
		TEST(not_while_it_cannot),
		TEST(later),
		TEST(refused),
		TEST(not_shown),
		TEST(not_shown_until_told),
		TEST(who_cannot_be_taken_away),
		TEST(a_storm_of_refusals),
		TEST(lost_ones_are_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
