#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/outbound.h"

#include "unit/support/irc_peer.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { LATE_MS = 60 * 1000 };

/* One room's way out, with all that it answers. */
struct fixture {
	struct irc_peer peer;
	struct irc_outbound_params params;
	struct irc_outbound *outbound;
	struct buf receipts;
	uint64_t close_at; /* close inside the receipt of this ticket */
	uint64_t again_at; /* add a parcel inside this one */
};

static void add(struct fixture *f, uint64_t ticket, const char *payload);

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "in doubt",
	};
	struct fixture *f = arg;
	assert_int_equal(
		receipt->why == NULL, receipt->outcome == RECEIPT_DONE);
	buf_addf(&f->receipts, "%d %s%s %zu%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "",
		receipt->progress, *receipt->dest_id ? " " : "",
		receipt->dest_id);
	if (f->close_at == receipt->ticket)
		irc_outbound_close(TAKE(f->outbound));
	if (f->again_at == receipt->ticket) {
		f->again_at = 0;
		add(f, receipt->ticket + 100, "1m<A> \nagain");
	}
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	buf_init(&f.receipts, 1 << 16);
	f.params = (struct irc_outbound_params){
		.channel = "#a",
		.window = 1,
		.receipt = on_receipt,
		.arg = &f,
	};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	irc_outbound_close(f->outbound);
	irc_peer_turn(&f->peer);
	irc_peer_release(&f->peer);
	buf_release(&f->receipts);
	return 0;
}

/* Ready and in #a. */
static void begin(struct fixture *f, const char *caps)
{
	irc_peer_make(&f->peer);
	irc_peer_start(&f->peer);
	irc_peer_welcome(&f->peer, caps, "CHANTYPES=#");
	irc_peer_join(&f->peer, "#a");
	f->params.conn = f->peer.conn;
	f->outbound = irc_outbound_new(f->peer.loop, &f->params);
}

static void add_from(struct fixture *f, uint64_t ticket, const char *payload,
	size_t progress)
{
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "m1",
		.token = "token",
		.payload = payload,
		.payload_len = strlen(payload),
		.progress = progress,
		.position = clock_wall_ms(),
	};
	irc_outbound_add(f->outbound, &parcel);
}

static void add(struct fixture *f, uint64_t ticket, const char *payload)
{
	add_from(f, ticket, payload, 0);
}

static void expect_receipts(struct fixture *f, const char *text)
{
	irc_peer_turn(&f->peer);
	assert_string_equal(f->receipts.data, text);
	buf_clear(&f->receipts);
}

/* The line and the PING behind it, which is answered. */
static void expect_confirmed(struct fixture *f, const char *line)
{
	char ping[64];
	irc_peer_expect(&f->peer, "%s", line);
	snprintf(ping, sizeof(ping), "%s", irc_peer_next(&f->peer));
	assert_memory_equal(ping, "PING ", 5);
	irc_peer_feed(&f->peer, ":s PONG s :%s",
		ping[5] == ':' ? ping + 6 : ping + 5);
}

static void test_one_line(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \nhi");
	irc_peer_expect_none(&f->peer); /* from the loop only */
	irc_peer_turn(&f->peer);
	expect_receipts(f, "");
	expect_confirmed(f, "PRIVMSG #a :<A> hi");
	expect_receipts(f, "1 done! 9\n");
	irc_peer_expect_none(&f->peer);
}

static void test_kinds(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1n<A> \nhi");
	add(f, 2, "1a* A \nwaves");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "NOTICE #a :<A> hi");
	expect_confirmed(f, "PRIVMSG #a :* A waves");
	expect_receipts(f, "1 done! 9\n2 done! 12\n");
}

static void test_parts_are_confirmed_one_by_one(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \none\ntwo\nthree");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> one");
	expect_receipts(f, "1 done 10\n");
	expect_confirmed(f, "PRIVMSG #a :<A> two");
	expect_receipts(f, "1 done 14\n");
	expect_confirmed(f, "PRIVMSG #a :<A> three");
	expect_receipts(f, "1 done! 20\n");
}

