/* Parcels that were sent before: looked for, then confirmed, sent, or left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/outbound.h"

#include "unit/support/irc_room.h"
#include "util/alloc.h"

#include <stdio.h>
#include <string.h>

#define NO_HISTORY "batch message-tags server-time"

struct fixture {
	struct irc_peer peer;
	struct irc_outbound_params params;
	struct irc_outbound *outbound;
	struct buf receipts;
	bool skip_doubt;
	bool close_in_receipt;
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

	buf_addf(&f->receipts, "%d %s%s%s %zu%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "",
		receipt->is_final ? " for ever" : "", receipt->progress,
		*receipt->dest_id ? " " : "", receipt->dest_id);
	if (f->close_in_receipt)
		irc_outbound_close(TAKE(f->outbound));
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.outbound = NULL};
	irc_peer_init(&f.peer);
	irc_peer_make(&f.peer);
	buf_init(&f.receipts, 1 << 16);
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

static void begin_window(struct fixture *f, const char *caps, unsigned window)
{
	irc_room_up(&f->peer, caps);
	f->params = (struct irc_outbound_params){
		.conn = f->peer.conn,
		.channel = "#a",
		.window = window,
		.receipt = on_receipt,
		.late_after_ms = 1000,
		.arg = f,
	};
	f->outbound = irc_outbound_new(f->peer.loop, &f->params);
	irc_peer_pass(&f->peer, 10000);
}

static void begin(struct fixture *f, const char *caps)
{
	begin_window(f, caps, 1);
}

/* First sent when the minute began. */
static void add(struct fixture *f, uint64_t ticket, const char *payload,
	int64_t first_sent_ms)
{
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = ticket == 1 ? "m1" : "m2",
		.token = "token",
		.payload = payload,
		.payload_len = strlen(payload),
		.position = ROOM_MINUTE_MS,
		.first_sent_ms = first_sent_ms,
		.skip_doubt = f->skip_doubt,
	};

	irc_outbound_add(f->outbound, &parcel);
}

static void expect_receipts(struct fixture *f, const char *text)
{
	irc_peer_turn(&f->peer);
	assert_string_equal(f->receipts.data, text);
	buf_clear(&f->receipts);
}

static void expect_lookup(struct fixture *f)
{
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:21:40.000Z");
}

#define PAGE(f, ...)                                                           \
	irc_room_page(&(f)->peer, (const char *const[]){__VA_ARGS__},          \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* The late mark is part of what is sent again, not of what was sent. */
static void expect_said(struct fixture *f, const char *id, const char *text)
{
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer,
		"@+belfry/id=%s PRIVMSG #a :[12:26 UTC] <A> %s", id, text);
}

static void test_found_by_text(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_lookup(f);
	irc_peer_expect_none(&f->peer);
	PAGE(f, "x0 -9 bla", "x1 1 !<A> hi");
	expect_receipts(f, "1 done! 9 x1\n");
	irc_peer_expect_none(&f->peer);
}

static void test_found_with_its_late_mark(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 ![12:26 UTC] <A> hi");
	expect_receipts(f, "1 done! 9 x1\n");
}

static void test_not_there(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 !<A> hi", "x1 1 <A> hi");
	expect_said(f, "m1.2", "hi");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_receipts(f, "1 done! 9\n");
}

/* Marked parts of a message: what is there is confirmed, the rest is sent. */
static void test_parts(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \none\ntwo\nthree", ROOM_MINUTE_MS);
	expect_lookup(f);
	irc_peer_feed(&f->peer, ":s BATCH +p chathistory #a");
	for (int n = 4; n <= 8; n += 4)
		irc_peer_feed(&f->peer,
			"@batch=p;time=%s;msgid=x%d;+belfry/id=m1.%d "
			":belfry!u@h PRIVMSG #a :whatever",
			irc_room_time(-1), n, n);
	irc_peer_feed(&f->peer, ":s BATCH -p");
	expect_receipts(f, "1 done 11 x4\n1 done 15 x8\n");
	expect_said(f, "m1.13", "three");
}

