#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/draft.h"

#include "unit/support/irc_room.h"
#include "util/clock.h"
#include "util/str.h"

#include <string.h>

static int setup(void **state)
{
	static struct irc_peer peer;
	irc_peer_init(&peer);
	irc_peer_make(&peer);
	irc_room_up(&peer, "");
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	return 0;
}

static struct irc_draft read_draft(const struct irc_voice *voice, const char *s)
{
	struct irc_draft draft = {
		.payload_len = strlen(s),
		.channel = "#a",
		.voice = voice,
	};
	assert_int_equal(render_read(&draft.rendered, s, strlen(s)), 0);
	return draft;
}

static void expect_line(
	const struct irc_draft *draft, size_t *sent, const char *line)
{
	struct buf AUTOBUF out;
	buf_init(&out, 8192);
	assert_true(irc_draft_line(draft, *sent, &out, sent));
	assert_string_equal(out.data, line);
}

#define BY "\x01sarn:x\nA"

static void test_ways(void **state)
{
	struct irc_peer *peer = *state;
	static const struct {
		enum irc_way way;
		const char *payload, *line;
	} rows[] = {
		{IRC_WAY_BRIDGE, "2m<A> \nhi" BY, "<A> hi"},
		{IRC_WAY_RELAY, "2m<A> \nhi" BY, "hi"},
		{IRC_WAY_PUPPET, "2m<A> \nhi" BY, "hi"},
		{IRC_WAY_BRIDGE, "2a* A \nwaves" BY, "* A waves"},
		{IRC_WAY_PUPPET, "2a* A \nwaves" BY,
			"\x01"
			"ACTION waves\x01"},
		{IRC_WAY_PUPPET, "2n<A> \nhi" BY, "hi"},
		{IRC_WAY_BRIDGE, "1m<A> \nhi", "<A> hi"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct irc_voice voice = {
			.way = rows[i].way, .conn = peer->conn, .nick = "A/c"};
		const struct irc_draft draft =
			read_draft(&voice, rows[i].payload);
		size_t sent = 0;
		expect_line(&draft, &sent, rows[i].line);
		assert_int_equal(sent, strlen(rows[i].payload));
	}
}

/* Each line by another voice: nothing is lost, nothing is said twice. */
static void test_voice_changes(void **state)
{
	struct irc_peer *peer = *state;
	const struct irc_voice bridge = {.conn = peer->conn};
	const struct irc_voice puppet = {
		.way = IRC_WAY_PUPPET, .conn = peer->conn};
	const char *payload = "2m<A> \none\ntwo\nthree" BY;
	struct irc_draft draft = read_draft(&bridge, payload);
	size_t sent = 0;
	expect_line(&draft, &sent, "<A> one");
	draft.voice = &puppet;
	expect_line(&draft, &sent, "two");
	draft.voice = &bridge;
	expect_line(&draft, &sent, "<A> three");
	assert_int_equal(sent, strlen(payload));
}

/* The markers of an action are reckoned with. */
static void test_long_action(void **state)
{
	struct irc_peer *peer = *state;
	const struct irc_voice voice = {
		.way = IRC_WAY_PUPPET, .conn = peer->conn};
	char payload[2000] = "2a* A \n";
	struct buf AUTOBUF out;
	size_t sent = 0, room = irc_conn_text_room(peer->conn, "PRIVMSG", "#a");
	memset(payload + 7, 'x', 1000);
	memcpy(payload + 1007, BY, sizeof(BY));
	const struct irc_draft draft = read_draft(&voice, payload);
	buf_init(&out, 8192);
	assert_true(irc_draft_line(&draft, 0, &out, &sent));
	assert_int_equal(out.len, room);
	assert_int_equal(out.data[out.len - 1], '\x01');
}

static void test_late_and_cut(void **state)
{
	struct irc_peer *peer = *state;
	const struct irc_voice voice = {
		.way = IRC_WAY_PUPPET, .conn = peer->conn};
	struct irc_draft draft = read_draft(&voice, "2a* A \nwaves" BY);
	struct buf AUTOBUF out;
	size_t sent = 0;
	draft.position = clock_wall_ms() - 3600 * 1000;
	draft.late = irc_draft_late(draft.position, 60 * 1000);
	expect_line(&draft, &sent,
		"\x01"
		"ACTION [11:26 UTC] waves\x01");
	assert_int_equal(irc_draft_late(draft.position, 0), IRC_NOT_LATE);
	buf_init(&out, 1000);
	irc_draft_cut(&draft, 7, &out, &sent);
	assert_string_equal(out.data,
		"\x01"
		"ACTION \xe2\x80\xa6 (5 more bytes, cut)\x01");
	assert_int_equal(sent, draft.payload_len);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ways),
		T(test_voice_changes),
		T(test_long_action),
		T(test_late_and_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
