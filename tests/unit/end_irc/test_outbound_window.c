/* Several parcels under way at a time, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/outbound.h"

#include "unit/support/irc_peer.h"
#include "util/clock.h"

#include <string.h>

static const char labels[] = "batch echo-message labeled-response message-tags";

struct fixture {
	struct irc_peer peer;
	struct irc_outbound_params params;
	struct irc_outbound *outbound;
	struct buf receipts;
};

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "in doubt",
	};
	struct fixture *f = arg;

	buf_addf(&f->receipts, "%d %s%s %zu%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "",
		receipt->progress, *receipt->dest_id ? " " : "",
		receipt->dest_id);
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.outbound = NULL};
	irc_peer_init(&f.peer);
	buf_init(&f.receipts, 1 << 16);
	f.params = (struct irc_outbound_params){
		.channel = "#a",
		.window = 4,
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

/* Our line comes back with its label. */
static void feed_echo(struct fixture *f, int label, const char *text)
{
	irc_peer_feed(&f->peer,
		"@label=%d;msgid=x%d :belfry!b@h PRIVMSG #a :<A> %s", label,
		label, text);
}

static void test_window_of_one(void **state)
{
	struct fixture *f = *state;
	f->params.window = 1;
	begin(f, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	for (int i = 0; i < 3; i++) {
		irc_peer_expect(&f->peer, "PRIVMSG #a :<A> hi");
		irc_peer_expect(&f->peer, "PING %d", i + 1);
		irc_peer_expect_none(&f->peer);
		irc_peer_feed(&f->peer, ":s PONG s :%d", i + 1);
	}
	expect_receipts(f, "1 done! 9\n2 done! 9\n3 done! 9\n");
}

static void test_window_of_four(void **state)
{
	struct fixture *f = *state;
	begin(f, labels);
	for (uint64_t i = 1; i <= 5; i++)
		add(f, i, i == 4 ? "1m<A> \na\nb" : "1m<A> \na");
	irc_peer_turn(&f->peer);
	for (int i = 1; i <= 4; i++)
		irc_peer_expect(&f->peer,
			"@label=%d;+belfry/id=m1.1 PRIVMSG #a :<A> a", i);
	irc_peer_expect_none(&f->peer);
	for (int i = 1; i <= 3; i++)
		feed_echo(f, i, "a");
	expect_receipts(f, "1 done! 8 x1\n2 done! 8 x2\n3 done! 8 x3\n");
	/* There is room, but the fourth is not yet said. */
	irc_peer_expect_none(&f->peer);
	feed_echo(f, 4, "a");
	expect_receipts(f, "4 done 8 x4\n");
	irc_peer_expect(&f->peer, "@label=5;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect(&f->peer, "@label=6;+belfry/id=m1.1 PRIVMSG #a :<A> a");
	feed_echo(f, 5, "b");
	feed_echo(f, 6, "a");
	expect_receipts(f, "4 done! 10 x5\n5 done! 8 x6\n");
}

/* Each is said once, in order, although the second is not taken at first. */
static void test_part_blocked_in_a_window(void **state)
{
	struct fixture *f = *state;
	begin(f, labels);
	add(f, 1, "1m<A> \na\nb\nc");
	add(f, 2, "1m<A> \nd");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "@label=1;+belfry/id=m1.1 PRIVMSG #a :<A> a");
	irc_peer_expect_none(&f->peer);
	feed_echo(f, 1, "a");
	expect_receipts(f, "1 done 8 x1\n");
	irc_peer_expect(&f->peer, "@label=2;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect_none(&f->peer);
	irc_peer_feed(&f->peer, "@label=2 :s 404 belfry #a :No");
	expect_receipts(f, "1 later 8\n2 later 0\n");
	irc_peer_expect_none(&f->peer);
	add_from(f, 1, "1m<A> \na\nb\nc", 8);
	add(f, 2, "1m<A> \nd");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "@label=3;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect_none(&f->peer);
	feed_echo(f, 3, "b");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "@label=4;+belfry/id=m1.5 PRIVMSG #a :<A> c");
	irc_peer_expect(&f->peer, "@label=5;+belfry/id=m1.1 PRIVMSG #a :<A> d");
	feed_echo(f, 4, "c");
	feed_echo(f, 5, "d");
	expect_receipts(f, "1 done 10 x3\n1 done! 12 x4\n2 done! 8 x5\n");
}

/* The link dies behind the second: the first is not said again. */
static void test_part_lost_in_a_window(void **state)
{
	struct fixture *f = *state;
	begin(f, labels);
	add(f, 1, "1m<A> \na\nb\nc");
	irc_peer_turn(&f->peer);
	feed_echo(f, 1, "a");
	irc_peer_turn(&f->peer);
	irc_peer_close(&f->peer, "reset by peer");
	expect_receipts(f, "1 done 8 x1\n1 in doubt 8\n");
}

/* Nothing goes back before all of the window is settled, then in order. */
static void test_failure_in_a_window(void **state)
{
	struct fixture *f = *state;
	begin(f, labels);
	for (uint64_t i = 1; i <= 4; i++)
		add(f, i, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	irc_peer_feed(&f->peer, "@label=2 :s 404 belfry #a :No");
	expect_receipts(f, "");
	add(f, 5, "1m<A> \nlast");
	irc_peer_feed(&f->peer, "@label=1 :belfry!b@h PRIVMSG #a :<A> hi");
	irc_peer_feed(&f->peer, "@label=3 :s 412 belfry :No text");
	expect_receipts(f, "1 done! 9\n");
	irc_peer_feed(&f->peer, "@label=4 :belfry!b@h PRIVMSG #a :<A> hi");
	expect_receipts(f, "4 done! 9\n2 later 0\n3 refused 0\n5 later 0\n");
}

/* Window of two: one is certain not to have arrived, one is not. */
static void test_doubt_beside_later(void **state)
{
	struct fixture *f = *state;
	f->params.window = 2;
	begin(f, labels);
	add(f, 1, "1m<A> \none");
	add(f, 2, "1m<A> \ntwo");
	irc_peer_turn(&f->peer);
	irc_peer_feed(&f->peer, "@label=1 :s 404 belfry #a :No");
	expect_receipts(f, "");
	irc_peer_close(&f->peer, "reset by peer");
	expect_receipts(f, "1 later 0\n2 in doubt 0\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_window_of_one),
		T(test_window_of_four),
		T(test_part_blocked_in_a_window),
		T(test_part_lost_in_a_window),
		T(test_failure_in_a_window),
		T(test_doubt_beside_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
