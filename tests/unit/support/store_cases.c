#include "store_cases.h"

#include "util/buf.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, DUMP_BYTES = 4096 };

static void set_flag(void *arg)
{
	*(bool *)arg = true;
}

static void turn_until(struct loop *loop, const bool *flag)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	while (!*flag && clock_mono_ms() < end_ms)
		loop_turn(loop, 100);
	assert_true(*flag);
}

void store_settle(struct loop *loop, struct store *store)
{
	bool done = false;

	(void)store_sync(store, set_flag, &done);
	assert_false(done);
	turn_until(loop, &done);
}

static void add_row(const struct store_record *r, void *arg)
{
	struct buf *out = arg;

	switch (r->kind) {
	case STORE_CURSOR:
		buf_addf(out, "cursor %lld\n", (long long)r->position);
		break;
	case STORE_DONE:
		buf_addf(out, "done %s %zu%s %s %lld\n", r->source_id,
			r->progress, r->complete ? "!" : "", r->dest_id,
			(long long)r->position);
		break;
	case STORE_INTENT:
		buf_addf(out, "intent %s %zu %lld\n", r->source_id, r->progress,
			(long long)r->at_ms);
		break;
	case STORE_OUTBOX_ADD:
		buf_addf(out, "outbox %llu %s %s %.*s %lld %lld\n",
			(unsigned long long)r->seq, r->source_id, r->token,
			(int)r->payload_len, (const char *)r->payload,
			(long long)r->position, (long long)r->at_ms);
		break;
	case STORE_ASIDE_ADD:
		buf_addf(out, "aside %llu %s %s %.*s %lld %lld %s\n",
			(unsigned long long)r->seq, r->source_id, r->token,
			(int)r->payload_len, (const char *)r->payload,
			(long long)r->position, (long long)r->at_ms, r->value);
		break;
	default:
		buf_addf(out, "fact %s=%s\n", r->key, r->value);
	}
}

void store_dump(struct store *store, const struct store_query *query, char *out,
	size_t size)
{
	struct buf AUTOBUF text;

	buf_init(&text, size - 1);
	assert_int_equal(0, store_each(store, query, add_row, &text));
	assert_false(text.overflow);
	memcpy(out, text.data, text.len + 1);
}

static void expect(struct store *store, enum store_kind kind, enum lane_way way,
	const char *text)
{
	char dump[DUMP_BYTES];
	struct store_query query = {
		.kind = kind, .way = way, .mapping = "m", .space = "s"};

	store_dump(store, &query, dump, sizeof(dump));
	assert_string_equal(text, dump);
}

static void cursor(struct store *store, const char *mapping, enum lane_way way,
	int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_CURSOR,
				    .mapping = mapping,
				    .way = way,
				    .position = position});
}

void store_case_cursor(struct loop *loop, struct store *store)
{
	expect(store, STORE_CURSOR, LANE_TO_IRC, "");
	for (int i = 0; i < 5; i++)
		cursor(store, "m", LANE_TO_IRC, 100 + i);
	cursor(store, "m", LANE_TO_CHIME, 7);
	cursor(store, "other", LANE_TO_IRC, 9);
	store_settle(loop, store);
	expect(store, STORE_CURSOR, LANE_TO_IRC, "cursor 104\n");
	expect(store, STORE_CURSOR, LANE_TO_CHIME, "cursor 7\n");
	cursor(store, "m", LANE_TO_IRC, 3);
	store_settle(loop, store);
	expect(store, STORE_CURSOR, LANE_TO_IRC, "cursor 3\n");
}

static void done(struct store *store, const char *id, size_t progress,
	bool complete, int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_DONE,
				    .mapping = "m",
				    .way = LANE_TO_IRC,
				    .source_id = id,
				    .progress = progress,
				    .complete = complete,
				    .dest_id = complete ? "last" : "part",
				    .position = position});
}

void store_case_done(struct loop *loop, struct store *store)
{
	char dump[DUMP_BYTES];
	struct store_query since = {
		.kind = STORE_DONE, .mapping = "m", .since = 20};

	done(store, "c", 5, true, 30);
	done(store, "a", 10, false, 10);
	done(store, "a", 25, true, 10);
	done(store, "b", 9, true, 20);
	done(store, "b", 9, true, 20);
	store_settle(loop, store);
	expect(store, STORE_DONE, LANE_TO_IRC,
		"done a 10 part 10\ndone a 25! last 10\n"
		"done b 9! last 20\ndone c 5! last 30\n");
	expect(store, STORE_DONE, LANE_TO_CHIME, "");
	store_dump(store, &since, dump, sizeof(dump));
	assert_string_equal("done b 9! last 20\ndone c 5! last 30\n", dump);
}

