#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people/folk.h"

#include "irc/channel.h"
#include "unit/support/irc_room.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	struct irc_peer peer;
	struct irc_folk folk;
};

static int setup(void **state)
{
	static struct fixture f;
	static const char relay[] = "bad mask";
	char *relays[] = {xstrdup("discord"), xstrdup("*!*@*.matrix.example"),
		xstrdup("[m]*!*@*"), xstrdup(relay)};
	const struct irc_folk_params params = {
		.network = "net",
		.relays = (const char *const *)relays,
		.relay_count = ARRAY_LEN(relays),
		.ignores_bots = true,
	};

	irc_peer_init(&f.peer);
	irc_peer_make(&f.peer);
	irc_folk_init(&f.folk, f.peer.conn, &params);
	f.folk.identity = irc_identity_new(f.peer.conn, "net", NULL);
	/* Not needed any more. */
	for (size_t i = 0; i < ARRAY_LEN(relays); i++)
		free(relays[i]);
	irc_room_up(&f.peer, "account-notify account-tag message-tags");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	irc_room_folk_release(&f->folk);
	irc_peer_release(&f->peer);
	return 0;
}

static enum irc_sort sort(struct fixture *f, const char *address, bool is_bot)
{
	struct irc_source source;
	char text[IRC_SOURCE_BYTES];

	snprintf(text, sizeof(text), "%s", address);
	assert_int_equal(irc_source_parse(&source, text), 0);
	return irc_folk_sort(&f->folk, &source, is_bot);
}

static void test_sorts(void **state)
{
	static const struct {
		const char *address;
		bool is_bot;
		enum irc_sort sort;
	} rows[] = {
		{"bob!b@h", false, IRC_SORT_PERSON},
		{"bob", false, IRC_SORT_PERSON},
		{"bob!b@h", true, IRC_SORT_BOT},
		{"Belfry!x@y", false, IRC_SORT_SELF},
		{"belfry", true, IRC_SORT_SELF},
		{"Discord!d@h", false, IRC_SORT_BRIDGE},
		{"discord", true, IRC_SORT_BRIDGE},
		{"discord2!d@h", false, IRC_SORT_PERSON},
		{"x!y@a.MATRIX.example", false, IRC_SORT_BRIDGE},
		{"x!y@matrix.example", false, IRC_SORT_PERSON},
		{"{M}x!y@h", false, IRC_SORT_BRIDGE},
		{"ChanServ!x@services.example.net", false, IRC_SORT_SERVICE},
		{"X!x@Services.", false, IRC_SORT_SERVICE},
		{"x!x@services", false, IRC_SORT_PERSON},
		{"x!x@my.services.net", false, IRC_SORT_PERSON},
		{"ChanServ!x@h", false, IRC_SORT_PERSON},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (sort(*state, rows[i].address, rows[i].is_bot) !=
			rows[i].sort)
			fail_msg("%s", rows[i].address);
}

static void test_bots_may_be_people(void **state)
{
	struct fixture *f = *state;

	f->folk.ignores_bots = false;
	assert_int_equal(sort(f, "bob!b@h", true), IRC_SORT_PERSON);
}

static void test_portraits(void **state)
{
	struct fixture *f = *state;
	struct irc_portrait portrait;
	struct irc_message message;
	const struct person *who = &portrait.person;
	char line[] = "@account=R\xe9"
		      "al;bot :B\xf6"
		      "b!b@h\xe9 PRIVMSG #a :x";
	char plain[] = ":bob PRIVMSG #a :x";

	irc_portrait_init(&portrait);
	assert_int_equal(irc_message_parse(&message, line, strlen(line)), 0);
	irc_portrait_of_message(&portrait, &f->folk, &message);
	assert_string_equal(who->id, "net/@r\xe9"
				     "al");
	assert_string_equal(who->name, "B\xc3\xb6"
				       "b");
	assert_string_equal(who->account, "R\xc3\xa9"
					  "al");
	assert_string_equal(who->address, "B\xc3\xb6"
					  "b!b@h\xc3\xa9");
	assert_true(who->is_bot);
	irc_portrait_of_past(&portrait, &f->folk, &message);
	assert_string_equal(who->id, "net/@r\xe9"
				     "al");
	assert_true(who->is_bot);
	assert_int_equal(irc_message_parse(&message, plain, strlen(plain)), 0);
	irc_portrait_of_message(&portrait, &f->folk, &message);
	assert_string_equal(who->id, "net/bob");
	assert_null(who->account);
	assert_null(who->address);
	assert_false(who->is_bot);
	irc_portrait_release(&portrait);
}

static void test_portrait_of_a_user(void **state)
{
	struct fixture *f = *state;
	struct irc_portrait portrait;
	const struct irc_user *user;

	irc_peer_feed(&f->peer, "@account=Real :bob!b@h JOIN #a");
	user = irc_conn_user(f->peer.conn, "bob");
	assert_non_null(user);
	irc_portrait_init(&portrait);
	irc_portrait_of_user(&portrait, &f->folk, "net/x", user);
	assert_string_equal(portrait.person.id, "net/x");
	assert_string_equal(portrait.person.account, "Real");
	assert_string_equal(portrait.person.address, "bob!b@h");
	irc_portrait_release(&portrait);
	assert_int_equal(irc_folk_sort_user(&f->folk, user), IRC_SORT_PERSON);
	user = irc_conn_user(f->peer.conn, "belfry");
	assert_int_equal(irc_folk_sort_user(&f->folk, user), IRC_SORT_SELF);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sorts),
		T(test_bots_may_be_people),
		T(test_portraits),
		T(test_portrait_of_a_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
