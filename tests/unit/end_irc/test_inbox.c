#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int add(struct irc_inbox *inbox, const char *words, const char *id)
{
	struct text AUTOTEXT text;
	const struct event event = {
		.sender = {.id = "net/bob",
			.name = "Bob",
			.address = "Bob!b@h",
			.is_bot = true},
		.text = &text,
		.source_id = id,
		.position = 7,
	};

	text_init(&text, 1 << 20);
	text_append(&text, words, strlen(words), TEXT_BOLD);
	return irc_inbox_add(inbox, &event);
}

static void test_in_order(void **state)
{
	struct irc_inbox inbox = {.count = 0};
	const struct event *head;

	(void)state;
	assert_null(irc_inbox_head(&inbox));
	irc_inbox_pop(&inbox);
	assert_int_equal(add(&inbox, "one", "1"), 0);
	assert_int_equal(add(&inbox, "two", ""), 0);
	head = irc_inbox_head(&inbox);
	assert_string_equal(text_plain(head->text), "one");
	assert_int_equal(head->text->runs[0].styles, TEXT_BOLD);
	assert_string_equal(head->sender.name, "Bob");
	assert_null(head->sender.account);
	assert_string_equal(head->sender.address, "Bob!b@h");
	assert_true(head->sender.is_bot);
	assert_string_equal(head->source_id, "1");
	assert_int_equal(head->position, 7);
	irc_inbox_pop(&inbox);
	assert_string_equal(text_plain(irc_inbox_head(&inbox)->text), "two");
	irc_inbox_pop(&inbox);
	assert_null(irc_inbox_head(&inbox));
	assert_int_equal(inbox.count, 0);
	assert_int_equal(inbox.bytes, 0);
}

static void test_remove(void **state)
{
	struct irc_inbox inbox = {.count = 0};

	(void)state;
	assert_int_equal(add(&inbox, "one", "1"), 0);
	assert_int_equal(add(&inbox, "two", "2"), 0);
	/* A second one of the same id is none of the first's business. */
	assert_int_equal(add(&inbox, "again", "1"), 0);
	assert_true(irc_inbox_remove(&inbox, "1"));
	assert_false(irc_inbox_remove(&inbox, "3"));
	assert_false(irc_inbox_remove(&inbox, ""));
	assert_string_equal(text_plain(irc_inbox_head(&inbox)->text), "two");
	irc_inbox_release(&inbox);
	assert_int_equal(inbox.count, 0);
}

static void test_bounds(void **state)
{
	struct irc_inbox inbox = {.count = 0};
	static char big[60 * 1024];

	(void)state;
	for (int i = 0; i < IRC_INBOX_MAX; i++)
		assert_int_equal(add(&inbox, "x", ""), 0);
	assert_int_equal(add(&inbox, "x", ""), -ENOBUFS);
	irc_inbox_release(&inbox);
	memset(big, 'x', sizeof(big) - 1);
	while (add(&inbox, big, "") == 0)
		;
	assert_in_range(
		inbox.bytes, IRC_INBOX_BYTES - sizeof(big), IRC_INBOX_BYTES);
	irc_inbox_release(&inbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
