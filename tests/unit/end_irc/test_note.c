#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/note.h"

#include "unit/support/irc_peer.h"

#include <string.h>

static int setup(void **state)
{
	static struct irc_peer peer;

	irc_peer_init(&peer);
	irc_peer_make(&peer);
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	return 0;
}

static void up(struct irc_peer *peer, const char *caps)
{
	irc_peer_start(peer);
	irc_peer_welcome(peer, caps, "CHANTYPES=#");
	irc_peer_join(peer, "#a");
}

static void test_plain(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, NULL);
	irc_note_send(peer->conn, "#a", "back\r\nagain\x01");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NOTICE #a back");
	irc_peer_expect(peer, "PING 1");
	irc_peer_expect(peer, "NOTICE #a again");
	irc_peer_expect(peer, "PING 2");
	irc_peer_expect_none(peer);
}

static void test_marked(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, "message-tags");
	irc_note_send(peer->conn, "#a", "back");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "@+belfry/id=note NOTICE #a back");
}

static void test_bounded(void **state)
{
	struct irc_peer *peer = *state;
	char text[8192];
	int lines = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	up(peer, NULL);
	irc_note_send(peer->conn, "#a", text);
	irc_peer_turn(peer);
	for (const char *line; *(line = irc_peer_next(peer));)
		lines += strncmp(line, "NOTICE", 6) == 0;
	assert_in_range(lines, 1, IRC_NOTE_LINES);
}

static void test_not_there(void **state)
{
	struct irc_peer *peer = *state;

	irc_note_send(peer->conn, "#a", "nobody hears it");
	up(peer, NULL);
	irc_note_send(peer->conn, "#b", "nor this");
	irc_note_send(peer->conn, "#a", "");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_plain),
		T(test_marked),
		T(test_bounded),
		T(test_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
