#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/outbound.h"

#include "unit/support/end_irc_outbound_rig.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { LATE_MS = 60 * 1000 };

/* The line and the PING behind it, which is answered. */
static void expect_confirmed(struct outbound_rig *rig, const char *line)
{
	char ping[64];
	irc_peer_expect(&rig->peer, "%s", line);
	snprintf(ping, sizeof(ping), "%s", irc_peer_next(&rig->peer));
	assert_memory_equal(ping, "PING ", 5);
	irc_peer_feed(&rig->peer, ":s PONG s :%s",
		ping[5] == ':' ? ping + 6 : ping + 5);
}

static void test_one_line(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	irc_peer_expect_none(&rig->peer); /* from the loop only */
	irc_peer_turn(&rig->peer);
	outbound_rig_expect(rig, "");
	expect_confirmed(rig, "PRIVMSG #a :<A> hi");
	outbound_rig_expect(rig, "1 done! 9\n");
	irc_peer_expect_none(&rig->peer);
}

static void test_kinds(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1n<A> \nhi");
	outbound_rig_add(rig, 2, "1a* A \nwaves");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "NOTICE #a :<A> hi");
	expect_confirmed(rig, "PRIVMSG #a :* A waves");
	outbound_rig_expect(rig, "1 done! 9\n2 done! 12\n");
}

static void test_parts_are_confirmed_one_by_one(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \none\ntwo\nthree");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> one");
	outbound_rig_expect(rig, "1 done 10\n");
	expect_confirmed(rig, "PRIVMSG #a :<A> two");
	outbound_rig_expect(rig, "1 done 14\n");
	expect_confirmed(rig, "PRIVMSG #a :<A> three");
	outbound_rig_expect(rig, "1 done! 20\n");
}

/* After a restart: what was confirmed is not said again. */
static void test_goes_on_at_its_progress(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add_from(rig, 1, "1m<A> \none\ntwo\nthree", 10);
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> two");
	outbound_rig_expect(rig, "1 done 14\n");
	expect_confirmed(rig, "PRIVMSG #a :<A> three");
	outbound_rig_expect(rig, "1 done! 20\n");
}

static void test_styles_go_on_in_later_lines(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \n\x02one\ntwo");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> \x02one");
	expect_confirmed(rig, "PRIVMSG #a :<A> \x02two");
	outbound_rig_expect(rig, "1 done 11\n1 done! 15\n");
}

/* Blank lines say nothing; the last line that does confirms it all. */
static void test_blank_lines(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \none\n\n\n\x02\n");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> one");
	outbound_rig_expect(rig, "1 done! 15\n");
	outbound_rig_add(rig, 2, "1m<A> \n\n\x02\n");
	outbound_rig_expect(rig, "2 refused 0\n");
}

static void test_refused(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	outbound_rig_add(rig, 2, "1m<A> \nho");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&rig->peer, "PING 1");
	irc_peer_feed(&rig->peer, ":s 412 belfry :No text to send");
	irc_peer_feed(&rig->peer, ":s PONG s :1");
	/* Handled: the next one has its turn. */
	outbound_rig_expect(rig, "1 refused 0\n");
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> ho");
	irc_peer_expect(&rig->peer, "PING 2");
	irc_peer_feed(&rig->peer, ":s PONG s :2");
	outbound_rig_expect(rig, "2 done! 9\n");
}

static void test_blocked_takes_all_back(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(rig, i, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&rig->peer, "PING 1");
	irc_peer_feed(&rig->peer, ":s 404 belfry #a :Cannot send to channel");
	outbound_rig_expect(rig, "1 later 0\n2 later 0\n3 later 0\n");
	irc_peer_feed(&rig->peer, ":s PONG s :1");
	outbound_rig_expect(rig, "");
	irc_peer_expect_none(&rig->peer);
	/* It is not stuck. */
	outbound_rig_add(rig, 4, "1m<A> \nho");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> ho");
}

static void test_blocked_in_the_middle(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \none\ntwo");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> one");
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> two");
	irc_peer_expect(&rig->peer, "PING 2");
	irc_peer_feed(&rig->peer, ":s 404 belfry #a :Cannot send to channel");
	outbound_rig_expect(rig, "1 done 10\n1 later 10\n");
}

