#include "bridge/filter.h"

#include "../support/bridge_rig.h"
#include "bridge/filters.h"
#include "bridge/mapping.h"

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
	struct rig *rig = *state;
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

static void test_unreadable(void **state)
{
	static const char *const broken[] = {"("};
	struct rig *rig = *state;
	struct mapping_params params = {
		.name = "other",
		.filter = {.drop_irc = {broken, 1}},
	};
	int error = 0;

	assert_null(bridge_add(rig->bridge, &params, &error));
	assert_int_equal(error, -EINVAL);
}

/* On a message's way. */

static void reset(struct rig *rig, const struct filter_params *filter)
{
	rig_reset(
		rig, &(struct mapping_params){.window = 1, .filter = *filter});
	rig_up(rig);
}

static void test_ignored_people_pass_over(void **state)
{
	static const char *const everybody[] = {"Somebody"};
	struct rig *rig = *state;

	reset(rig, &(struct filter_params){.ignore_irc = {everybody, 1}});
	fake_say(&rig->irc, "ignored");
	fake_say(&rig->chime, "relayed");
	while (fake_present(rig->irc_end))
		;
	while (fake_present(rig->chime_end))
		;
	rig_turns(rig, 10);
	assert_int_equal(rig_stats(rig, LANE_TO_CHIME).filtered, 1);
	assert_int_equal(rig_stats(rig, LANE_TO_CHIME).queued, 0);
	assert_int_equal(rig_stats(rig, LANE_TO_CHIME).refused, 0);
	assert_int_equal(rig_stats(rig, LANE_TO_IRC).filtered, 0);
	assert_int_equal(rig_stats(rig, LANE_TO_IRC).queued, 1);
	assert_string_equal(rig->irc.notes, "");
	/* No source waits for it. */
	assert_true(rig->irc.messages[0].taken);
}

static void test_dropped_texts_pass_over(void **state)
{
	static const char *const rolls[] = {"^!roll"};
	struct rig *rig = *state;
	struct bridge_stats stats;

	reset(rig, &(struct filter_params){.drop_chime = {rolls, 1}});
	fake_say(&rig->chime, "!roll 1");
	fake_say(&rig->chime, "no !roll");
	while (fake_present(rig->chime_end))
		;
	rig_turns(rig, 10);
	assert_int_equal(rig_stats(rig, LANE_TO_IRC).filtered, 1);
	assert_int_equal(rig_stats(rig, LANE_TO_IRC).queued, 1);
	bridge_stats(rig->bridge, &stats);
	assert_int_equal(stats.to_irc.filtered, 1);
	/* What was passed over is known: after a crash it is not counted
	 * twice, nor relayed. */
	fake_arrive(rig->irc_end);
	fake_confirm(rig->irc_end);
	rig_turns(rig, 10);
	assert_int_equal(rig_stats(rig, LANE_TO_IRC).relayed, 1);
	assert_int_equal(rig->irc.order_count, 1);
}

static bool prepared_unshown;

static int spy_prepare(struct end_room *room, const struct event *event,
	struct buf *ret_payload, const char **ret_why)
{
	(void)room;
	(void)ret_payload;
	(void)ret_why;
	prepared_unshown = event->sender.is_unshown;
	return -ENODATA;
}

/* Whoever is to have no likeness is spoken for. */
static void test_unshown_people_are_marked(void **state)
{
	static const char *const shy[] = {"Some*"};
	struct rig *rig = *state;

	for (int i = 0; i < 2; i++) {
		prepared_unshown = i == 0;
		reset(rig, &(struct filter_params){
				   .never_puppet = {shy, (size_t)i}});
		rig->chime_end->ops.prepare = spy_prepare;
		fake_say(&rig->irc, "said");
		while (fake_present(rig->irc_end))
			;
		assert_int_equal(prepared_unshown, i == 1);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_holds),
		TEST(none),
		TEST(unreadable),
		TEST(ignored_people_pass_over),
		TEST(dropped_texts_pass_over),
		TEST(unshown_people_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
