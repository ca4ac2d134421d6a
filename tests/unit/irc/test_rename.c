#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc/rename.h"

#include "unit/support/irc_parsed.h"

#include <string.h>

static void test_names(void **state)
{
	struct irc_renames renames = {0};

	(void)state;
	assert_string_equal(
		irc_renames_name(&renames, IRC_CASEMAP_ASCII, "#a"), "#a");
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#a", "#b");
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#x", "#y");
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#A", "#c");
	assert_string_equal(
		irc_renames_name(&renames, IRC_CASEMAP_ASCII, "#a"), "#c");
	assert_string_equal(
		irc_renames_name(&renames, IRC_CASEMAP_ASCII, "#c"), "#c");
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#a", "#a");
	assert_string_equal(
		irc_renames_name(&renames, IRC_CASEMAP_ASCII, "#a"), "#a");
	irc_renames_clear(&renames);
	irc_renames_clear(&renames);
}

/* Where names of channels stand; nowhere else. */
static void test_in(void **state)
{
	static const struct {
		const char *line;
		size_t at;
		const char *param;
	} rows[] = {
		{":n PRIVMSG #B :#b", 0, "#a"},
		{":n PRIVMSG #B :#b", 1, "#b"},
		{":n TOPIC #b :#b", 1, "#b"},
		{":n INVITE me #b", 1, "#a"},
		{":s 366 me #b :End", 1, "#a"},
		{":s 353 me = #b :x", 2, "#a"},
		{":s FAIL RENAME CODE #b #c :x", 2, "#a"},
		{":s BATCH +1 chathistory #b", 2, "#a"},
		{":n WALLOPS #b", 0, "#b"},
		{":n RENAME #b #b", 0, "#a"},
		{":n RENAME #b #b", 1, "#b"},
		{":n PART", 0, ""},
	};
	struct irc_renames renames = {0};

	(void)state;
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#a", "#b");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct irc_message message = *irc_parsed(rows[i].line);
		irc_renames_in(&renames, IRC_CASEMAP_ASCII, &message);
		assert_string_equal(
			irc_message_param(&message, rows[i].at), rows[i].param);
	}
	irc_renames_clear(&renames);
}

static void test_out(void **state)
{
	struct irc_renames renames = {0};
	struct irc_line line = {.command = "PRIVMSG", .params = {"#a", "#a"}};
	struct irc_line history = {
		.command = "CHATHISTORY", .params = {"LATEST", "#a", "*"}};

	(void)state;
	irc_renames_add(&renames, IRC_CASEMAP_ASCII, "#a", "#b");
	irc_renames_out(&renames, IRC_CASEMAP_ASCII, &line);
	assert_string_equal(line.params[0], "#b");
	assert_string_equal(line.params[1], "#a");
	irc_renames_out(&renames, IRC_CASEMAP_ASCII, &history);
	assert_string_equal(history.params[1], "#b");
	irc_renames_clear(&renames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
