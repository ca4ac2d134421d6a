#include "people/mirror.h"

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

enum { MEMBERS = 2000, SPLIT = 500 };

static void tell_range(
	struct mirror_rig *rig, enum presence_kind kind, int from, int to)
{
	char name[16];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		mirror_rig_tell(rig, kind, name, name);
	}
}

static void test_a_netsplit_costs_nothing(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_on_roster(rig->mirror, ROSTER_BEGINS);
	tell_range(rig, PRESENCE_HERE, 0, MEMBERS);
	mirror_on_roster(rig->mirror, ROSTER_COMPLETE);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(MEMBERS, admits(rig));
	for (int i = 0; i < 3; i++) {
		tell_range(rig, PRESENCE_SPLIT, 0, SPLIT);
		mirror_rig_wait(rig, rig->setup.params.split_ms - 1);
		tell_range(rig, PRESENCE_HERE, 0, SPLIT);
		tell_range(rig, PRESENCE_QUIT, 0, SPLIT);
		mirror_rig_wait(rig, rig->setup.params.quit_ms - 1);
		tell_range(rig, PRESENCE_HERE, 0, SPLIT);
	}
	mirror_rig_wait(rig, 100000000);
	assert_int_equal(MEMBERS, admits(rig));
	assert_int_equal(0, dismisses(rig));
}

/* Though nobody ever comes back. */
static void test_a_netsplit_ends_by_itself(void **state)
{
	struct mirror_rig *rig = *state;
	struct mirror_stats stats;

	mirror_rig_list(rig, "");
	tell_range(rig, PRESENCE_HERE, 0, SPLIT);
	mirror_rig_answer(rig, MIRROR_DONE);
	tell_range(rig, PRESENCE_SPLIT, 0, SPLIT);
	mirror_rig_wait(rig, rig->setup.params.split_ms);
	assert_int_equal(DRIP_MAX, rig->dest->calls.count);
	mirror_get_stats(rig->mirror, &stats);
	assert_int_equal(SPLIT, stats.waiting);
	assert_int_equal(0, stats.here);
	assert_int_equal(SPLIT, mirror_rig_answer(rig, MIRROR_DONE));
	assert_int_equal(0, fake_shown_count(&rig->chime.people));
	assert_int_equal(0, roster_size(&rig->mirror->roster));
	assert_int_equal(SPLIT, rig->mirror->dismissed);
}

static void test_who_leaves_goes_at_once(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann bob");
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	assert_int_equal(1, dismisses(rig));
	/* Back before it is done. */
	mirror_rig_tell(rig, PRESENCE_HERE, "ann", "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_true(is_shown(rig, "ann"));
	assert_int_equal(3, admits(rig));
}

static void test_lazy(void **state)
{
	struct mirror_rig *rig = *state;

	rig->setup.params.to_chime = MEMBERS_LAZY;
	mirror_rig_boot(rig);
	mirror_rig_list(rig, "ann bob");
	assert_int_equal(0, admits(rig));
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_on_receipt(rig->mirror,
		&(struct mirror_receipt){.person_id = "ann", .is_here = true});
	mirror_rig_wait(rig, 100000000);
	assert_true(is_shown(rig, "ann"));
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_tell(rig, PRESENCE_LEFT, "bob", "bob");
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_false(is_shown(rig, "ann"));
	assert_int_equal(1, dismisses(rig));
	assert_int_equal(0, admits(rig));
}

/* What they said waited for long. */
static void test_who_spoke_and_left(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "");
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_on_receipt(rig->mirror,
		&(struct mirror_receipt){.person_id = "ann", .is_here = true});
	mirror_rig_wait(rig, rig->setup.params.quit_ms);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_false(is_shown(rig, "ann"));
}

static void test_off(void **state)
{
	struct mirror_rig *rig = *state;

	rig->setup.params.to_chime = MEMBERS_OFF;
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_rig_boot(rig);
	mirror_rig_list(rig, "bob");
	mirror_rig_tell(rig, PRESENCE_LEFT, "bob", "bob");
	mirror_rig_wait(rig, 100000000);
	mirror_rig_likeness(rig, PRESENCE_REMOVED, "ann", "Moderator");
	assert_int_equal(0, admits(rig) + dismisses(rig));
	assert_int_equal(0, rig->irc.people.expels);
}

static void test_an_end_that_cannot(void **state)
{
	struct mirror_rig *rig = *state;

	rig->chime.has_people = false;
	mirror_rig_boot(rig);
	mirror_rig_list(rig, "ann");
	mirror_on_read(rig->mirror, "ann", 5);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	rig->irc.has_people = false;
	mirror_rig_boot(rig);
	mirror_resync(rig->mirror);
	assert_int_equal(0, admits(rig) + dismisses(rig));
}

static void test_a_name_changes(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	for (int i = 0; i < 1000; i++)
		mirror_rig_tell(
			rig, PRESENCE_RENAMED, "ann", i % 2 ? "a2" : "a1");
	mirror_rig_wait(rig, MIRROR_RENAME_MS);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(2, admits(rig));
	assert_string_equal("a2", fake_shown(&rig->chime.people, "ann")->name);
	/* There and back. */
	mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", "a3");
	mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", "a2");
	mirror_rig_wait(rig, MIRROR_RENAME_MS);
	assert_int_equal(2, admits(rig));
	/* While it is under way. */
	mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", "a4");
	mirror_rig_wait(rig, MIRROR_RENAME_MS);
	mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", "a5");
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_rig_wait(rig, MIRROR_RENAME_MS);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(4, admits(rig));
	assert_string_equal("a5", fake_shown(&rig->chime.people, "ann")->name);
}

