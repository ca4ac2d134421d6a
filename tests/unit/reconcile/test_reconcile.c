#include "reconcile/reconcile.h"

#include "../support/reconcile_rig.h"

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

static void test_both_are_asked(void **state)
{
	struct reconcile_rig *rig = *state;

	assert_int_equal(1, rig->ends[SIDE_IRC].moderated);
	assert_int_equal(1, rig->ends[SIDE_CHIME].moderated);
	reconcile_refresh(rig->reconcile);
	assert_int_equal(2, rig->ends[SIDE_IRC].moderated);
}

static void test_a_room_that_cannot(void **state)
{
	struct reconcile_rig *rig = *state;
	static const struct end_ops ops = {.settles_doubt = false};

	rig->ends[SIDE_IRC].room.ops = &ops;
	reconcile_attach(rig->reconcile, &rig->ends[SIDE_IRC].room,
		&rig->ends[SIDE_CHIME].room);
	lists(rig, "", "i1");
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

static void test_they_agree(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a", "i2");
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "b");
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	lists(rig, "i1=a i2=b", "i1 i2");
	assert_int_equal(1, rig->ends[SIDE_IRC].asked);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
}

static void test_answers_nobody_asked_for(void **state)
{
	struct reconcile_rig *rig = *state;
	struct standing_receipt stood = {
		.kind = STANDING_BANNED,
		.person_id = "i1",
		.outcome = MIRROR_DONE,
	};
	struct attribute_receipt set = {
		.attribute = ATTRIBUTE_TOPIC,
		.outcome = MIRROR_DONE,
	};

	reconcile_on_stood(rig->reconcile, SIDE_IRC, &stood);
	lists(rig, "i1=a", "i1");
	reconcile_on_stood(rig->reconcile, SIDE_IRC, &stood);
	reconcile_on_attribute_set(rig->reconcile, SIDE_IRC, &set);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

static void test_nothing_is_begun_when_stopped(void **state)
{
	struct reconcile_rig *rig = *state;

	reconcile_stop(rig->reconcile);
	lists(rig, "i1=a", "");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

static void test_nothing_is_freed(void **state)
{
	(void)state;
	reconcile_free(NULL);
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
		TEST(both_are_asked),
		TEST(a_room_that_cannot),
		TEST(they_agree),
		TEST(answers_nobody_asked_for),
		TEST(nothing_is_begun_when_stopped),
		TEST(nothing_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
