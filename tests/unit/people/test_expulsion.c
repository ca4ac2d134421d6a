#include "people/expulsion.h"

#include "../support/log_catch.h"
#include "../support/mirror_rig.h"
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

static void show(struct mirror_rig *rig, const char *id)
{
	mirror_rig_list(rig, id);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_true(is_shown(rig, id));
}

static void test_crosses(void **state)
{
	struct mirror_rig *rig = *state;

	show(rig, "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	assert_int_equal(1, rig->irc.people.expels);
	assert_string_equal("ann", rig->irc.people.person);
	assert_string_equal("Moderator", rig->irc.people.actor);
	assert_string_equal("spam", rig->irc.people.reason);
	/* It does not bounce. */
	mirror_rig_tell(rig, PRESENCE_REMOVED, "ann", "ann");
	mirror_rig_wait(rig, 10000000);
	assert_int_equal(0, dismisses(rig));
	assert_int_equal(1, admits(rig));
	assert_string_equal("", rig->irc.notes);
	/* Come back, they are welcome. */
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	assert_int_equal(2, admits(rig));
}

static void test_where_we_may_not(void **state)
{
	struct mirror_rig *rig = *state;

	rig->irc.people.expel_code = -EPERM;
	show(rig, "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	assert_string_equal("ann was removed from Chime by Moderator: spam\n",
		rig->irc.notes);
	/* They stay there, and are not shown. */
	mirror_rig_list(rig, "ann");
	mirror_resync(rig->mirror);
	mirror_rig_wait(rig, 100000000);
	assert_int_equal(1, admits(rig));
	assert_string_equal("removed",
		member_state(roster_find(&rig->mirror->roster, "ann")));
	/* Until they speak: the end shows who does. */
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_on_receipt(rig->mirror,
		&(struct mirror_receipt){.person_id = "ann", .is_here = true});
	assert_string_equal("shown",
		member_state(roster_find(&rig->mirror->roster, "ann")));
}

static void test_another_account_is_no_way_in(void **state)
{
	struct mirror_rig *rig = *state;
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.person = {.id = "@ann", .name = "ann"},
		.was_id = "ann",
	};

	rig->irc.people.expel_code = -EPERM;
	show(rig, "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	mirror_on_presence(rig->mirror, &presence);
	assert_int_equal(1, admits(rig));
}

static void test_not_without_kicks(void **state)
{
	struct mirror_rig *rig = *state;

	rig->setup.params.kicks = false;
	mirror_rig_boot(rig);
	show(rig, "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	mirror_rig_wait(rig, 100000000);
	assert_int_equal(0, rig->irc.people.expels);
	assert_int_equal(1, admits(rig));
}

static void test_who_is_gone_is_not_expelled(void **state)
{
	struct mirror_rig *rig = *state;

	show(rig, "ann");
	mirror_rig_tell(rig, PRESENCE_SPLIT, "ann", "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	assert_int_equal(0, rig->irc.people.expels);
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "nobody", "Moderator");
	assert_int_equal(0, rig->irc.people.expels);
}

static void test_our_own_doing_is_not_answered(void **state)
{
	struct mirror_rig *rig = *state;

	show(rig, "ann");
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", NULL);
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", NULL);
	assert_int_equal(0, rig->irc.people.expels);
}

static void test_nor_is_it_when_they_are_back_by_then(void **state)
{
	struct mirror_rig *rig = *state;

	show(rig, "ann");
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	fake_unshow(&rig->chime.people, "ann");
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", NULL);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(0, rig->irc.people.expels);
	assert_true(is_shown(rig, "ann"));
}

static void test_a_kick_is_carried_over(void **state)
{
	struct mirror_rig *rig = *state;
	struct presence presence = {
		.kind = PRESENCE_REMOVED,
		.person = {.id = "ann", .name = "ann"},
		.actor = "oper",
		.reason = "flood",
	};

	show(rig, "ann");
	mirror_on_presence(rig->mirror, &presence);
	assert_int_equal(1, dismisses(rig));
	assert_string_equal("oper", rig->chime.people.actor);
	assert_string_equal("flood", rig->chime.people.reason);
	mirror_rig_answer(rig, MIRROR_DONE);
	/* Later they leave by themselves. */
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	assert_string_equal("", rig->chime.people.actor);
}

static void test_a_war_is_cut(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "");
	for (int i = 0; i < 50; i++) {
		mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
		mirror_rig_answer(rig, MIRROR_DONE);
		mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "bot");
		mirror_rig_tell(rig, PRESENCE_REMOVED, "ann", "ann");
	}
	assert_int_equal(KICKS_PERSON, rig->irc.people.expels);
	assert_int_equal(1, log_catch_count("too many removals"));
	assert_non_null(strstr(rig->irc.notes, "for ten minutes"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(crosses),
		TEST(where_we_may_not),
		TEST(another_account_is_no_way_in),
		TEST(not_without_kicks),
		TEST(who_is_gone_is_not_expelled),
		TEST(our_own_doing_is_not_answered),
		TEST(nor_is_it_when_they_are_back_by_then),
		TEST(a_kick_is_carried_over),
		TEST(a_war_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
