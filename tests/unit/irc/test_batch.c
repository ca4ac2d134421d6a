#include "../support/irc_parsed.h"

#include "irc/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static struct irc_batches batches;

static const struct irc_message *take(const char *line)
{
	const struct irc_message *msg = irc_parsed(line);

	irc_batches_take(&batches, msg);
	return msg;
}

static int setup(void **state)
{
	(void)state;
	irc_batches_init(&batches);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_batches_clear(&batches);
	return 0;
}

static void test_messages_know_their_batch(void **state)
{
	const struct irc_message *msg;

	(void)state;
	msg = take(":s BATCH +r chathistory #a");
	assert_string_equal(irc_batch_meaning(irc_batches_of(&batches, msg)),
		"chathistory");
	irc_batches_end(&batches);
	msg = take("@batch=r :n!u@h PRIVMSG #a :x");
	assert_true(
		irc_batch_is_in(irc_batches_of(&batches, msg), "chathistory"));
	msg = take(":n!u@h PRIVMSG #a :x");
	assert_null(irc_batches_of(&batches, msg));
	msg = take("@batch=other :n!u@h PRIVMSG #a :x");
	assert_null(irc_batches_of(&batches, msg));
	/* The end is part of it; after it there is none. */
	msg = take(":s BATCH -r");
	assert_non_null(irc_batches_of(&batches, msg));
	irc_batches_end(&batches);
	assert_null(irc_batches_of(&batches, msg));
	assert_int_equal(batches.count, 0);
}

static void test_nesting(void **state)
{
	const struct irc_batch *batch;

	(void)state;
	(void)take("@label=42 :s BATCH +o labeled-response");
	(void)take("@batch=o :s BATCH +m chathistory #a");
	(void)take("@batch=m :s BATCH +i draft/multiline #a");
	batch = irc_batches_of(&batches, irc_parsed("@batch=i PRIVMSG #a :x"));
	assert_non_null(batch);
	assert_int_equal(batch->depth, 3);
	assert_string_equal(irc_batch_meaning(batch), "chathistory");
	assert_string_equal(irc_batch_label(batch), "42");
	assert_true(irc_batch_is_in(batch, "labeled-response"));
	assert_false(irc_batch_is_in(batch, "netsplit"));
	/* An outer one that ends first leaves the inner ones whole. */
	(void)take(":s BATCH -m");
	irc_batches_end(&batches);
	batch = irc_batches_of(&batches, irc_parsed("@batch=i PRIVMSG #a :x"));
	assert_string_equal(irc_batch_meaning(batch), "draft/multiline");
	assert_string_equal(irc_batch_label(batch), "42");
	batch = irc_batches_of(&batches, irc_parsed("@batch=o PRIVMSG #a :x"));
	assert_string_equal(irc_batch_meaning(batch), "labeled-response");
}

static void test_bounds(void **state)
{
	char line[128];

	(void)state;
	for (int i = 0; i < 2 * IRC_BATCHES_MAX; i++) {
		(void)snprintf(line, sizeof(line), "BATCH +%d netsplit", i);
		(void)take(line);
	}
	assert_int_equal(batches.count, IRC_BATCHES_MAX);
	irc_batches_clear(&batches);
	(void)take("BATCH +0 a");
	for (int i = 1; i < 20; i++) {
		(void)snprintf(
			line, sizeof(line), "@batch=%d BATCH +%d a", i - 1, i);
		(void)take(line);
	}
	assert_in_range(batches.count, IRC_BATCH_DEPTH_MAX, 20);
	for (const struct irc_batch *b = batches.open; b; b = b->next)
		assert_in_range(b->depth, 1, IRC_BATCH_DEPTH_MAX);
}

static void test_nonsense(void **state)
{
	(void)state;
	(void)take("BATCH");
	(void)take("BATCH +");
	(void)take("BATCH -");
	(void)take("BATCH x");
	(void)take("BATCH -never");
	(void)take("BATCH +r");
	(void)take("BATCH +r again");
	assert_int_equal(batches.count, 1);
	assert_string_equal(irc_batch_meaning(irc_batches_of(
				    &batches, irc_parsed("@batch=r PING x"))),
		"");
	assert_null(irc_batch_meaning(NULL));
	assert_string_equal(irc_batch_label(NULL), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_messages_know_their_batch),
		TEST(test_nesting),
		TEST(test_bounds),
		TEST(test_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
