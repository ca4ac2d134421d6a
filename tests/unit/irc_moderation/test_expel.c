#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/expel.h"

#include "unit/support/irc_room.h"

#include <errno.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_peer peer;
	irc_peer_init(&peer);
	irc_peer_make(&peer);
	irc_peer_start(&peer);
	irc_peer_welcome(&peer, NULL, "PREFIX=(qohv)~@%+ KICKLEN=60");
	irc_peer_join(&peer, "#a");
	irc_peer_feed(&peer, ":bob!b@h JOIN #a");
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	return 0;
}

static void test_ranks(void **state)
{
	static const struct {
		const char *change;
		int result;
	} rows[] = {
		{"+v-o belfry belfry", -EPERM},
		{"+h belfry", 0},
		{"-h+q belfry belfry", 0},
		{"-qv belfry belfry", -EPERM},
	};
	struct irc_peer *peer = *state;
	const struct removal removal = {.person_id = "x"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		irc_peer_feed(peer, ":s MODE #a %s", rows[i].change);
		assert_int_equal(irc_expel(peer->conn, "#a", "bob", &removal),
			rows[i].result);
		irc_peer_turn(peer);
		if (rows[i].result == 0)
			irc_peer_expect(peer,
				"KICK #a bob :removed from the Chime channel");
		irc_peer_expect_none(peer);
	}
}

static void test_who(void **state)
{
	struct irc_peer *peer = *state;
	const struct removal removal = {.person_id = "x"};
	assert_int_equal(irc_expel(peer->conn, "#a", "eve", &removal), -ENOENT);
	assert_int_equal(irc_expel(peer->conn, "#a", NULL, &removal), -ENOENT);
	assert_int_equal(irc_expel(peer->conn, "#b", "bob", &removal), -EPERM);
}

/* As long as the server takes, and one line. */
static void test_reason(void **state)
{
	struct irc_peer *peer = *state;
	const struct removal removal = {
		.person_id = "x",
		.actor = "A\r\nB",
		.reason = "one\ntwo three four five six seven eight nine",
	};
	assert_int_equal(irc_expel(peer->conn, "#a", "bob", &removal), 0);
	irc_peer_turn(peer);
	const char *line = irc_peer_next(peer);
	assert_non_null(strstr(line, ":removed from the Chime channel by AB: "
				     "one two three"));
	assert_int_equal(strlen(strchr(line, ':') + 1), 60);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ranks),
		T(test_who),
		T(test_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
