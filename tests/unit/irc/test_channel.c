#include "irc/channel.h"
#include "irc/channel_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct irc_people people;
static struct irc_isupport isupport;
static struct irc_channel *channel;

static int setup(void **state)
{
	(void)state;
	irc_isupport_init(&isupport);
	(void)irc_isupport_apply(&isupport, "PREFIX=(qaohv)~&@%+");
	irc_people_init(&people, IRC_CASEMAP_RFC1459);
	channel = irc_channel_new(&people, "#A");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_channel_free(channel);
	assert_null(people.by_nick);
	return 0;
}

static void test_members(void **state)
{
	struct irc_member_node *node = irc_channel_add(channel, "Nick");
	const struct irc_member *member;

	(void)state;
	assert_ptr_equal(irc_channel_add(channel, "nick"), node);
	assert_non_null(irc_channel_add(channel, "other"));
	assert_int_equal(irc_channel_member_count(channel), 2);
	member = irc_channel_member(channel, "NICK");
	assert_string_equal(member->user->nick, "Nick");
	member = irc_channel_next_member(channel, NULL);
	assert_string_equal(member->user->nick, "Nick");
	member = irc_channel_next_member(channel, member);
	assert_string_equal(member->user->nick, "other");
	assert_null(irc_channel_next_member(channel, member));
	irc_channel_remove(node);
	assert_null(irc_channel_member(channel, "nick"));
	assert_null(irc_people_find(&people, "nick"));
	assert_false(irc_channel_is_cut(channel));
}

/* One person in two channels is one record; it goes with the last. */
static void test_people_are_shared(void **state)
{
	struct irc_channel *second = irc_channel_new(&people, "#b");
	struct irc_member_node *a = irc_channel_add(channel, "n");
	struct irc_member_node *b = irc_channel_add(second, "N");

	(void)state;
	assert_ptr_equal(a->person, b->person);
	irc_channel_remove(a);
	assert_non_null(irc_people_find(&people, "n"));
	assert_null(irc_channel_member(channel, "n"));
	irc_channel_free(second);
	assert_null(irc_people_find(&people, "n"));
}

static void test_ranks_are_in_order(void **state)
{
	struct irc_member_node *node = irc_channel_add(channel, "n");

	(void)state;
	irc_member_set_mode(node, &isupport, 'v', true);
	irc_member_set_mode(node, &isupport, 'q', true);
	irc_member_set_mode(node, &isupport, 'o', true);
	irc_member_set_mode(node, &isupport, 'o', true);
	irc_member_set_mode(node, &isupport, 'x', true);
	assert_string_equal(node->member.modes, "qov");
	assert_true(irc_member_has_mode(&node->member, 'o'));
	irc_member_set_mode(node, &isupport, 'q', false);
	irc_member_set_mode(node, &isupport, 'h', false);
	assert_string_equal(node->member.modes, "ov");
	assert_false(irc_member_has_mode(&node->member, '\0'));
}

static void test_names_sweep(void **state)
{
	(void)state;
	(void)irc_channel_add(channel, "gone");
	irc_channel_names_begin(channel);
	irc_channel_add(channel, "here")->seen = channel->names;
	(void)irc_channel_add(channel, "came");
	irc_channel_names_begin(channel); /* a second line of the same */
	irc_channel_names_end(channel);
	assert_true(irc_channel_is_listed(channel));
	assert_null(irc_channel_member(channel, "gone"));
	assert_non_null(irc_channel_member(channel, "here"));
	assert_non_null(irc_channel_member(channel, "came"));
	/* An end without names says nothing about who is there. */
	irc_channel_names_end(channel);
	assert_int_equal(irc_channel_member_count(channel), 2);
}

