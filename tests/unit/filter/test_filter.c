#include "filter/filter.h"

#include "../support/filter_rig.h"
#include "filter/filters.h"

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

static const struct person bob = {
	.id = "net/@bob",
	.name = "Bob",
	.address = "Bob!b@host.example",
};

/* All that holds, holds: of all mappings, of this one, by command. */
static void test_all_that_holds(void **state)
{
	static const char *const hosts[] = {"*@host.example"};
	static const char *const rolls[] = {"^!roll"};
	static const char *const names[] = {"B*"};
	const struct filter_params own = {.never_puppet = {names, 1}};
	const struct filter_params common = {
		.drop_irc = {rolls, 1}, .ignore_chime = {hosts, 1}};
	struct filter_rig *rig = *state;
	struct filters filters;
	struct filter *with, *without;
	struct err err = {0};
	bool changed;

	assert_int_equal(
		filters_init(&filters, rig->loop, rig->store, on_ended, NULL),
		0);
	assert_int_equal(filters_set(&filters, &common, &changed, &err), 0);
	with = filter_new(&filters, "m", &own, &err);
	without = filter_new(&filters, "o",
		&(struct filter_params){.drop_irc = {NULL, 0}}, &err);
	assert_true(filter_unshown(with, LANE_TO_CHIME, &bob));
	assert_false(filter_unshown(without, LANE_TO_CHIME, &bob));
	assert_true(filter_drops(with, LANE_TO_CHIME, "!roll", 5));
	assert_false(filter_drops(with, LANE_TO_IRC, "!roll", 5));
	assert_true(filter_ignores(with, LANE_TO_IRC, &bob));
	assert_false(filter_ignores(with, LANE_TO_CHIME, &bob));
	assert_int_equal(mutes_add(filters.mutes,
				 &(struct mute){.mapping = "m", .mask = "bob"}),
		0);
	assert_true(filter_ignores(with, LANE_TO_CHIME, &bob));
	assert_false(filter_ignores(without, LANE_TO_CHIME, &bob));
	assert_int_equal(optouts_add(filters.optouts, bob.id, "Bob"), 0);
	assert_true(filter_unshown(without, LANE_TO_CHIME, &bob));
	filter_free(with);
	filter_free(without);
	filters_release(&filters);
}

static void test_none(void **state)
{
	(void)state;
	assert_false(filter_ignores(NULL, LANE_TO_IRC, &bob));
	assert_false(filter_unshown(NULL, LANE_TO_IRC, &bob));
	assert_false(filter_drops(NULL, LANE_TO_IRC, "", 0));
	filter_free(NULL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, filter_rig_setup, filter_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_holds),
		TEST(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