static void test_link_lost_after_writing(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \none\ntwo");
	outbound_rig_add(rig, 2, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> one");
	irc_peer_close(&rig->peer, "reset by peer");
	outbound_rig_expect(rig, "1 done 10\n1 in doubt 10\n2 later 0\n");
}

static void test_link_lost_before_writing(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	rig->peer.is_full = true;
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	irc_peer_expect_none(&rig->peer);
	irc_peer_close(&rig->peer, "reset by peer");
	outbound_rig_expect(rig, "1 later 0\n");
	/* And while there is none. */
	outbound_rig_add(rig, 2, "1m<A> \nhi");
	outbound_rig_expect(rig, "2 later 0\n");
}

static void test_kicked(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	irc_peer_feed(&rig->peer, ":op!o@h KICK #a belfry :out");
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	outbound_rig_expect(rig, "1 later 0\n");
}

static void test_closing_inside_a_receipt(void **state)
{
	struct outbound_rig *rig = *state;
	rig->params.window = 4;
	outbound_rig_begin(rig, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(rig, i, "1m<A> \none");
	outbound_rig_add(rig, 4, "1m<A> \none\ntwo");
	irc_peer_turn(&rig->peer);
	rig->close_at = 4;
	irc_peer_feed(&rig->peer, ":s PONG s :4");
	outbound_rig_expect(rig, "1 done! 10\n2 done! 10\n3 done! 10\n"
				 "4 done 10\n");
	assert_null(rig->outbound);
}

static void test_closing_inside_the_last_receipt(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	outbound_rig_add(rig, 2, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	rig->close_at = 1;
	irc_peer_feed(&rig->peer, ":s PONG s :1");
	outbound_rig_expect(rig, "1 done! 9\n");
}

static void test_closing_while_settling(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(rig, i, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	rig->close_at = 2;
	irc_peer_close(&rig->peer, "reset by peer");
	outbound_rig_expect(rig, "1 in doubt 0\n2 later 0\n");
}

static void test_closing_takes_back_what_waits(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	rig->peer.is_full = true;
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	irc_outbound_close(TAKE(rig->outbound));
	irc_peer_drain(&rig->peer);
	irc_peer_turn(&rig->peer);
	assert_null(strstr(rig->peer.written.data, "PRIVMSG"));
	outbound_rig_expect(rig, "");
}

/* The bridge delivers again while it hears of the failures. */
static void test_adding_inside_a_receipt(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \nhi");
	outbound_rig_add(rig, 2, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&rig->peer, "PING 1");
	rig->again_at = 1;
	irc_peer_feed(&rig->peer, ":s 404 belfry #a :Cannot send to channel");
	outbound_rig_expect(rig, "1 later 0\n2 later 0\n");
	irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> again");
	irc_peer_expect(&rig->peer, "PING 2");
	irc_peer_feed(&rig->peer, ":s PONG s :2");
	outbound_rig_expect(rig, "101 done! 12\n");
}

static void test_late_lines_carry_their_time(void **state)
{
	struct outbound_rig *rig = *state;
	rig->params.late_after_ms = LATE_MS;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \nnew");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> new");
	outbound_rig_add(rig, 2, "1m<A> \nold\nlines");
	clock_freeze(clock_mono_ms(), clock_wall_ms() + LATE_MS);
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :[12:26 UTC] <A> old");
	expect_confirmed(rig, "PRIVMSG #a :[12:26 UTC] <A> lines");
	outbound_rig_add(rig, 3, "1m<A> \nancient");
	clock_freeze(clock_mono_ms(), clock_wall_ms() + 24 * 3600 * 1000);
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :[2020-09-13 12:27 UTC] <A> ancient");
}

static void test_most_lines(void **state)
{
	struct outbound_rig *rig = *state;
	rig->params.max_lines = 2;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "1m<A> \na\nb\nc\nd");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> a");
	expect_confirmed(rig, "PRIVMSG #a :<A> b");
	expect_confirmed(
		rig, "PRIVMSG #a :<A> \xe2\x80\xa6 (4 more bytes, cut)");
	outbound_rig_expect(rig, "1 done 8\n1 done 10\n1 done! 14\n");
	irc_peer_expect_none(&rig->peer);
	outbound_rig_add(rig, 2, "1m<A> \na\nb");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> a");
	expect_confirmed(rig, "PRIVMSG #a :<A> b");
	irc_peer_expect_none(&rig->peer);
}

/* Every line fits for those who receive it, and none is lost. */
static void test_long_text(void **state)
{
	struct outbound_rig *rig = *state;
	struct buf payload AUTOBUF;
	struct buf got AUTOBUF;
	static const char prefix[] = "PRIVMSG #a :<A> ";
	size_t room;
	outbound_rig_begin(rig, NULL);
	room = irc_conn_text_room(rig->peer.conn, "PRIVMSG", "#a");
	buf_init(&payload, 1 << 16);
	buf_init(&got, 1 << 16);
	buf_adds(&payload, "1m<A> \n");
	for (int i = 0; i < 400; i++)
		buf_addf(&payload, "w\xc3\xb6rd%d ", i);
	outbound_rig_add(rig, 1, payload.data);
	irc_peer_turn(&rig->peer);
	for (int i = 1; rig->peer.written.len; i++) {
		const char *line = irc_peer_next(&rig->peer);
		size_t n = strlen(prefix);
		assert_memory_equal(line, prefix, n);
		assert_true(strlen(line) - strlen("PRIVMSG #a :") <= room);
		buf_adds(&got, line + n);
		if (got.data[got.len - 1] != ' ')
			buf_addc(&got, ' ');
		irc_peer_expect(&rig->peer, "PING %d", i);
		irc_peer_feed(&rig->peer, ":s PONG s :%d", i);
	}
	assert_string_equal(got.data, strchr(payload.data, '\n') + 1);
	assert_non_null(strstr(rig->receipts.data, "1 done! "));
}

static void test_unreadable_payloads(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, NULL);
	outbound_rig_add(rig, 1, "2m<A> \nhi");
	outbound_rig_add(rig, 2, "1x<A> \nhi");
	outbound_rig_add(rig, 3, "1m<A> hi");
	outbound_rig_add(rig, 4, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	expect_confirmed(rig, "PRIVMSG #a :<A> hi");
	outbound_rig_expect(rig, "1 refused 0\n2 refused 0\n3 refused 0\n"
				 "4 done! 9\n");
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_line),
		T(test_kinds),
		T(test_parts_are_confirmed_one_by_one),
		T(test_goes_on_at_its_progress),
		T(test_styles_go_on_in_later_lines),
		T(test_blank_lines),
		T(test_refused),
		T(test_blocked_takes_all_back),
		T(test_blocked_in_the_middle),
		T(test_link_lost_after_writing),
		T(test_link_lost_before_writing),
		T(test_kicked),
		T(test_closing_inside_a_receipt),
		T(test_closing_inside_the_last_receipt),
		T(test_closing_while_settling),
		T(test_closing_takes_back_what_waits),
		T(test_adding_inside_a_receipt),
		T(test_late_lines_carry_their_time),
		T(test_most_lines),
		T(test_long_text),
		T(test_unreadable_payloads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
