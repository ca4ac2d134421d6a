#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/voices.h"

#include "unit/support/irc_crowd.h"
#include "util/str.h"

static int setup(void **state)
{
	static struct irc_crowd crowd;
	irc_crowd_init(&crowd);
	*state = &crowd;
	return 0;
}

static int teardown(void **state)
{
	irc_crowd_release(*state);
	return 0;
}

/* The first message makes the puppet and waits for it. */
static void test_speaks(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	crowd_assert(c->said, "Alice[c]: hello\n");
	crowd_assert(c->log, "arn:x/user/alice here done\n"
			     "event own Alice[c]: hello\n"
			     "receipt 1 done!\n");
	irc_crowd_say(c, 2, "alice", "Alice", "one\ntwo");
	crowd_assert(c->said, "Alice[c]: one\nAlice[c]: two\n");
	assert_int_equal(c->count, 2);
}

static void test_unshown(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_say_unshown(c, 1, "Bob", "hello");
	crowd_assert(c->said, "belfry: <Bob> hello\n");
	crowd_assert(c->log, "receipt 1 done!\n");
	assert_int_equal(c->count, 1);
}

/* Who does not come in time is relayed, and not waited for again. */
static void test_waits_no_longer(void **state)
{
	struct irc_crowd *c = *state;
	c->all[1].is_deaf = true;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	irc_crowd_say_unshown(c, 2, "Bob", "in order");
	irc_crowd_pass(c, VOICE_WAIT_MS - 1000);
	crowd_assert(c->said, "");
	irc_crowd_pass(c, 2000);
	crowd_assert(
		c->said, "belfry: <Alice> hello\nbelfry: <Bob> in order\n");
	crowd_assert(c->log, "receipt 1 done!\nreceipt 2 done!\n");
	irc_crowd_say(c, 3, "alice", "Alice", "again");
	crowd_assert(c->said, "belfry: <Alice> again\n");
	c->all[1].is_deaf = false;
	irc_crowd_pass(c, 1000);
	irc_crowd_say(c, 4, "alice", "Alice", "at last");
	crowd_assert(c->said, "Alice[c]: at last\n");
}

/* Nor are many waited for, one after the other, when nobody gets in. */
static void test_loses_patience(void **state)
{
	static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
	struct irc_crowd *c = *state;
	for (size_t i = 1; i <= ARRAY_LEN(ids); i++)
		c->all[i].is_deaf = true;
	irc_crowd_start(c);
	for (int i = 0; i < (int)ARRAY_LEN(ids); i++)
		irc_crowd_say(c, i + 1, ids[i], ids[i], "hello");
	irc_crowd_pass(c, 3 * VOICE_WAIT_MS);
	crowd_assert(c->said, "belfry: <a> hello\nbelfry: <b> hello\n"
			      "belfry: <c> hello\nbelfry: <d> hello\n"
			      "belfry: <e> hello\nbelfry: <f> hello\n");
	/* One who is let in makes it worth while again. */
	c->all[1].is_deaf = c->all[7].is_deaf = false;
	irc_crowd_pass(c, 1000);
	buf_clear(&c->said);
	irc_crowd_say(c, 7, "a", "a", "here");
	irc_crowd_say(c, 8, "g", "g", "here");
	irc_crowd_pass(c, 3000);
	crowd_assert(c->said, "a[c]: here\ng[c]: here\n");
}

/* What one connection says stands before what another says after it. */
static void test_order(void **state)
{
	struct irc_crowd *c = *state;
	c->params.window = 4;
	c->is_silent = true;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Alice", "first");
	irc_crowd_say_unshown(c, 2, "Bob", "second");
	irc_crowd_pass(c, 1000);
	crowd_assert(c->said, "Alice[c]: first\n");
	irc_crowd_tell(c, 1, ":s PONG s :1");
	irc_crowd_serve(c);
	crowd_assert(c->said, "belfry: <Bob> second\n");
}

static void test_limit(void **state)
{
	struct irc_crowd *c = *state;
	c->params.puppets.max = 1;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	irc_crowd_say(c, 2, "bob", "Bob", "hello");
	crowd_assert(c->said, "Alice[c]: hello\nbelfry: <Bob> hello\n");
	assert_int_equal(c->count, 2);
}

/* A channel that does not hear the puppet hears the bridge. */
static void test_unheard(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	c->refuses_text = true;
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	crowd_assert(c->said, "belfry: <Alice> hello\n");
	c->refuses_text = false;
	irc_crowd_say(c, 2, "alice", "Alice", "once more");
	crowd_assert(c->said, "belfry: <Alice> once more\n");
	irc_crowd_pass(c, VOICE_MUTE_MS);
	irc_crowd_say(c, 3, "alice", "Alice", "me");
	crowd_assert(c->said, "Alice[c]: me\n");
}

/* A link that dies in the middle: in doubt, and the bridge goes on. */
static void test_dies(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	buf_clear(&c->log);
	c->is_silent = true;
	irc_crowd_say(c, 2, "alice", "Alice", "is this heard");
	irc_crowd_cut(c, 1, NULL);
	crowd_assert(c->log,
		"event own Alice[c]: is this heard\nreceipt 2 in doubt\n");
	buf_clear(&c->said);
	irc_crowd_say(c, 3, "alice", "Alice", "next");
	crowd_assert(c->said, "belfry: <Alice> next\n");
}

static void test_relaymsg(void **state)
{
	struct irc_crowd *c = *state;
	c->caps = "draft/relaymsg=/";
	c->params.has_puppets = false;
	c->params.relaymsg = true;
	irc_crowd_start(c);
	irc_crowd_say(c, 1, "alice", "Al Ice", "hello");
	crowd_assert(c->said, "RELAYMSG #a Al_Ice/c hello\n");
	/* Not allowed: the bridge says it, and does not ask again soon. */
	c->refuses_text = true;
	irc_crowd_say(c, 2, "alice", "Al Ice", "again");
	crowd_assert(c->said, "belfry: <Al Ice> again\n");
	c->refuses_text = false;
	irc_crowd_say(c, 4, "alice", "Al Ice", "more");
	crowd_assert(c->said, "belfry: <Al Ice> more\n");
	crowd_assert(c->log, "receipt 1 done!\nreceipt 2 done!\n"
			     "receipt 4 done!\n");
	irc_crowd_say_unshown(c, 3, "Bob", "plain");
	crowd_assert(c->said, "belfry: <Bob> plain\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_speaks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unshown, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_waits_no_longer, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_loses_patience, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unheard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relaymsg, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
