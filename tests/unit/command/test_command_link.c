#include "command/command_link.h"

#include "../support/command_rig.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ANSWERED(rig, words, part)                                             \
	assert_non_null(strstr(command_rig_ask(rig, words), part))

static void test_mappings(void **state)
{
	struct command_rig *rig = *state;

	assert_string_equal(command_rig_ask(rig, "mappings"), "#project (m)\n");
	rig->is_operator = true;
	assert_string_equal(
		command_rig_ask(rig, "list"), "#project (m), #other (o)\n");
}

static void test_link(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "link", "#project is bridged with a Chime channel\n");
	ANSWERED(rig, "link", "To IRC: down, 0 relayed, 0 waiting\n");
	rig_up(&rig->rig);
	ANSWERED(rig, "status", "To Chime: up, 0 relayed, 0 waiting\n");
	rig->rig.chime_end->sink.ready(
		rig->rig.chime_end->sink.arg, false, "throttled");
	ANSWERED(rig, "link",
		"To Chime: down, 0 relayed, 0 waiting; why: "
		"throttled\n");
	fake_say(&rig->rig.irc, "waits");
	fake_present(rig->rig.irc_end);
	rig_turns(&rig->rig, 5);
	clock_advance(125 * 1000);
	ANSWERED(rig, "link", "1 waiting (the oldest for 2 min); why: ");
	rig->rig.chime_end->sink.ready(
		rig->rig.chime_end->sink.arg, true, NULL);
	ANSWERED(rig, "link", "; last trouble: throttled");
}

static void test_pause_and_resume(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	rig->mapping = "m";
	ANSWERED(rig, "resume", "#project was not paused.");
	ANSWERED(rig, "pause", "#project is paused");
	assert_true(mapping_is_paused(rig->rig.mapping));
	ANSWERED(rig, "pause", "#project is already paused.");
	ANSWERED(rig, "link", "; paused by Bob");
	ANSWERED(rig, "resume m", "#project goes on.");
	assert_false(mapping_is_paused(rig->rig.mapping));
	ANSWERED(rig, "pause #nowhere", "no bridged channel #nowhere");
}

static void test_resync(void **state)
{
	struct command_rig *rig = *state;

	rig->is_operator = true;
	ANSWERED(rig, "resync #project", "Both sides of #project are asked");
	ANSWERED(rig, "resync #nowhere", "no bridged channel #nowhere");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mappings),
		TEST(link),
		TEST(pause_and_resume),
		TEST(resync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
