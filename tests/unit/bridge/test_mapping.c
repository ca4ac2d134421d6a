#include "bridge/mapping.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "../support/store_cases.h"
#include "model/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct event event_of(const struct text *text)
{
	return (struct event){
		.sender = {.id = "somebody", .name = "Somebody"},
		.text = text,
		.source_id = "x",
		.position = 1,
	};
}

static void test_nothing_before_the_rooms_are_there(void **state)
{
	struct rig *rig = *state;
	struct mapping_params params = {.name = "other"};
	struct text AUTOTEXT text;
	struct event event = event_of(&text);
	struct end_sink sinks[2];
	struct mapping *mapping;
	int error = 0;

	text_init(&text, 10);
	text_append_plain(&text, "one");
	mapping = bridge_add(rig->bridge, &params, &error);
	assert_non_null(mapping);
	sinks[0] = mapping_sink_irc(mapping);
	sinks[1] = mapping_sink_chime(mapping);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			END_BUSY, sinks[i].event(sinks[i].arg, &event));
		sinks[i].ready(sinks[i].arg, true, NULL);
		sinks[i].receipt(sinks[i].arg, &(struct receipt){.ticket = 1});
	}
	assert_true(mapping_is_idle(mapping));
}

static void test_both_ways(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "to irc");
	fake_say(&rig->irc, "to chime");
	rig_finish(rig);
	rig_check(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(1, rig->chime.order_count);
	assert_string_equal("m", mapping_name(rig->mapping));
}

static void test_starts_at_the_cursor(void **state)
{
	struct rig *rig = *state;

	assert_true(rig->chime_end->started);
	assert_true(rig->irc_end->started);
	assert_true(rig->chime_end->must_position);
	rig_up(rig);
	for (int i = 0; i < 30; i++)
		fake_say(&rig->chime, "many");
	rig_finish(rig);
	rig_crash(rig);
	assert_false(rig->chime_end->must_position);
	/* The cursor stands at the last; the overlap is ten messages. */
	assert_int_equal(19, rig->chime_end->next);
}

static void test_each_way_has_its_own_readiness(void **state)
{
	struct rig *rig = *state;

	fake_ready(rig->irc_end, true);
	assert_true(rig_stats(rig, LANE_TO_IRC).ready);
	assert_false(rig_stats(rig, LANE_TO_CHIME).ready);
	assert_int_equal(1, log_catch_count("towards IRC: ready"));
	fake_ready(rig->chime_end, true);
	assert_int_equal(1, log_catch_count("towards Chime: ready"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_before_the_rooms_are_there),
		TEST(both_ways),
		TEST(starts_at_the_cursor),
		TEST(each_way_has_its_own_readiness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
