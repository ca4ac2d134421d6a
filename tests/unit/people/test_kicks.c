#include "people/kicks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_one_person(void **state)
{
	struct kicks kicks = {.next = 0};

	(void)state;
	for (int i = 0; i < KICKS_PERSON; i++)
		assert_int_equal(
			KICKS_CROSS, kicks_ask(&kicks, "ann", 1000 + i));
	assert_int_equal(KICKS_STOP, kicks_ask(&kicks, "ann", 2000));
	assert_int_equal(KICKS_STOPPED, kicks_ask(&kicks, "bob", 2000));
	assert_int_equal(KICKS_STOPPED,
		kicks_ask(&kicks, "bob", 2000 + KICKS_PAUSE_MS - 1));
	assert_int_equal(
		KICKS_CROSS, kicks_ask(&kicks, "bob", 2000 + KICKS_PAUSE_MS));
	kicks_release(&kicks);
}

static void test_a_person_now_and_then(void **state)
{
	struct kicks kicks = {.next = 0};

	(void)state;
	for (int64_t i = 1; i < 50; i++)
		assert_int_equal(KICKS_CROSS,
			kicks_ask(&kicks, "ann", i * KICKS_PERSON_MS / 4));
	kicks_release(&kicks);
}

static void test_all_together(void **state)
{
	struct kicks kicks = {.next = 0};
	char id[16];

	(void)state;
	for (int i = 0; i < KICKS_ALL; i++) {
		snprintf(id, sizeof(id), "p%d", i);
		assert_int_equal(KICKS_CROSS, kicks_ask(&kicks, id, 1000));
	}
	assert_int_equal(KICKS_STOP, kicks_ask(&kicks, "ann", 1000));
	kicks_release(&kicks);
}

static void test_a_slow_moderator(void **state)
{
	struct kicks kicks = {.next = 0};
	char id[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(id, sizeof(id), "p%d", i);
		assert_int_equal(KICKS_CROSS,
			kicks_ask(&kicks, id, 1000 + 4000 * (int64_t)i));
	}
	kicks_release(&kicks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_person),
		cmocka_unit_test(test_a_person_now_and_then),
		cmocka_unit_test(test_all_together),
		cmocka_unit_test(test_a_slow_moderator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
