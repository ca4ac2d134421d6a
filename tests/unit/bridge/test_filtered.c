#include "bridge/bridge.h"

#include "../support/bridge_rig.h"
#include "filter/filters.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

/* Of the whole bridge: at once, for mappings that run. */
static void test_of_the_bridge(void **state)
{
	static const char *const spam[] = {"spam*"};
	static const char *const broken[] = {"("};
	const struct filter_params some = {.ignore_irc = {spam, 1}};
	const struct filter_params bad = {.drop_irc = {broken, 1}};
	const struct person spammer = {.id = "x", .name = "spammer"};
	struct rig *rig = *state;
	struct err err = {0};

	rig_up(rig);
	assert_int_equal(bridge_set_filter(rig->bridge, &bad, &err), -EINVAL);
	assert_non_null(strstr(err.text, "filter.drop_irc: element 1: "));
	assert_false(rules_ignore(
		bridge_filters(rig->bridge)->rules, LANE_TO_CHIME, &spammer));
	assert_int_equal(bridge_set_filter(rig->bridge, &some, &err), 0);
	assert_true(rules_ignore(
		bridge_filters(rig->bridge)->rules, LANE_TO_CHIME, &spammer));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unreadable),
		TEST(ignored_people_pass_over),
		TEST(dropped_texts_pass_over),
		TEST(unshown_people_are_marked),
		TEST(of_the_bridge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
