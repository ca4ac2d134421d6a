#include "reconcile/share.h"

#include "../support/reconcile_rig.h"

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

static void masks(struct reconcile_rig *rig, int count)
{
	char id[16];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		reconcile_rig_mask(rig, id, "*!*@*");
	}
	reconcile_rig_wait(rig, 800);
}

static size_t held(struct reconcile_rig *rig)
{
	struct reconcile_stats stats;

	reconcile_get_stats(rig->reconcile, &stats);
	return stats.held;
}

static void test_too_many_are_held(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	masks(rig, 21);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(21, held(rig));
	assert_int_equal(1, rig->says);
	assert_non_null(strstr(rig->said, "21 bans would be set"));
	assert_non_null(strstr(rig->said, "--confirm m"));
	masks(rig, 21);
	assert_int_equal(1, rig->says);
	assert_int_equal(21, reconcile_confirm(rig->reconcile));
	reconcile_rig_wait(rig, 80);
	assert_int_equal(RECONCILE_UNDER_WAY, rig->ends[SIDE_CHIME].count);
	assert_int_equal(0, held(rig));
	assert_int_equal(0, reconcile_confirm(rig->reconcile));
}

/* Who comes later, one by one, is held with them; others are not. */
static void test_a_mistake_stays_one(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	masks(rig, 21);
	reconcile_rig_mask(rig, "i50", "*!*@*");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(22, held(rig));
	assert_int_equal(1, rig->says);
	reconcile_rig_mask(rig, "i51", "i51!*@*");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i51", reconcile_rig_asked(rig, SIDE_CHIME));
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_unmask(rig, "*!*@*");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, held(rig));
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
}

static void test_what_is_taken_back_is_not_held(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	masks(rig, 30);
	reconcile_rig_unmask(rig, "*!*@*");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, held(rig));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	masks(rig, 30);
	assert_int_equal(2, rig->says);
}

static void test_a_tenth_is_not_too_many(void **state)
{
	struct reconcile_rig *rig = *state;

	rig->crowd = 300;
	lists(rig, "", "");
	masks(rig, 30);
	assert_int_equal(0, held(rig));
	assert_int_equal(RECONCILE_UNDER_WAY, rig->ends[SIDE_CHIME].asked);
}

/* A thousand in a list is one merge, however it comes. */
static void test_a_long_list_is_one_merge(void **state)
{
	struct reconcile_rig *rig = *state;
	struct standing_list list = {
		.kind = STANDING_BANNED,
		.is_whole = true,
		.state = ROSTER_BEGINS,
	};
	char id[16];

	lists(rig, "", "");
	reconcile_on_standings(rig->reconcile, SIDE_CHIME, &list);
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		reconcile_rig_ban(rig, SIDE_CHIME, id, true);
		if (i % 50 == 0)
			reconcile_rig_wait(rig, 400);
	}
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, SIDE_CHIME, &list);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	assert_int_equal(1000, held(rig));
	assert_int_equal(1, rig->says);
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
		TEST(too_many_are_held),
		TEST(a_mistake_stays_one),
		TEST(what_is_taken_back_is_not_held),
		TEST(a_tenth_is_not_too_many),
		TEST(a_long_list_is_one_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
