#include "irc_direct.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static const char ALICE[] = "arn:x/user/alice";

static void on_begin(void *arg, const struct irc_direct *begun)
{
	struct irc_talk *talk = arg;

	buf_addf(&talk->log, "begins: %s as %s with %s (%s)\n", begun->from->id,
		begun->from->name, begun->to, begun->to_name);
	assert_string_equal(begun->network, "test");
	if (!talk->is_slow)
		irc_talk_open(talk, begun->from->id, begun->from->name);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct irc_talk *talk = arg;

	assert_int_equal(event->origin, ORIGIN_PERSON);
	if (talk->is_busy)
		return END_BUSY;
	buf_addf(&talk->log, "%s %c: %s\n", event->sender.id,
		"man"[event->kind], text_plain(event->text));
	return END_TAKEN;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "in doubt",
	};
	struct irc_talk *talk = arg;

	buf_addf(&talk->log, "%d %s%s%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "",
		receipt->why ? ": " : "", str_or_empty(receipt->why));
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct irc_talk *talk = arg;

	buf_addf(&talk->log, "%s%s\n", ready ? "ready" : "not ready: ", why);
}

static void on_position(void *arg, int64_t position)
{
	(void)arg;
	assert_int_equal(position, clock_wall_ms());
}

void irc_talk_open(struct irc_talk *talk, const char *person, const char *nick)
{
	const struct end_sink sink = {
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.arg = talk,
	};
	const struct end_irc_direct_params params = {
		.mapping = "direct.test.1",
		.person = person,
		.name = nick,
		.peer = ALICE,
		.peer_name = "Alice",
	};

	assert_null(talk->room);
	talk->room = end_irc_open_direct(talk->crowd.end, &params, &sink);
	assert_non_null(talk->room);
	talk->room->ops->start(talk->room, -1);
}

void irc_talk_close(struct irc_talk *talk)
{
	struct end_room *room = TAKE(talk->room);

	if (room)
		room->ops->close(room);
	irc_crowd_serve(&talk->crowd);
}

int irc_talk_setup_cold(void **state)
{
	static struct irc_talk talk;

	memset(&talk, 0, sizeof(talk));
	irc_crowd_init(&talk.crowd);
	buf_init(&talk.log, 1 << 16);
	talk.crowd.params.direct = on_begin;
	talk.crowd.params.arg = &talk;
	*state = &talk;
	return 0;
}

void irc_talk_start(struct irc_talk *talk)
{
	irc_crowd_start(&talk->crowd);
	irc_crowd_admit(&talk->crowd, "alice", "Alice");
	assert_true(talk->crowd.all[1].is_in);
	irc_talk_come(talk, "bob!b@home");
	buf_clear(&talk->crowd.log);
	buf_clear(&talk->crowd.said);
}

int irc_talk_setup(void **state)
{
	int error = irc_talk_setup_cold(state);

	irc_talk_start(*state);
	return error;
}

int irc_talk_teardown(void **state)
{
	struct irc_talk *talk = *state;

	irc_talk_close(talk);
	irc_crowd_release(&talk->crowd);
	buf_release(&talk->log);
	return 0;
}

void irc_talk_come(struct irc_talk *talk, const char *mask)
{
	irc_crowd_tell(&talk->crowd, 0, ":%s JOIN #a", mask);
	irc_crowd_serve(&talk->crowd);
}

void irc_talk_say(struct irc_talk *talk, const char *mask, const char *command,
	const char *text)
{
	irc_crowd_tell(
		&talk->crowd, 1, ":%s %s Alice[c] :%s", mask, command, text);
	irc_crowd_serve(&talk->crowd);
}

void irc_talk_reply(
	struct irc_talk *talk, int n, enum event_kind kind, const char *text)
{
	struct text AUTOTEXT said;
	struct buf AUTOBUF payload;
	const char *why = NULL;
	char id[16];
	const struct event event = {
		.kind = kind,
		.origin = ORIGIN_PERSON,
		.sender = {.id = ALICE, .name = "Alice"},
		.text = &said,
		.source_id = id,
		.position = clock_wall_ms(),
	};

	text_init(&said, 1 << 16);
	buf_init(&payload, 1 << 16);
	text_append_plain(&said, text);
	(void)snprintf(id, sizeof(id), "m%d", n);
	assert_int_equal(
		talk->room->ops->prepare(talk->room, &event, &payload, &why),
		0);
	const struct parcel parcel = {
		.ticket = (uint64_t)n,
		.source_id = id,
		.token = "token",
		.payload = payload.data,
		.payload_len = payload.len,
		.position = event.position,
	};
	talk->room->ops->deliver(talk->room, &parcel);
	irc_crowd_serve(&talk->crowd);
}
