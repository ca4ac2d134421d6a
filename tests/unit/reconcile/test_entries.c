#include "reconcile/entries.h"

#include "../support/reconcile_rig.h"
#include "util/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
		TEST(what_was_agreed_is_read_again),
		TEST(what_cannot_be_read_is_forgotten),
		TEST(how_many_a_rule_fits),
		TEST(has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
