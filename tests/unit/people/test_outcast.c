#include "people/outcast.h"

#include "../support/mirror_rig.h"
#include "store/memory.h"
#include "util/log.h"
#include <errno.h>

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

	log_set_level(LOG_LEVEL_ERROR);
	mirror_rig_init(&rig);
	rig.setup.store = store_memory_new(rig.loop);
	rig.setup.mapping = "m";
	rig.irc.people.expel_code = -EPERM;
	mirror_rig_boot(&rig);
	mirror_rig_list(&rig, "ann bob");
	mirror_rig_answer(&rig, MIRROR_DONE);
	mirror_rig_likeness(&rig, PRESENCE_REMOVED, "ann", "oper");
	*state = &rig;
	return 0;
}

/* What is used by the mirror goes after it. */
static int teardown(void **state)
{
	struct mirror_rig *rig = *state;
	struct store *store = rig->setup.store;

	rig->setup.store = NULL;
	mirror_rig_boot(rig);
	store_close(store);
	mirror_rig_release(rig);
	return 0;
}

static void restart(struct mirror_rig *rig, const char *here)
{
	for (int i = 0; i < 5; i++)
		mirror_rig_wait(rig, 300);
	mirror_rig_boot(rig);
	mirror_rig_list(rig, here);
	mirror_rig_answer(rig, MIRROR_DONE);
}

static bool is_shown(const struct mirror_rig *rig, const char *id)
{
	return fake_shown(&rig->chime.people, id) != NULL;
}

static void test_a_restart_brings_nobody_back(void **state)
{
	struct mirror_rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		restart(rig, "ann bob");
		assert_false(is_shown(rig, "ann"));
		assert_true(is_shown(rig, "bob"));
	}
	assert_string_equal(
		"spam", roster_find(&rig->mirror->roster, "ann")->words->why);
}

static void test_who_comes_anew_is_welcome(void **state)
{
	struct mirror_rig *rig = *state;

	restart(rig, "ann bob");
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_true(is_shown(rig, "ann"));
	restart(rig, "ann bob");
	assert_true(is_shown(rig, "ann"));
}

static void test_who_is_gone_is_forgotten(void **state)
{
	struct mirror_rig *rig = *state;

	restart(rig, "bob");
	assert_non_null(roster_find(&rig->mirror->roster, "ann"));
	mirror_rig_wait(rig, rig->setup.params.quit_ms);
	assert_null(roster_find(&rig->mirror->roster, "ann"));
	restart(rig, "ann bob");
	assert_true(is_shown(rig, "ann"));
}

static void test_who_speaks_is_back(void **state)
{
	struct mirror_rig *rig = *state;

	restart(rig, "ann bob");
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_on_receipt(rig->mirror,
		&(struct mirror_receipt){.person_id = "ann", .is_here = true});
	restart(rig, "ann bob");
	assert_true(is_shown(rig, "ann"));
	assert_int_equal(
		BAR_NONE, roster_find(&rig->mirror->roster, "ann")->bar);
}

static void test_each_mapping_has_its_own(void **state)
{
	struct mirror_rig *rig = *state;

	for (int i = 0; i < 5; i++)
		mirror_rig_wait(rig, 300);
	rig->setup.mapping = "other";
	mirror_rig_boot(rig);
	assert_null(roster_find(&rig->mirror->roster, "ann"));
	rig->setup.mapping = "m";
	rig->setup.way = LANE_TO_IRC;
	mirror_rig_boot(rig);
	assert_null(roster_find(&rig->mirror->roster, "ann"));
	rig->setup.way = LANE_TO_CHIME;
	mirror_rig_boot(rig);
	assert_non_null(roster_find(&rig->mirror->roster, "ann"));
}

static void test_of_a_mapping_that_is_no_more(void **state)
{
	struct mirror_rig *rig = *state;

	for (int i = 0; i < 5; i++)
		mirror_rig_wait(rig, 300);
	outcast_forget(rig->setup.store, "other");
	mirror_rig_boot(rig);
	assert_non_null(roster_find(&rig->mirror->roster, "ann"));
	outcast_forget(rig->setup.store, "m");
	restart(rig, "ann bob");
	assert_true(is_shown(rig, "ann"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_restart_brings_nobody_back),
		TEST(who_comes_anew_is_welcome),
		TEST(who_is_gone_is_forgotten),
		TEST(who_speaks_is_back),
		TEST(each_mapping_has_its_own),
		TEST(of_a_mapping_that_is_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