/* After a restart: what was confirmed is not said again. */
static void test_goes_on_at_its_progress(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add_from(f, 1, "1m<A> \none\ntwo\nthree", 10);
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> two");
	expect_receipts(f, "1 done 14\n");
	expect_confirmed(f, "PRIVMSG #a :<A> three");
	expect_receipts(f, "1 done! 20\n");
}

static void test_styles_go_on_in_later_lines(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \n\x02one\ntwo");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> \x02one");
	expect_confirmed(f, "PRIVMSG #a :<A> \x02two");
	expect_receipts(f, "1 done 11\n1 done! 15\n");
}

/* Blank lines say nothing; the last line that does confirms it all. */
static void test_blank_lines(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \none\n\n\n\x02\n");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> one");
	expect_receipts(f, "1 done! 15\n");
	add(f, 2, "1m<A> \n\n\x02\n");
	expect_receipts(f, "2 refused 0\n");
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \nhi");
	add(f, 2, "1m<A> \nho");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s 412 belfry :No text to send");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	/* Handled: the next one has its turn. */
	expect_receipts(f, "1 refused 0\n");
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> ho");
	irc_peer_expect(&f->peer, "PING 2");
	irc_peer_feed(&f->peer, ":s PONG s :2");
	expect_receipts(f, "2 done! 9\n");
}

static void test_blocked_takes_all_back(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s 404 belfry #a :Cannot send to channel");
	expect_receipts(f, "1 later 0\n2 later 0\n3 later 0\n");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_receipts(f, "");
	irc_peer_expect_none(&f->peer);
	/* It is not stuck. */
	add(f, 4, "1m<A> \nho");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> ho");
}

static void test_blocked_in_the_middle(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \none\ntwo");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> one");
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> two");
	irc_peer_expect(&f->peer, "PING 2");
	irc_peer_feed(&f->peer, ":s 404 belfry #a :Cannot send to channel");
	expect_receipts(f, "1 done 10\n1 later 10\n");
}