/* It is neither followed at every step nor put off for ever. */
static void test_a_name_that_never_rests(void **state)
{
	struct mirror_rig *rig = *state;
	char name[16];

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	for (int i = 1; i <= 100; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", name);
		mirror_rig_wait(rig, 100);
		mirror_rig_answer(rig, MIRROR_DONE);
	}
	assert_in_range(admits(rig), 4, 1 + 10000 / MIRROR_RENAME_MS);
}

static void login(struct mirror_rig *rig, const char *id, const char *was_id)
{
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.person = {.id = id, .name = "ann"},
		.was_id = was_id,
	};

	mirror_on_presence(rig->mirror, &presence);
}

static void test_another_identity(void **state)
{
	struct mirror_rig *rig = *state;

	rig->setup.params.to_chime = MEMBERS_LAZY;
	fake_show(&rig->chime.people, "ann", "ann");
	mirror_rig_boot(rig);
	mirror_rig_list(rig, "ann bob");
	mirror_on_read(rig->mirror, "ann", 7);
	login(rig, "@ann", "ann");
	assert_int_equal(2, rig->dest->calls.count);
	assert_true(rig->dest->calls.calls[0].is_admit);
	assert_string_equal("ann", rig->dest->calls.calls[1].id);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_true(is_shown(rig, "@ann"));
	assert_false(is_shown(rig, "ann"));
	assert_int_equal(7, roster_find(&rig->mirror->roster, "@ann")->read_ms);
	/* Who was not shown is not now. */
	login(rig, "@bob", "bob");
	login(rig, "@cid", "cid");
	assert_int_equal(0, rig->dest->calls.count);
	assert_null(roster_find(&rig->mirror->roster, "bob"));
}

static void test_read_markers(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_on_read(rig->mirror, "ann", 100);
	assert_int_equal(0, rig->chime.people.reads);
	mirror_rig_answer(rig, MIRROR_DONE);
	mirror_on_read(rig->mirror, "ann", 200);
	mirror_on_read(rig->mirror, "ann", 150);
	mirror_on_read(rig->mirror, "nobody", 300);
	assert_int_equal(1, rig->chime.people.reads);
	assert_int_equal(200, rig->chime.people.read_ms);
}

static void test_hidden_people(void **state)
{
	struct mirror_rig *rig = *state;
	struct presence presence = {
		.kind = PRESENCE_HERE,
		.person = {.id = "ann", .name = "ann"},
		.is_hidden = true,
	};

	mirror_rig_list(rig, "");
	mirror_on_presence(rig->mirror, &presence);
	mirror_rig_tell(rig, PRESENCE_RENAMED, "ann", "a2");
	assert_int_equal(0, admits(rig));
	presence.is_hidden = false;
	mirror_on_presence(rig->mirror, &presence);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_true(is_shown(rig, "ann"));
	presence.is_hidden = true;
	mirror_on_presence(rig->mirror, &presence);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_false(is_shown(rig, "ann"));
}

static void test_the_end_puts_people_away(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	mirror_rig_answer(rig, MIRROR_DONE);
	fake_unshow(&rig->chime.people, "ann");
	mirror_on_receipt(
		rig->mirror, &(struct mirror_receipt){.person_id = "ann"});
	mirror_rig_wait(rig, 100000000);
	assert_int_equal(1, admits(rig));
	mirror_resync(rig->mirror);
	assert_int_equal(2, admits(rig));
}

static void test_too_many(void **state)
{
	struct mirror_rig *rig = *state;

	rig->mirror->roster.ceiling = 10;
	mirror_rig_list(rig, "");
	tell_range(rig, PRESENCE_HERE, 0, 30);
	mirror_rig_answer(rig, MIRROR_DONE);
	assert_int_equal(10, admits(rig));
	assert_int_equal(1, log_catch_count("more than 10 people"));
}

static void test_announcements(void **state)
{
	struct mirror_rig *rig = *state;

	rig->setup.way = LANE_TO_IRC;
	rig->setup.params.to_irc = MEMBERS_FULL;
	rig->setup.params.announce = true;
	mirror_rig_boot(rig);
	mirror_rig_list(rig, "ann bob");
	mirror_rig_answer(rig, MIRROR_NOT_SHOWN);
	mirror_rig_wait(rig, 60000);
	assert_string_equal("", rig->irc.notes);
	mirror_rig_tell(rig, PRESENCE_HERE, "cid", "Cid");
	mirror_rig_tell(rig, PRESENCE_HERE, "dan", "Dan");
	/* One of them is seen there after all. */
	fake_answer(rig->dest, MIRROR_NOT_SHOWN);
	fake_answer(rig->dest, MIRROR_DONE);
	mirror_rig_tell(rig, PRESENCE_LEFT, "ann", "ann");
	mirror_rig_wait(rig, ANNOUNCE_MS);
	assert_string_equal("Cid has joined in Chime; ann has left Chime\n",
		rig->irc.notes);
	mirror_rig_tell(rig, PRESENCE_LEFT, "dan", "Dan");
	mirror_rig_wait(rig, ANNOUNCE_MS);
	assert_null(strstr(rig->irc.notes, "Dan"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_netsplit_costs_nothing),
		TEST(a_netsplit_ends_by_itself),
		TEST(who_leaves_goes_at_once),
		TEST(lazy),
		TEST(who_spoke_and_left),
		TEST(off),
		TEST(an_end_that_cannot),
		TEST(a_name_changes),
		TEST(a_name_that_never_rests),
		TEST(another_identity),
		TEST(read_markers),
		TEST(hidden_people),
		TEST(the_end_puts_people_away),
		TEST(too_many),
		TEST(announcements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
