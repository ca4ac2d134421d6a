#include "people/census.h"

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

/* p0 .. p(count - 1) */
static void list_many(struct mirror_rig *rig, int count)
{
	char name[16];

	mirror_on_roster(rig->mirror, ROSTER_BEGINS);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		mirror_rig_tell(rig, PRESENCE_HERE, name, name);
	}
	mirror_on_roster(rig->mirror, ROSTER_COMPLETE);
}

static void show_many(struct mirror_rig *rig, int count)
{
	char name[16];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		fake_show(&rig->chime.people, name, name);
	}
}

static void test_after_a_restart_nothing_starts_anew(void **state)
{
	struct mirror_rig *rig = *state;
	struct mirror_stats stats;

	show_many(rig, 30);
	mirror_rig_boot(rig);
	mirror_get_stats(rig->mirror, &stats);
	assert_int_equal(30, stats.shown);
	assert_false(stats.is_known);
	mirror_rig_wait(rig, 10 * 60 * 1000);
	list_many(rig, 30);
	mirror_get_stats(rig->mirror, &stats);
	assert_true(stats.is_known);
	mirror_rig_wait(rig, 10 * 60 * 1000);
	assert_int_equal(0, admits(rig) + dismisses(rig));
}

/* A crash has cut off what was being done about these two. */
static void test_who_is_in_doubt(void **state)
{
	struct mirror_rig *rig = *state;
	struct fake_people *people = &rig->chime.people;
	struct fake_likeness *likeness;

	show_many(rig, 3);
	for (likeness = people->shown; likeness; likeness = likeness->hh.next)
		likeness->is_in_doubt = strcmp(likeness->id, "p0") != 0;
	mirror_rig_boot(rig);
	list_many(rig, 2);
	assert_int_equal(1, admits(rig));
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_wait(rig, rig->setup.params.quit_ms);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(1, admits(rig));
	assert_int_equal(1, dismisses(rig));
	assert_true(is_shown(rig, "p1"));
	assert_false(is_shown(rig, "p2"));
}

static void test_who_left_meanwhile(void **state)
{
	struct mirror_rig *rig = *state;

	show_many(rig, 4);
	mirror_rig_boot(rig);
	list_many(rig, 3);
	mirror_rig_wait(rig, rig->setup.params.quit_ms - 1);
	assert_int_equal(0, dismisses(rig));
	mirror_rig_wait(rig, 1);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(1, dismisses(rig));
	assert_false(is_shown(rig, "p3"));
	assert_int_equal(0, admits(rig));
}

static void test_nothing_while_it_is_not_known(void **state)
{
	struct mirror_rig *rig = *state;

	list_many(rig, 3);
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_tell(rig, PRESENCE_QUIT, "p0", "p0");
	mirror_on_roster(rig->mirror, ROSTER_UNKNOWN);
	mirror_rig_wait(rig, 100 * rig->setup.params.quit_ms);
	assert_int_equal(0, dismisses(rig));
	list_many(rig, 3);
	mirror_rig_wait(rig, 100 * rig->setup.params.quit_ms);
	assert_int_equal(0, dismisses(rig));
	assert_int_equal(3, admits(rig));
}

static void test_who_left_before_it_was_not_known(void **state)
{
	struct mirror_rig *rig = *state;

	list_many(rig, 3);
	mirror_rig_answer(rig, MIRROR_DONE);
	drip_set_ready(rig->mirror, false);
	mirror_rig_tell(rig, PRESENCE_LEFT, "p0", "p0");
	mirror_rig_tell(rig, PRESENCE_LEFT, "p1", "p1");
	mirror_on_roster(rig->mirror, ROSTER_UNKNOWN);
	drip_set_ready(rig->mirror, true);
	assert_int_equal(0, dismisses(rig));
	mirror_rig_list(rig, "p1 p2");
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(1, dismisses(rig));
	assert_false(is_shown(rig, "p0"));
}

static void test_a_broken_list(void **state)
{
	struct mirror_rig *rig = *state;
	unsigned watched = rig->source->calls.watched;

	list_many(rig, 100);
	mirror_rig_answer(rig, MIRROR_DONE);
	list_many(rig, 10);
	assert_int_equal(1, log_catch_count("90 of 100 people"));
	mirror_rig_wait(rig, MIRROR_CONFIRM_MS - 1);
	assert_int_equal(watched, rig->source->calls.watched);
	mirror_rig_wait(rig, 1);
	assert_int_equal(watched + 1, rig->source->calls.watched);
	list_many(rig, 100);
	mirror_rig_wait(rig, 100 * rig->setup.params.quit_ms);
	assert_int_equal(0, dismisses(rig));
	/* It is not held against the next one. */
	list_many(rig, 10);
	mirror_rig_wait(rig, 100 * rig->setup.params.quit_ms);
	assert_int_equal(0, dismisses(rig));
}

static void test_a_list_that_comes_twice(void **state)
{
	struct mirror_rig *rig = *state;

	list_many(rig, 100);
	mirror_rig_answer(rig, MIRROR_DONE);
	list_many(rig, 10);
	/* Meanwhile the others come and go as ever. */
	mirror_rig_tell(rig, PRESENCE_LEFT, "p0", "p0");
	assert_int_equal(1, mirror_rig_answer(rig, MIRROR_DONE));
	list_many(rig, 10);
	mirror_rig_wait(rig, rig->setup.params.quit_ms);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(10, fake_shown_count(&rig->chime.people));
}

static void test_a_few_may_go_at_once(void **state)
{
	struct mirror_rig *rig = *state;

	list_many(rig, MIRROR_LOSS_MAX);
	mirror_rig_answer(rig, MIRROR_DONE);
	list_many(rig, 0);
	mirror_rig_wait(rig, rig->setup.params.quit_ms);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(0, fake_shown_count(&rig->chime.people));
	assert_int_equal(0, roster_size(&rig->mirror->roster));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_restart_nothing_starts_anew),
		TEST(who_is_in_doubt),
		TEST(who_left_meanwhile),
		TEST(nothing_while_it_is_not_known),
		TEST(who_left_before_it_was_not_known),
		TEST(a_broken_list),
		TEST(a_list_that_comes_twice),
		TEST(a_few_may_go_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