/* The n-th of two alike with the n-th that is there. */
static void test_two_alike(void **state)
{
	struct fixture *f = *state;

	begin_window(f, ROOM_CAPS, 2);
	add(f, 1, "1m<A> \nok", ROOM_MINUTE_MS);
	add(f, 2, "1m<A> \nok", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 !<A> ok");
	expect_receipts(f, "1 done! 9 x1\n");
	expect_said(f, "m2.2", "ok");
}

/* What an earlier one of the same text was confirmed by is not the later's. */
static void test_known_already(void **state)
{
	struct fixture *f = *state;

	begin(f, "batch draft/chathistory draft/event-playback echo-message "
		 "message-tags server-time");
	add(f, 1, "1m<A> \nok", 0);
	irc_peer_turn(&f->peer);
	(void)irc_peer_next(&f->peer);
	irc_peer_feed(&f->peer,
		"@msgid=x1 :belfry!bel@here PRIVMSG #a :[12:26 UTC] <A> ok");
	expect_receipts(f, "1 done! 9 x1\n");
	add(f, 2, "1m<A> \nok", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 ![12:26 UTC] <A> ok");
	expect_said(f, "m2.2", "ok");
}

static void test_no_history(void **state)
{
	struct fixture *f = *state;

	begin(f, NO_HISTORY);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_said(f, "m1.2", "hi");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	f->skip_doubt = true;
	add(f, 2, "1m<A> \nhi", ROOM_MINUTE_MS);
	add(f, 3, "1m<A> \nnew", 0);
	expect_receipts(f, "1 done! 9\n2 in doubt for ever 0\n3 later 0\n");
	irc_peer_expect_none(&f->peer);
}

static void test_history_too_short(void **state)
{
	struct fixture *f = *state;

	f->skip_doubt = true;
	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_lookup(f);
	irc_room_page(&f->peer, NULL, 0);
	irc_peer_turn(&f->peer);
	(void)irc_peer_next(&f->peer);
	irc_room_page(&f->peer, NULL, 0);
	expect_receipts(f, "1 in doubt for ever 0\n");
}

/* One look-up is enough for all of one link; a new link has its own. */
static void test_once_per_link(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 !<A> hi", "x2 2 !<A> ho");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:41.999Z");
	irc_room_page(&f->peer, NULL, 0);
	expect_receipts(f, "1 done! 9 x1\n");
	add(f, 2, "1m<A> \nho", ROOM_MINUTE_MS);
	expect_receipts(f, "2 done! 9 x2\n");
	irc_peer_expect_none(&f->peer);
	irc_outbound_left(f->outbound);
	irc_room_again(&f->peer, ROOM_CAPS);
	add(f, 2, "1m<A> \nho", ROOM_MINUTE_MS);
	expect_lookup(f);
}

static void test_left_meanwhile(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	add(f, 2, "1m<A> \nho", 0);
	expect_lookup(f);
	irc_outbound_left(f->outbound);
	expect_receipts(f, "1 later 0\n2 later 0\n");
	irc_room_again(&f->peer, ROOM_CAPS);
	/* It is still in doubt; the other never was, whatever the bridge
	 * says. */
	add(f, 2, "1m<A> \nho", ROOM_MINUTE_MS);
	expect_said(f, "m2.2", "ho");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_receipts(f, "2 done! 9\n");
	expect_lookup(f);
}

static void test_not_in_the_channel(void **state)
{
	struct fixture *f = *state;

	f->skip_doubt = true;
	begin(f, ROOM_CAPS);
	irc_peer_feed(&f->peer, ":op!o@h KICK #a belfry :out");
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	expect_receipts(f, "1 later 0\n");
}

static void test_closed_inside(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	f->close_in_receipt = true;
	add(f, 1, "1m<A> \nhi", ROOM_MINUTE_MS);
	add(f, 2, "1m<A> \nho", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 !<A> hi");
	expect_receipts(f, "1 done! 9 x1\n");
}

/* Their puppet was "bob". */
static bool past_voice(void *arg, const struct rendered *rendered,
	enum irc_way way, struct irc_voice *ret)
{
	(void)arg;
	if (way != IRC_WAY_PUPPET || !span_is(rendered->name, "A"))
		return false;
	ret->way = way;
	(void)snprintf(ret->nick, sizeof(ret->nick), "BOB");
	return true;
}

static void begin_puppets(struct fixture *f)
{
	begin(f, ROOM_CAPS);
	irc_outbound_close(f->outbound);
	f->params.past_voice = past_voice;
	f->outbound = irc_outbound_new(f->peer.loop, &f->params);
}

/* What the puppet said is found, by its text and by its mark. */
static void test_said_by_puppet(void **state)
{
	struct fixture *f = *state;

	begin_puppets(f);
	add(f, 1, "2m<A> \none\ntwo\nthree\x01sarn:x\nA", ROOM_MINUTE_MS);
	expect_lookup(f);
	irc_peer_feed(&f->peer, ":s BATCH +p chathistory #a");
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s;msgid=x0 :eve!e@h PRIVMSG #a :one",
		irc_room_time(-9));
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s;msgid=x1 :bob!u@h PRIVMSG #a :one",
		irc_room_time(1));
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s;msgid=x2;+belfry/id=m1.8 "
		":bob!u@h PRIVMSG #a :two",
		irc_room_time(2));
	irc_peer_feed(&f->peer, ":s BATCH -p");
	/* The page was full. */
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:41.999Z");
	PAGE(f, "x2 2 two");
	expect_said(f, "m1.22", "three");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_receipts(f, "1 done 15 x2\n1 done! 29\n");
}

/* What somebody else said is not. */
static void test_said_by_another(void **state)
{
	struct fixture *f = *state;

	begin_puppets(f);
	add(f, 1, "2m<A> \nhi\x01sarn:x\nB", ROOM_MINUTE_MS);
	expect_lookup(f);
	PAGE(f, "x0 -9 bla", "x1 1 hi");
	expect_said(f, "m1.11", "hi");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_found_by_text),
		T(test_found_with_its_late_mark),
		T(test_not_there),
		T(test_parts),
		T(test_two_alike),
		T(test_known_already),
		T(test_no_history),
		T(test_history_too_short),
		T(test_once_per_link),
		T(test_left_meanwhile),
		T(test_not_in_the_channel),
		T(test_closed_inside),
		T(test_said_by_puppet),
		T(test_said_by_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
