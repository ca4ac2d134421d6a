#include "model/facts.h"

#include "../support/fake_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct fake_store fake;

	fake_store_init(&fake);
	*state = &fake;
	return 0;
}

static int teardown(void **state)
{
	fake_store_release(*state);
	return 0;
}

static void count_on_fact(const struct store_record *record, void *arg)
{
	size_t *count = arg;

	(void)record;
	(*count)++;
}

/* In both spaces. */
static size_t left(struct fake_store *fake)
{
	const struct store_query s = {.kind = STORE_FACT, .space = "s"};
	const struct store_query t = {.kind = STORE_FACT, .space = "t"};
	size_t count = 0;

	assert_int_equal(store_each(&fake->base, &s, count_on_fact, &count), 0);
	assert_int_equal(store_each(&fake->base, &t, count_on_fact, &count), 0);
	return count;
}

static void test_those_that_begin_alike(void **state)
{
	struct fake_store *fake = *state;

	fake_store_put(fake, "s", "a|1", "x");
	fake_store_put(fake, "s", "ab|1", "x");
	fake_store_put(fake, "s", "a|2", "x");
	fake_store_put(fake, "t", "a|3", "x");
	assert_int_equal(facts_forget(&fake->base, "s", "a|"), 0);
	assert_string_equal(fake->log.data, "s a|1 gone\ns a|2 gone\n");
	assert_int_equal(left(fake), 2);
}

static void test_all_of_a_space(void **state)
{
	struct fake_store *fake = *state;
	char key[8];

	for (int i = 0; i < 40; i++) {
		snprintf(key, sizeof(key), "k%02d", i);
		fake_store_put(fake, "s", key, "x");
	}
	fake_store_put(fake, "t", "k00", "x");
	assert_int_equal(facts_forget(&fake->base, "s", ""), 0);
	assert_int_equal(left(fake), 1);
}

static void test_what_cannot_be_read_stays(void **state)
{
	struct fake_store *fake = *state;

	fake_store_put(fake, "s", "a", "x");
	fake->is_broken = true;
	assert_true(facts_forget(&fake->base, "s", "") < 0);
	assert_int_equal(fake->count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(those_that_begin_alike),
		TEST(all_of_a_space),
		TEST(what_cannot_be_read_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