static void test_modes(void **state)
{
	(void)state;
	assert_false(irc_channel_modes_known(channel));
	irc_channel_set_mode(channel, 'n', true, NULL);
	irc_channel_set_mode(channel, 'k', true, "secret");
	irc_channel_set_mode(channel, 'l', true, "5");
	irc_channel_set_mode(channel, 'l', true, "7");
	assert_string_equal(irc_channel_modes(channel), "nkl");
	assert_string_equal(irc_channel_mode_param(channel, 'l'), "7");
	assert_string_equal(irc_channel_mode_param(channel, 'n'), "");
	assert_null(irc_channel_mode_param(channel, 'x'));
	irc_channel_set_mode(channel, 'n', false, NULL);
	assert_false(irc_channel_has_mode(channel, 'n'));
	assert_string_equal(irc_channel_mode_param(channel, 'k'), "secret");
	assert_string_equal(irc_channel_mode_param(channel, 'l'), "7");
	irc_channel_set_mode(channel, 'k', false, "x");
	irc_channel_set_mode(channel, 'z', false, NULL);
	assert_string_equal(irc_channel_modes(channel), "l");
	irc_channel_clear_modes(channel);
	assert_string_equal(irc_channel_modes(channel), "");
	for (int c = 1; c < 127; c++)
		irc_channel_set_mode(channel, (char)c, true, "x");
	assert_int_equal(
		strlen(irc_channel_modes(channel)), IRC_CHANNEL_MODES_MAX);
}

static void add(char mode, const char *mask)
{
	irc_channel_add_entry(channel, mode,
		&(struct irc_list_entry){
			.mask = mask,
			.setter = "op",
			.set_ms = 5000,
		});
}

static void test_lists(void **state)
{
	const struct irc_list_entry *entry;

	(void)state;
	add('b', "*!*@a[x]");
	add('b', "*!*@b");
	add('e', "*!*@c");
	add('b', "*!*@A{x}");
	assert_int_equal(irc_channel_list_count(channel, 'b'), 2);
	assert_int_equal(irc_channel_list_count(channel, 'I'), 0);
	entry = irc_channel_entry(channel, 'b', "*!*@A[X]");
	assert_string_equal(entry->mask, "*!*@a[x]");
	assert_string_equal(entry->setter, "op");
	assert_int_equal(entry->set_ms, 5000);
	entry = irc_channel_next_entry(channel, 'b', NULL);
	entry = irc_channel_next_entry(channel, 'b', entry);
	assert_string_equal(entry->mask, "*!*@b");
	assert_null(irc_channel_next_entry(channel, 'b', entry));
	assert_null(irc_channel_next_entry(channel, 'I', NULL));
	irc_channel_remove_entry(channel, 'b', "*!*@B");
	assert_null(irc_channel_entry(channel, 'b', "*!*@b"));
	assert_false(irc_channel_list_is_complete(channel, 'b'));
}

static void test_a_listing_replaces(void **state)
{
	(void)state;
	add('b', "old");
	irc_channel_list_begin(channel, 'b');
	add('b', "kept");
	irc_channel_list_begin(channel, 'b');
	add('b', "kept too");
	irc_channel_list_end(channel, 'b');
	assert_true(irc_channel_list_is_complete(channel, 'b'));
	assert_int_equal(irc_channel_list_count(channel, 'b'), 2);
	assert_null(irc_channel_entry(channel, 'b', "old"));
	/* An empty list: its end comes alone. */
	irc_channel_list_end(channel, 'b');
	assert_int_equal(irc_channel_list_count(channel, 'b'), 0);
}

static void test_bounds(void **state)
{
	char name[1024];

	(void)state;
	for (int i = 0; i < IRC_CHANNEL_ENTRIES_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "m%d", i);
		add('b', name);
	}
	assert_int_equal(
		irc_channel_list_count(channel, 'b'), IRC_CHANNEL_ENTRIES_MAX);
	for (char c = 'A'; c <= 'Z'; c++)
		add(c, "x");
	assert_int_equal(channel->list_count, IRC_CHANNEL_LISTS_MAX);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(irc_channel_add(channel, name));
	assert_true(irc_channel_is_cut(channel));
	add('A', name);
	add('A', "");
	assert_int_equal(irc_channel_list_count(channel, 'A'), 1);
}

static void test_topic(void **state)
{
	(void)state;
	assert_string_equal(irc_channel_topic(channel).text, "");
	irc_channel_set_topic(channel, &(struct irc_topic){"t", "n", 7});
	assert_string_equal(irc_channel_topic(channel).text, "t");
	assert_string_equal(irc_channel_topic(channel).setter, "n");
	assert_int_equal(irc_channel_topic(channel).set_ms, 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_members),
		TEST(test_people_are_shared),
		TEST(test_ranks_are_in_order),
		TEST(test_names_sweep),
		TEST(test_modes),
		TEST(test_lists),
		TEST(test_a_listing_replaces),
		TEST(test_bounds),
		TEST(test_topic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
