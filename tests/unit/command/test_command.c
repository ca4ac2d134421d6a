#include "command/command.h"

#include "../support/command_rig.h"
#include "command/asking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ANSWERED(rig, words, part)                                             \
	assert_non_null(strstr(command_rig_ask(rig, words), part))

static void test_help(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "help", "who [#CHANNEL]: ");
	assert_null(strstr(rig->said.data, "pause"));
	assert_true(rig->lines <= COMMAND_LINES_MAX);
	rig->is_operator = true;
	ANSWERED(rig, "HELP", "pause [#CHANNEL]: ");
	assert_true(rig->lines <= COMMAND_LINES_MAX);
	ANSWERED(rig, "help mute", "mute MASK");
	assert_int_equal(rig->lines, 1);
	/* Nothing at all is a cry for help. */
	ANSWERED(rig, "  ", "who [#CHANNEL]: ");
}

static void test_what_is_not_known(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "whoos", "did you mean who");
	ANSWERED(rig, "frobnicate", "no command frobnicate; see");
	ANSWERED(rig, "help frobnicate", "no command frobnicate");
	/* What is not for them is not offered either. */
	assert_null(strstr(command_rig_ask(rig, "resum"), "did you mean"));
	ANSWERED(rig, "help resume", "no command resume");
}

static void test_only_operators(void **state)
{
	static const char *const words[] = {"pause", "resume", "resync",
		"mute x!*@*", "unmute x!*@*", "mutes", "ignore x!*@*", "bans",
		"ban x", "unban x", "confirm"};
	struct command_rig *rig = *state;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ANSWERED(rig, words[i], "Only the operators");
	assert_false(mapping_is_paused(rig->rig.mapping));
}

static void test_bounds(void **state)
{
	struct command_rig *rig = *state;
	char words[COMMAND_WORDS_MAX + 2];

	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	ANSWERED(rig, words, "too long");
	words[sizeof(words) - 2] = '\0';
	ANSWERED(rig, words, "no command wwww");
	/* "who", and as many words as there may be, and one more. */
	for (size_t i = 0; i <= ASKING_WORDS; i++)
		memcpy(words + 3 + 2 * i, " w", 2);
	memcpy(words, "who", 3);
	words[3 + 2 * (ASKING_WORDS + 1)] = '\0';
	ANSWERED(rig, words, "too many words");
}

static void test_nothing_moves_a_cursor(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "a\x1b[2J\x02", "no command a?[2J?");
	ANSWERED(rig, "\"a\nb\"", "no command a?b");
	/* Broken bytes are told as such. */
	ANSWERED(rig, "\xff\xfe", "no command ??");
}

static void test_quotes(void **state)
{
	struct command_rig *rig = *state;

	ANSWERED(rig, "whois \"Alice in\"", "Nobody called Alice in is");
	ANSWERED(rig, "whois \"open end", "Nobody called \"open is");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(help),
		TEST(what_is_not_known),
		TEST(only_operators),
		TEST(bounds),
		TEST(nothing_moves_a_cursor),
		TEST(quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