static void intent(
	struct store *store, const char *id, size_t progress, int64_t at_ms)
{
	store_append(store, &(struct store_record){.kind = STORE_INTENT,
				    .mapping = "m",
				    .way = LANE_TO_IRC,
				    .source_id = id,
				    .progress = progress,
				    .at_ms = at_ms});
}

void store_case_intent(struct loop *loop, struct store *store)
{
	intent(store, "a", 0, 1000);
	intent(store, "b", 0, 1001);
	intent(store, "c", 0, 1002);
	store_settle(loop, store);
	intent(store, "a", 50, 2000);
	done(store, "a", 50, false, 1);
	done(store, "b", 70, true, 2);
	intent(store, "c", 0, 0);
	store_settle(loop, store);
	expect(store, STORE_INTENT, LANE_TO_IRC, "intent a 50 2000\n");
	done(store, "a", 60, true, 1);
	store_settle(loop, store);
	expect(store, STORE_INTENT, LANE_TO_IRC, "");
}

static void outbox(
	struct store *store, enum store_kind kind, uint64_t seq, const char *id)
{
	store_append(store, &(struct store_record){.kind = kind,
				    .mapping = "m",
				    .way = LANE_TO_CHIME,
				    .seq = seq,
				    .source_id = id,
				    .token = "tok",
				    .payload = "hello, world",
				    .payload_len = 5,
				    .position = 77,
				    .at_ms = 88,
				    .value = "why"});
}

void store_case_outbox(struct loop *loop, struct store *store)
{
	outbox(store, STORE_OUTBOX_ADD, 10, "x");
	outbox(store, STORE_OUTBOX_ADD, 2, "");
	outbox(store, STORE_OUTBOX_ADD, 9, "z");
	store_settle(loop, store);
	expect(store, STORE_OUTBOX_ADD, LANE_TO_CHIME,
		"outbox 2  tok hello 77 88\noutbox 9 z tok hello 77 88\n"
		"outbox 10 x tok hello 77 88\n");
	outbox(store, STORE_OUTBOX_DROP, 9, NULL);
	outbox(store, STORE_OUTBOX_DROP, 9, NULL);
	outbox(store, STORE_OUTBOX_ADD, 11, "y");
	outbox(store, STORE_OUTBOX_DROP, 11, NULL);
	store_settle(loop, store);
	expect(store, STORE_OUTBOX_ADD, LANE_TO_CHIME,
		"outbox 2  tok hello 77 88\noutbox 10 x tok hello 77 88\n");
}

void store_case_aside(struct loop *loop, struct store *store)
{
	outbox(store, STORE_OUTBOX_ADD, 4, "x");
	outbox(store, STORE_ASIDE_ADD, 10, "x");
	outbox(store, STORE_ASIDE_ADD, 4, "");
	outbox(store, STORE_ASIDE_ADD, 5, "gone");
	outbox(store, STORE_OUTBOX_DROP, 4, NULL);
	outbox(store, STORE_ASIDE_DROP, 5, NULL);
	outbox(store, STORE_ASIDE_DROP, 5, NULL);
	store_settle(loop, store);
	expect(store, STORE_OUTBOX_ADD, LANE_TO_CHIME, "");
	expect(store, STORE_ASIDE_ADD, LANE_TO_IRC, "");
	expect(store, STORE_ASIDE_ADD, LANE_TO_CHIME,
		"aside 4  tok hello 77 88 why\naside 10 x tok hello 77 88 "
		"why\n");
}

void store_case_forget(struct loop *loop, struct store *store)
{
	for (int i = 0; i < 6; i++) {
		char id[2] = {(char)('a' + i), '\0'};

		done(store, id, 1, true, i);
		intent(store, id, 0, 1 + i);
	}
	store_append(store, &(struct store_record){.kind = STORE_FORGET,
				    .mapping = "m",
				    .way = LANE_TO_CHIME,
				    .position = 100});
	store_append(store, &(struct store_record){.kind = STORE_FORGET,
				    .mapping = "m",
				    .way = LANE_TO_IRC,
				    .position = 4});
	store_settle(loop, store);
	expect(store, STORE_DONE, LANE_TO_IRC,
		"done e 1! last 4\ndone f 1! last 5\n");
	expect(store, STORE_INTENT, LANE_TO_IRC,
		"intent d 0 4\nintent e 0 5\nintent f 0 6\n");
}

static void fact(struct store *store, const char *space, const char *key,
	const char *value)
{
	store_append(store, &(struct store_record){.kind = STORE_FACT,
				    .space = space,
				    .key = key,
				    .value = value});
}

void store_case_fact(struct loop *loop, struct store *store)
{
	fact(store, "s", "b", "2");
	fact(store, "s", "a", "1");
	fact(store, "s", "gone", "3");
	fact(store, "other", "a", "9");
	store_settle(loop, store);
	fact(store, "s", "a", "one");
	fact(store, "s", "gone", NULL);
	fact(store, "s", "empty", "");
	store_settle(loop, store);
	expect(store, STORE_FACT, 0, "fact a=one\nfact b=2\nfact empty=\n");
}