static void test_link_lost_after_writing(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \none\ntwo");
	add(f, 2, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> one");
	irc_peer_close(&f->peer, "reset by peer");
	expect_receipts(f, "1 done 10\n1 in doubt 10\n2 later 0\n");
}

static void test_link_lost_before_writing(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	f->peer.is_full = true;
	add(f, 1, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	irc_peer_expect_none(&f->peer);
	irc_peer_close(&f->peer, "reset by peer");
	expect_receipts(f, "1 later 0\n");
	/* And while there is none. */
	add(f, 2, "1m<A> \nhi");
	expect_receipts(f, "2 later 0\n");
}

static void test_kicked(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	irc_peer_feed(&f->peer, ":op!o@h KICK #a belfry :out");
	add(f, 1, "1m<A> \nhi");
	expect_receipts(f, "1 later 0\n");
}

static void test_closing_inside_a_receipt(void **state)
{
	struct fixture *f = *state;
	f->params.window = 4;
	begin(f, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "1m<A> \none");
	add(f, 4, "1m<A> \none\ntwo");
	irc_peer_turn(&f->peer);
	f->close_at = 4;
	irc_peer_feed(&f->peer, ":s PONG s :4");
	expect_receipts(f, "1 done! 10\n2 done! 10\n3 done! 10\n"
			   "4 done 10\n");
	assert_null(f->outbound);
}

static void test_closing_inside_the_last_receipt(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \nhi");
	add(f, 2, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	f->close_at = 1;
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_receipts(f, "1 done! 9\n");
}

static void test_closing_while_settling(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	f->close_at = 2;
	irc_peer_close(&f->peer, "reset by peer");
	expect_receipts(f, "1 in doubt 0\n2 later 0\n");
}

static void test_closing_takes_back_what_waits(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	f->peer.is_full = true;
	add(f, 1, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	irc_outbound_close(TAKE(f->outbound));
	irc_peer_drain(&f->peer);
	irc_peer_turn(&f->peer);
	assert_null(strstr(f->peer.written.data, "PRIVMSG"));
	expect_receipts(f, "");
}

/* The bridge delivers again while it hears of the failures. */
static void test_adding_inside_a_receipt(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "1m<A> \nhi");
	add(f, 2, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> hi");
	irc_peer_expect(&f->peer, "PING 1");
	f->again_at = 1;
	irc_peer_feed(&f->peer, ":s 404 belfry #a :Cannot send to channel");
	expect_receipts(f, "1 later 0\n2 later 0\n");
	irc_peer_expect(&f->peer, "PRIVMSG #a :<A> again");
	irc_peer_expect(&f->peer, "PING 2");
	irc_peer_feed(&f->peer, ":s PONG s :2");
	expect_receipts(f, "101 done! 12\n");
}

static void test_late_lines_carry_their_time(void **state)
{
	struct fixture *f = *state;
	f->params.late_after_ms = LATE_MS;
	begin(f, NULL);
	add(f, 1, "1m<A> \nnew");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> new");
	add(f, 2, "1m<A> \nold\nlines");
	clock_freeze(clock_mono_ms(), clock_wall_ms() + LATE_MS);
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :[12:26 UTC] <A> old");
	expect_confirmed(f, "PRIVMSG #a :[12:26 UTC] <A> lines");
	add(f, 3, "1m<A> \nancient");
	clock_freeze(clock_mono_ms(), clock_wall_ms() + 24 * 3600 * 1000);
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :[2020-09-13 12:27 UTC] <A> ancient");
}

static void test_most_lines(void **state)
{
	struct fixture *f = *state;
	f->params.max_lines = 2;
	begin(f, NULL);
	add(f, 1, "1m<A> \na\nb\nc\nd");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> a");
	expect_confirmed(f, "PRIVMSG #a :<A> b");
	expect_confirmed(f, "PRIVMSG #a :<A> \xe2\x80\xa6 (4 more bytes, cut)");
	expect_receipts(f, "1 done 8\n1 done 10\n1 done! 14\n");
	irc_peer_expect_none(&f->peer);
	add(f, 2, "1m<A> \na\nb");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> a");
	expect_confirmed(f, "PRIVMSG #a :<A> b");
	irc_peer_expect_none(&f->peer);
}

/* Every line fits for those who receive it, and none is lost. */
static void test_long_text(void **state)
{
	struct fixture *f = *state;
	struct buf payload AUTOBUF;
	struct buf got AUTOBUF;
	static const char prefix[] = "PRIVMSG #a :<A> ";
	size_t room;
	begin(f, NULL);
	room = irc_conn_text_room(f->peer.conn, "PRIVMSG", "#a");
	buf_init(&payload, 1 << 16);
	buf_init(&got, 1 << 16);
	buf_adds(&payload, "1m<A> \n");
	for (int i = 0; i < 400; i++)
		buf_addf(&payload, "w\xc3\xb6rd%d ", i);
	add(f, 1, payload.data);
	irc_peer_turn(&f->peer);
	for (int i = 1; f->peer.written.len; i++) {
		const char *line = irc_peer_next(&f->peer);
		size_t n = strlen(prefix);
		assert_memory_equal(line, prefix, n);
		assert_true(strlen(line) - strlen("PRIVMSG #a :") <= room);
		buf_adds(&got, line + n);
		if (got.data[got.len - 1] != ' ')
			buf_addc(&got, ' ');
		irc_peer_expect(&f->peer, "PING %d", i);
		irc_peer_feed(&f->peer, ":s PONG s :%d", i);
	}
	assert_string_equal(got.data, strchr(payload.data, '\n') + 1);
	assert_non_null(strstr(f->receipts.data, "1 done! "));
}

static void test_unreadable_payloads(void **state)
{
	struct fixture *f = *state;
	begin(f, NULL);
	add(f, 1, "2m<A> \nhi");
	add(f, 2, "1x<A> \nhi");
	add(f, 3, "1m<A> hi");
	add(f, 4, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	expect_confirmed(f, "PRIVMSG #a :<A> hi");
	expect_receipts(f, "1 refused 0\n2 refused 0\n3 refused 0\n"
			   "4 done! 9\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
