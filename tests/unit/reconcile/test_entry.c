#include "reconcile/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_automatic_counts_where_it_agrees(void **state)
{
	struct entry *entry = entry_new(STANDING_MODERATOR, "i1");
	struct entry_side *irc = &entry->sides[SIDE_IRC];

	(void)state;
	assert_int_equal(TRI_UNKNOWN, entry_counts(entry, SIDE_IRC));
	irc->is = TRI_ON;
	irc->is_automatic = true;
	entry->sides[SIDE_CHIME].is = TRI_OFF;
	assert_int_equal(TRI_UNKNOWN, entry_counts(entry, SIDE_IRC));
	entry->sides[SIDE_CHIME].is = TRI_ON;
	assert_int_equal(TRI_ON, entry_counts(entry, SIDE_IRC));
	entry->sides[SIDE_CHIME].is = TRI_OFF;
	entry->base.is_set = true;
	assert_int_equal(TRI_ON, entry_counts(entry, SIDE_IRC));
	entry->base.is_set = false;
	entry->base.is_doing = true;
	entry->base.doing_to = SIDE_IRC;
	assert_int_equal(TRI_ON, entry_counts(entry, SIDE_IRC));
	entry->base.doing_to = SIDE_CHIME;
	assert_int_equal(TRI_UNKNOWN, entry_counts(entry, SIDE_IRC));
	entry_free(entry);
}

static void test_who_is_exempt_is_off(void **state)
{
	struct entry *entry = entry_new(STANDING_BANNED, "i1");
	struct entry_side *irc = &entry->sides[SIDE_IRC];

	(void)state;
	irc->is = TRI_ON;
	(void)ruleset_add(&irc->rules, "wide");
	(void)ruleset_add(&entry->base.exempt, "wide");
	entry->sides[SIDE_CHIME].is = TRI_OFF;
	assert_int_equal(TRI_OFF, entry_counts(entry, SIDE_IRC));
	(void)ruleset_add(&irc->rules, "another");
	assert_int_equal(TRI_ON, entry_counts(entry, SIDE_IRC));
	(void)ruleset_remove(&irc->rules, "another");
	entry->sides[SIDE_CHIME].is = TRI_ON;
	assert_int_equal(TRI_ON, entry_counts(entry, SIDE_IRC));
	entry_free(entry);
}

static void test_names(void **state)
{
	struct entry *entry = entry_new(STANDING_BANNED, "i1");

	(void)state;
	entry_set_name(entry, "One");
	entry_set_name(entry, "");
	entry_set_name(entry, NULL);
	assert_string_equal("One", entry->name);
	entry_set_home(entry, SIDE_IRC, false);
	assert_int_equal(SIDE_CHIME, entry->base.home);
	assert_string_equal("Chime", side_name(side_other(SIDE_IRC)));
	entry_free(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_automatic_counts_where_it_agrees),
		cmocka_unit_test(test_who_is_exempt_is_off),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
