#include "command/asking.h"

#include "../support/command_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct heard {
	char lines[COMMAND_LINES_MAX + 4][512];
	size_t count;
};

static void heard_on_line(void *arg, const char *line)
{
	struct heard *heard = arg;

	snprintf(heard->lines[heard->count++], 512, "%s", line);
}

static struct command command_of(struct command_rig *rig, struct heard *heard)
{
	return (struct command){
		.network = "net",
		.mapping = rig->mapping,
		.person = &rig->person,
		.is_operator = rig->is_operator,
		.words = "",
		.say = heard_on_line,
		.arg = heard,
	};
}

static void test_lines_are_bounded(void **state)
{
	struct command_rig *rig = *state;
	static struct heard heard;
	struct command command = command_of(rig, &heard);
	struct asking asking = {
		.bridge = rig->rig.bridge,
		.command = &command,
	};

	for (int i = 0; i < COMMAND_LINES_MAX + 3; i++)
		asking_say(&asking, "%0600d", i);
	assert_int_equal(heard.count, COMMAND_LINES_MAX);
	assert_int_equal(strlen(heard.lines[0]), ASKING_LINE_BYTES + 3);
	assert_string_equal(heard.lines[0] + ASKING_LINE_BYTES, "\xe2\x80\xa6");
}

static void test_listing(void **state)
{
	struct command_rig *rig = *state;
	static struct heard heard;
	struct command command = command_of(rig, &heard);
	struct asking asking = {
		.bridge = rig->rig.bridge,
		.command = &command,
	};
	struct listing listing;
	size_t told = 0;

	heard = (struct heard){.count = 0};
	listing_init(&listing, &asking, 2);
	for (int i = 0; i < 300; i++) {
		char name[32];

		snprintf(name, sizeof(name), "person%03d", i);
		listing_add(&listing, name);
	}
	listing_end(&listing);
	assert_int_equal(heard.count, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_true(strlen(heard.lines[i]) <= ASKING_LINE_BYTES);
		for (char *at = heard.lines[i]; (at = strstr(at, "person"));
			at++)
			told++;
	}
	assert_true(told > 50);
	char more[32];

	snprintf(more, sizeof(more), "and %zu more", 300 - told);
	assert_string_equal(heard.lines[2], more);
	assert_true(asking.said == 3);
}

static void test_an_empty_list_says_nothing(void **state)
{
	struct command_rig *rig = *state;
	static struct heard heard;
	struct command command = command_of(rig, &heard);
	struct asking asking = {
		.bridge = rig->rig.bridge,
		.command = &command,
	};
	struct listing listing;

	heard = (struct heard){.count = 0};
	listing_init(&listing, &asking, 2);
	listing_end(&listing);
	assert_int_equal(heard.count, 0);
}

static struct mapping *meant(struct command_rig *rig, const char *word)
{
	static struct heard heard;
	struct command command = command_of(rig, &heard);
	struct asking asking = {
		.bridge = rig->rig.bridge,
		.command = &command,
	};
	struct mapping *mapping = asking_mapping(&asking, word);

	assert_int_equal(asking.said, mapping ? 0 : 1);
	return mapping;
}

/* Only what they are in exists for them. */
static void test_which_mapping(void **state)
{
	struct command_rig *rig = *state;
	struct bridge *bridge = rig->rig.bridge;
	struct mapping *project = bridge_find(bridge, "m");
	struct mapping *other = bridge_find(bridge, "o");

	assert_ptr_equal(meant(rig, NULL), project);
	assert_ptr_equal(meant(rig, "m"), project);
	assert_ptr_equal(meant(rig, "#PROJECT"), project);
	assert_null(meant(rig, "#other"));
	assert_null(meant(rig, "o"));
	assert_null(meant(rig, "x"));
	rig->mapping = "o";
	assert_ptr_equal(meant(rig, NULL), other);
	assert_ptr_equal(meant(rig, "#project"), project);
	rig->mapping = NULL;
	rig->person.id = "net/eve";
	assert_null(meant(rig, NULL));
	assert_null(meant(rig, "#project"));
	rig->is_operator = true;
	assert_ptr_equal(meant(rig, "#other"), other);
	assert_null(meant(rig, NULL));
	/* Of another network: not even for operators. */
	assert_null(meant(rig, "x"));
}

/* Conversations of two are nobody else's. */
static void test_private_conversations_are_hidden(void **state)
{
	struct command_rig *rig = *state;
	struct mapping_params params = {
		.name = "direct.1",
		.irc_label = "net/eve",
		.window = 1,
	};
	int error = 0;

	assert_non_null(bridge_add(rig->rig.bridge, &params, &error));
	params.name = "direct.2";
	params.irc_label = NULL;
	assert_non_null(bridge_add(rig->rig.bridge, &params, &error));
	rig->is_operator = true;
	assert_null(meant(rig, "direct.1"));
	assert_null(meant(rig, "direct.2"));
	assert_null(strstr(command_rig_ask(rig, "mappings"), "direct"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, command_rig_setup, command_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_bounded),
		TEST(listing),
		TEST(an_empty_list_says_nothing),
		TEST(which_mapping),
		TEST(private_conversations_are_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
