#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/claims.h"

#include "unit/support/irc_crowd.h"

static int setup(void **state)
{
	static struct irc_crowd crowd;
	irc_crowd_init(&crowd);
	*state = &crowd;
	irc_crowd_start(&crowd);
	irc_crowd_admit(&crowd, "alice", "Alice");
	irc_crowd_admit(&crowd, "bob", "Bob");
	irc_crowd_pass(&crowd, 3000);
	assert_true(crowd.all[2].is_in);
	return 0;
}

static int teardown(void **state)
{
	irc_crowd_release(*state);
	return 0;
}

/* So many nicks at once that a table is made. */
static void list_many(struct irc_crowd *c)
{
	for (int i = 0; i < 100; i++)
		irc_crowd_tell(c, 0, ":n%d!n@host JOIN #a", i);
	buf_clear(&c->log);
}

static void hears(struct irc_crowd *c, const char *source, const char *log)
{
	irc_crowd_tell(c, 0, ":%s PRIVMSG #a :hi", source);
	crowd_assert(c->log, log);
}

static void comes(struct irc_crowd *c, const char *source, const char *log)
{
	irc_crowd_tell(c, 0, ":%s PART #a", source);
	irc_crowd_tell(c, 0, ":%s JOIN #a", source);
	hears(c, source, log);
}

static void test_finds(void **state)
{
	struct irc_crowd *c = *state;
	list_many(c);
	comes(c, "Alice[c]!alice@host", "event own Alice[c]: hi\n");
	comes(c, "bob{C}!bob@host", "event own bob{C}: hi\n");
	comes(c, "eve!e@host", "event eve: hi\n");
}

/* What is made of one time is not believed at another. */
static void test_changes(void **state)
{
	struct irc_crowd *c = *state;
	list_many(c);
	irc_crowd_tell(c, 1, ":Alice[c]!alice@host NICK Guest1");
	comes(c, "Guest1!alice@host", "event own Guest1: hi\n");
	list_many(c);
	comes(c, "Guest1!alice@host", "event own Guest1: hi\n");
	/* What it was called a moment ago. */
	comes(c, "Alice[c]!alice@host", "event own Alice[c]: hi\n");
	comes(c, "Alice[c]!mallory@host", "event Alice[c]: hi\n");
	irc_crowd_admit(c, "eve", "Eve");
	irc_crowd_pass(c, 3000);
	buf_clear(&c->log);
	irc_crowd_say(c, 1, "eve", "Eve", "hello");
	crowd_assert(c->log, "event own Eve[c]: hello\nreceipt 1 done!\n");
}

/* Who is gone is not there. */
static void test_goes(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_dismiss(c, "alice");
	list_many(c);
	irc_crowd_pass(c, 400 * 1000);
	comes(c, "Alice[c]!alice@host", "event Alice[c]: hi\n");
	list_many(c);
	comes(c, "Alice[c]!alice@host", "event Alice[c]: hi\n");
	comes(c, "Bob[c]!bob@host", "event own Bob[c]: hi\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_finds),
		T(test_changes),
		T(test_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
