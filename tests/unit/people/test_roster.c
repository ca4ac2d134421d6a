#include "people/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_finds_what_was_added(void **state)
{
	struct roster roster;
	struct member *ann;

	(void)state;
	roster_init(&roster, 2);
	ann = roster_add(&roster, "net/ann", "Ann");
	assert_non_null(ann);
	assert_ptr_equal(ann, roster_find(&roster, "net/ann"));
	assert_null(roster_find(&roster, "net/an"));
	assert_string_equal("Ann", ann->name);
	assert_non_null(roster_add(&roster, "net/bob", NULL));
	assert_null(roster_add(&roster, "net/cid", "Cid"));
	roster_drop(&roster, ann);
	assert_null(roster_find(&roster, "net/ann"));
	assert_int_equal(1, roster_size(&roster));
	assert_non_null(roster_add(&roster, "net/cid", "Cid"));
	roster_release(&roster);
}

static void test_counts_follow(void **state)
{
	struct roster roster;
	struct member *ann;

	(void)state;
	roster_init(&roster, 10);
	ann = roster_add(&roster, "ann", "Ann");
	ann->place = MEMBER_HERE;
	ann->is_shown = true;
	ann->bar = BAR_REFUSED;
	roster_recount(&roster, ann);
	roster_recount(&roster, ann);
	assert_int_equal(1, roster.counts[COUNT_HERE]);
	assert_int_equal(1, roster.counts[COUNT_SHOWN]);
	assert_int_equal(1, roster.counts[COUNT_REFUSED]);
	assert_int_equal(0, roster.counts[COUNT_WAITING]);
	ann->is_hidden = true;
	ann->work = WORK_ADMIT;
	roster_recount(&roster, ann);
	assert_int_equal(0, roster.counts[COUNT_HERE]);
	assert_int_equal(1, roster.counts[COUNT_WAITING]);
	roster_drop(&roster, ann);
	for (int i = 0; i < MEMBER_COUNTS; i++)
		assert_int_equal(0, roster.counts[i]);
	roster_release(&roster);
}

static void test_names(void **state)
{
	struct roster roster;
	struct member *ann;
	char name[2 * ROSTER_NAME_BYTES];

	(void)state;
	roster_init(&roster, 10);
	ann = roster_add(&roster, "ann", "Ann");
	assert_false(member_rename(ann, "Ann"));
	assert_true(member_rename(ann, "ann"));
	assert_false(member_is_stale(ann));
	ann->is_shown = true;
	assert_false(member_is_stale(ann));
	ann->shown_name = member_name_hash("Ann");
	assert_true(member_is_stale(ann));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_true(member_rename(ann, name));
	assert_int_equal(ROSTER_NAME_BYTES, strlen(ann->name));
	assert_false(member_rename(ann, name));
	roster_release(&roster);
}

static void test_words_and_states(void **state)
{
	struct roster roster;
	struct member *ann;

	(void)state;
	roster_init(&roster, 10);
	ann = roster_add(&roster, "ann", "Ann");
	member_set_why(ann, NULL);
	member_set_removal(ann, NULL, NULL);
	assert_null(ann->words);
	ann->place = MEMBER_HERE;
	assert_string_equal("not shown", member_state(ann));
	assert_null(member_why(ann));
	ann->is_unshown = true;
	assert_string_equal("by a filter, or as they wish", member_why(ann));
	ann->is_ignored = true;
	assert_string_equal("a filter ignores them", member_why(ann));
	ann->is_shown = true;
	assert_null(member_why(ann));
	ann->is_shown = ann->is_ignored = ann->is_unshown = false;
	ann->bar = BAR_OUT;
	member_set_why(ann, "spam");
	member_set_removal(ann, "oper", "spam");
	assert_string_equal("removed", member_state(ann));
	assert_string_equal("spam", ann->words->why);
	assert_string_equal("spam", member_why(ann));
	assert_string_equal("oper", ann->words->actor);
	member_clear_bar(ann);
	assert_null(ann->words->why);
	ann->work = WORK_ADMIT;
	assert_string_equal("waiting", member_state(ann));
	ann->is_shown = true;
	assert_string_equal("shown", member_state(ann));
	ann->place = MEMBER_LINGERS;
	assert_string_equal("leaving", member_state(ann));
	roster_release(&roster);
}

/* The ceiling of the roster is about memory. */
static void test_a_member_is_small(void **state)
{
	(void)state;
	assert_in_range(sizeof(struct member), 1, 168);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_what_was_added),
		cmocka_unit_test(test_counts_follow),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_words_and_states),
		cmocka_unit_test(test_a_member_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
