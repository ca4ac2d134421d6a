#include "people/readmit.h"

#include "../support/mirror_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct mirror_rig rig;

	mirror_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	mirror_rig_release(*state);
	return 0;
}

static void test_who_was_refused_is_tried_again(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	fake_answer(rig->dest, MIRROR_REFUSED);
	assert_int_equal(0, rig->dest->calls.count);
	readmit(rig->mirror, "nobody");
	assert_int_equal(0, rig->dest->calls.count);
	readmit(rig->mirror, "ann");
	assert_int_equal(1, rig->dest->calls.count);
}

static void test_who_is_shown_is_left_alone(void **state)
{
	struct mirror_rig *rig = *state;

	mirror_rig_list(rig, "ann");
	fake_answer(rig->dest, MIRROR_DONE);
	readmit(rig->mirror, "ann");
	assert_int_equal(0, rig->dest->calls.count);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_was_refused_is_tried_again),
		TEST(who_is_shown_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
