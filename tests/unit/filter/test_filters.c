#include "filter/filters.h"

#include "../support/fake_store.h"
#include "../support/filter_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_ended(void *arg, const char *mapping)
{
	(void)arg;
	(void)mapping;
}

static const char *const spam[] = {"spam*"};
static const char *const broken[] = {"("};
static const struct filter_params some = {.ignore_irc = {spam, 1}};
static const struct filter_params bad = {.drop_irc = {broken, 1}};
static const struct person spammer = {.id = "x", .name = "spammer"};

static void test_set(void **state)
{
	struct filter_rig *rig = *state;
	struct filters filters;
	struct err err = {0};
	bool changed = false;

	assert_int_equal(
		filters_init(&filters, rig->loop, rig->store, on_ended, NULL),
		0);
	assert_false(rules_ignore(filters.rules, LANE_TO_CHIME, &spammer));
	assert_int_equal(filters_set(&filters, &some, &changed, &err), 0);
	assert_true(changed);
	assert_true(rules_ignore(filters.rules, LANE_TO_CHIME, &spammer));
	changed = false;
	assert_int_equal(filters_set(&filters, &some, &changed, &err), 0);
	assert_false(changed);
	/* What cannot be read changes nothing. */
	assert_int_equal(filters_set(&filters, &bad, &changed, &err), -EINVAL);
	assert_false(changed);
	assert_true(rules_ignore(filters.rules, LANE_TO_CHIME, &spammer));
	filters_release(&filters);
}

static void test_unreadable(void **state)
{
	struct filter_rig *rig = *state;
	struct fake_store store;
	struct filters filters;

	fake_store_init(&store);
	store.is_broken = true;
	assert_int_equal(
		filters_init(&filters, rig->loop, &store.base, on_ended, NULL),
		-EIO);
	filters_release(&filters);
	fake_store_release(&store);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, filter_rig_setup, filter_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set),
		TEST(unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