void store_case_odd_bytes(struct loop *loop, struct store *store)
{
	static const char payload[] = "a\0b";
	char dump[DUMP_BYTES];
	struct store_query query = {.kind = STORE_OUTBOX_ADD,
		.mapping = "it's \"m\"\n\xc3\xa9 %s",
		.way = LANE_TO_CHIME};

	store_append(store, &(struct store_record){.kind = STORE_OUTBOX_ADD,
				    .mapping = query.mapping,
				    .way = LANE_TO_CHIME,
				    .seq = UINT32_MAX,
				    .source_id = "');--",
				    .token = NULL,
				    .payload = payload,
				    .payload_len = sizeof(payload),
				    .position = INT64_MIN,
				    .at_ms = INT64_MAX});
	store_settle(loop, store);
	store_dump(store, &query, dump, sizeof(dump));
	assert_non_null(strstr(dump, "outbox 4294967295 ');-- "));
	assert_non_null(
		strstr(dump, " -9223372036854775808 9223372036854775807"));
}

struct order {
	char text[16];
	size_t len;
	bool all;
};

struct mark {
	struct order *order;
	char letter;
};

static void on_mark(void *arg)
{
	struct mark *mark = arg;

	mark->order->text[mark->order->len++] = mark->letter;
	mark->order->all = mark->letter == 'c' || mark->letter == '!';
}

void store_case_sync_order(struct loop *loop, struct store *store)
{
	struct order order = {.len = 0};
	struct mark a = {&order, 'a'};
	struct mark b = {&order, 'b'};
	struct mark c = {&order, 'c'};

	cursor(store, "m", LANE_TO_IRC, 1);
	(void)store_sync(store, on_mark, &a);
	cursor(store, "m", LANE_TO_IRC, 2);
	(void)store_sync(store, on_mark, &b);
	assert_null(store_sync(store, NULL, NULL));
	assert_int_equal(0, order.len);
	loop_turn(loop, 0);
	cursor(store, "m", LANE_TO_IRC, 3);
	(void)store_sync(store, on_mark, &c);
	turn_until(loop, &order.all);
	assert_string_equal("abc", order.text);
	expect(store, STORE_CURSOR, LANE_TO_IRC, "cursor 3\n");
}

void store_case_sync_cancel(struct loop *loop, struct store *store)
{
	struct order order = {.len = 0};
	struct mark a = {&order, 'a'};
	struct mark b = {&order, 'b'};
	struct mark c = {&order, 'c'};
	struct store_sync *sync;

	cursor(store, "m", LANE_TO_IRC, 1);
	(void)store_sync(store, on_mark, &a);
	sync = store_sync(store, on_mark, &b);
	(void)store_sync(store, on_mark, &c);
	store_cancel(store, sync);
	store_cancel(store, NULL);
	turn_until(loop, &order.all);
	assert_string_equal("ac", order.text);
}

void store_case_sync_of_nothing(struct loop *loop, struct store *store)
{
	store_settle(loop, store);
	cursor(store, "m", LANE_TO_IRC, 1);
	store_settle(loop, store);
	store_settle(loop, store);
}

struct chain {
	struct store *store;
	struct mark mark;
};

static void on_chain(void *arg)
{
	struct chain *chain = arg;

	chain->mark.order->text[chain->mark.order->len++] = '<';
	cursor(chain->store, "m", LANE_TO_IRC, 50);
	(void)store_sync(chain->store, on_mark, &chain->mark);
	chain->mark.order->text[chain->mark.order->len++] = '>';
}

void store_case_sync_in_sync(struct loop *loop, struct store *store)
{
	struct order order = {.len = 0};
	struct chain chain = {store, {&order, '!'}};

	(void)store_sync(store, on_chain, &chain);
	turn_until(loop, &order.all);
	assert_string_equal("<>!", order.text);
	expect(store, STORE_CURSOR, LANE_TO_IRC, "cursor 50\n");
}

void store_case_cannot_ask(struct loop *loop, struct store *store)
{
	struct buf AUTOBUF none;
	struct store_query query = {.kind = STORE_FORGET, .mapping = "m"};

	(void)loop;
	buf_init(&none, 10);
	assert_int_equal(-EINVAL, store_each(store, &query, add_row, &none));
	query.kind = STORE_OUTBOX_DROP;
	assert_int_equal(-EINVAL, store_each(store, &query, add_row, &none));
	query.kind = STORE_ASIDE_DROP;
	assert_int_equal(-EINVAL, store_each(store, &query, add_row, &none));
}
