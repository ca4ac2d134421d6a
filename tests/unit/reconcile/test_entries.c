#include "reconcile/entries.h"

#include "../support/reconcile_rig.h"
#include "util/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void lists(struct reconcile_rig *rig, const char *irc, const char *chime)
{
	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, irc);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, chime);
	reconcile_rig_wait(rig, 800);
}

static size_t known(struct reconcile_rig *rig)
{
	return HASH_COUNT(rig->reconcile->kinds[STANDING_BANNED].entries);
}

static void test_who_is_nothing_is_forgotten(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a i2=b", "i1 i2");
	assert_int_equal(2, known(rig));
	lists(rig, "", "");
	assert_int_equal(0, known(rig));
	reconcile_rig_crash(rig);
	assert_int_equal(0, known(rig));
}

/* Who comes to IRC is told of as no moderator, and who goes is told of. */
static void visit(struct reconcile_rig *rig, const char *id, bool is_gone)
{
	const struct person person = {.id = id, .name = id};
	const struct standing standing = {
		.kind = STANDING_MODERATOR,
		.person = &person,
		.is_native = true,
		.is_automatic = true,
		.is_gone = is_gone,
	};

	reconcile_rig_tell(rig, SIDE_IRC, &standing);
}

static void test_visitors_are_forgotten(void **state)
{
	struct reconcile_rig *rig = *state;
	const struct standing deprived = {
		.kind = STANDING_MODERATOR,
		.person = &(struct person){.id = "c1", .name = "c1"},
		.by = "oper",
		.at_ms = 5,
	};
	struct standing_list list = {.kind = STANDING_MODERATOR};
	char id[32];

	/* As IRC has it: of who is not there nothing is known. */
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_MODERATOR, "c1");
	for (int i = 0; i < RECONCILE_ENTRIES_MAX + 10; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		visit(rig, id, false);
		visit(rig, id, true);
		if (i % 1000 == 0)
			reconcile_rig_wait(rig, 4000);
	}
	reconcile_rig_wait(rig, 4000);
	visit(rig, "i-here", false);
	visit(rig, "i-never", true);
	reconcile_rig_wait(rig, 4000);
	/* Who was deprived is remembered, here or not. */
	reconcile_rig_tell(rig, SIDE_IRC, &deprived);
	visit(rig, "c1", true);
	reconcile_rig_wait(rig, 4000);
	assert_int_equal(2,
		HASH_COUNT(rig->reconcile->kinds[STANDING_MODERATOR].entries));
	assert_int_equal(
		TRI_OFF, entries_find(rig->reconcile, STANDING_MODERATOR, "c1")
				 ->sides[SIDE_IRC]
				 .is);
}

static void test_what_was_agreed_is_read_again(void **state)
{
	struct reconcile_rig *rig = *state;
	const struct entry *entry;

	lists(rig, "i1=a", "i1");
	reconcile_rig_crash(rig);
	entry = entries_find(rig->reconcile, STANDING_BANNED, "i1");
	assert_non_null(entry);
	assert_true(entry->base.is_set);
	assert_string_equal("i1", entry->name);
	assert_non_null(ruleset_find(&entry->base.rules, "a"));
	assert_null(entries_find(rig->reconcile, STANDING_MODERATOR, "i1"));
	/* Another mapping's. */
	rig->params.mapping = "other";
	reconcile_rig_boot(rig);
	assert_int_equal(0, known(rig));
}

static void test_what_cannot_be_read_is_forgotten(void **state)
{
	struct reconcile_rig *rig = *state;

	base_write(rig->store, "m|ban|i1", "rubbish");
	base_write(rig->store, "m|topic|", "rubbish");
	reconcile_rig_wait(rig, 80);
	reconcile_rig_boot(rig);
	assert_int_equal(0, known(rig));
}

static void test_how_many_a_rule_fits(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a i2=a i3=a i3=b", "");
	assert_int_equal(2, entries_fit(rig->reconcile, "a"));
	assert_int_equal(1, entries_fit(rig->reconcile, "b"));
	assert_int_equal(0, entries_fit(rig->reconcile, "c"));
}

static void test_has_a_ceiling(void **state)
{
	struct reconcile_rig *rig = *state;

	for (int i = 0; i < RECONCILE_ENTRIES_MAX; i++) {
		char *AUTOFREE id = xasprintf("i%d", i);

		assert_non_null(
			entries_meet(rig->reconcile, STANDING_BANNED, id));
	}
	assert_null(entries_meet(rig->reconcile, STANDING_BANNED, "one more"));
	reconcile_rig_mask(rig, "one more", "a");
	assert_int_equal(RECONCILE_ENTRIES_MAX, known(rig));
}

static int setup(void **state)
{
	struct reconcile_rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	reconcile_rig_init(rig);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	reconcile_rig_release(*state);
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_nothing_is_forgotten),
		TEST(visitors_are_forgotten),
		TEST(what_was_agreed_is_read_again),
		TEST(what_cannot_be_read_is_forgotten),
		TEST(how_many_a_rule_fits),
		TEST(has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
