#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/outbound.h"

#include "end_chime/content.h"
#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRUST_MS = 10 * 60 * 1000 };

#define SEND "POST /channels/APP/channel/c/messages"
#define JOIN "POST /channels/APP/channel/c/memberships"
#define USER "POST /app-instance-users"
#define BOB "\"id\":\"net%2Fbob\""

struct fixture {
	struct service s;
	struct users *users;
	struct chime_outbound *outbound;
	struct buf receipts;
	uint64_t close_at; /* close inside the receipt of this ticket */
	uint64_t again_at; /* add a parcel inside this one */
	int64_t retry_ms;
	char why[512];
};

static void add(struct fixture *f, uint64_t ticket, const char *more,
	int64_t first_sent_ms);

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
	assert_int_equal(receipt->complete, receipt->outcome == RECEIPT_DONE);
	buf_addf(&f->receipts, "%d %s%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], *receipt->dest_id ? " " : "",
		receipt->dest_id);
	f->retry_ms = receipt->retry_ms;
	if (receipt->why)
		snprintf(f->why, sizeof(f->why), "%s", receipt->why);
	if (f->close_at == receipt->ticket)
		chime_outbound_close(TAKE(f->outbound));
	if (f->again_at == receipt->ticket) {
		f->again_at = 0;
		add(f, receipt->ticket + 100, "", 0);
	}
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.receipts, 1 << 16);
	const struct users_params users = {
		.client = f.s.w.client,
		.store = &f.s.store.base,
		.app_instance = WORLD_APP,
		.bridge = WORLD_USER,
		.name_template = "{nick}",
	};
	f.users = users_new(&users);
	const struct chime_outbound_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
		.token_trust_ms = TRUST_MS,
		.receipt = on_receipt,
		.arg = &f,
	};
	f.outbound = chime_outbound_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	chime_outbound_close(f->outbound);
	service_settle(&f->s);
	users_free(f->users);
	service_release(&f->s);
	buf_release(&f->receipts);
	return 0;
}

/* "hi" of Bob, with more members of the payload; token "t<ticket>". */
static void add(struct fixture *f, uint64_t ticket, const char *more,
	int64_t first_sent_ms)
{
	char payload[512], token[32];
	snprintf(payload, sizeof(payload),
		"{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
		"\"content\":\"hi %d\"%s%s}",
		(int)ticket, *more ? "," : "", more);
	snprintf(token, sizeof(token), "t%d", (int)ticket);
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "x1",
		.token = token,
		.payload = payload,
		.payload_len = strlen(payload),
		.first_sent_ms = first_sent_ms,
	};
	chime_outbound_add(f->outbound, &parcel);
}

static void expect_receipts(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->receipts.data, text);
	buf_clear(&f->receipts);
}

static void expect_send(struct fixture *f, const char *content)
{
	service_expect(&f->s, SEND);
	assert_string_equal(service_string(&f->s, "Content"), content);
}

static void sent(struct fixture *f, const char *id)
{
	service_answer(&f->s, 201, "{\"MessageId\":\"%s\"}", id);
}

/* Bob has spoken here before. */
static void know_bob(struct fixture *f)
{
	add(f, 99, BOB, 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_send(f, "hi 99");
	sent(f, "m99");
	expect_receipts(f, "99 done m99\n");
}

static void test_by_the_bridge(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	assert_int_equal(f->s.w.request_count, 0);
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_string_equal(service_string(&f->s, "Type"), "STANDARD");
	assert_string_equal(service_string(&f->s, "Persistence"), "PERSISTENT");
	assert_string_equal(service_string(&f->s, "ClientRequestToken"), "t1");
	assert_string_equal(service_string(&f->s, "Metadata"),
		"{\"belfry\":{\"v\":1,\"kind\":\"message\",\"tok\":\"t1\","
		"\"id\":\"x1\"}}");
	expect_receipts(f, "");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
	service_expect_none(&f->s);
}

static void test_by_a_puppet(void **state)
{
	struct fixture *f = *state;
	add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	assert_string_equal(service_string(&f->s, "Name"), "Bob");
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
	/* From now on it is one call. */
	add(f, 2, BOB, 0);
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "2 done m2\n");
}

static void test_one_at_a_time_in_order(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "", 0);
	for (int i = 1; i <= 3; i++) {
		char content[16], id[16];
		snprintf(content, sizeof(content), "hi %d", i);
		snprintf(id, sizeof(id), "m%d", i);
		expect_send(f, content);
		service_settle(&f->s);
		assert_int_equal(f->s.w.request_count, 1);
		sent(f, id);
	}
	expect_receipts(f, "1 done m1\n2 done m2\n3 done m3\n");
}

/* Whatever happens in between, the very same bytes are sent again. */
static void test_retries_are_byte_identical(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	expect_send(f, "hi 1");
	char *AUTOFREE first = xstrdup(f->s.bytes);
	service_answer(&f->s, 503, "{}");
	service_settle(&f->s);
	clock_advance(5000);
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	service_answer(&f->s, 429, "{\"Code\":\"Throttled\"}");
	service_settle(&f->s);
	clock_advance(30000);
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	/* Given up in the end: the bridge brings it again. */
	service_answer(&f->s, 503, "{}");
	service_settle(&f->s);
	clock_advance(60000);
	expect_receipts(f, "1 later\n");
	while (f->s.w.request_count) /* a last try, cut short */
		service_cut(&f->s);
	add(f, 1, "", clock_wall_ms() - 60000);
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	add(f, 2, "", 0);
	expect_send(f, "hi 1");
	service_answer(&f->s, 400,
		"{\"Code\":\"BadRequest\",\"Message\":\"too odd\"}");
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "1 refused\n2 done m2\n");
	assert_non_null(strstr(f->why, "too odd"));
}

static void test_denied_by_the_flow(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	expect_send(f, "hi 1");
	service_answer(&f->s, 201,
		"{\"MessageId\":\"m1\",\"Status\":{\"Value\":\"DENIED\"}}");
	expect_receipts(f, "1 refused\n");
	add(f, 2, "", 0);
	expect_send(f, "hi 2");
	service_answer(&f->s, 201,
		"{\"MessageId\":\"m2\",\"Status\":{\"Value\":\"SENT\"}}");
	expect_receipts(f, "2 done m2\n");
}

/* The bridge itself may not: people must act, all wait. */
static void test_bridge_forbidden(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	add(f, 2, "", 0);
	add(f, 3, "", 0);
	expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{\"Message\":\"not you\"}");
	expect_receipts(f, "1 later\n2 later\n3 later\n");
	assert_int_equal(f->retry_ms, 30000);
	service_expect_none(&f->s);
	/* It is not stuck. */
	add(f, 1, "", 0);
	expect_send(f, "hi 1");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
}

/* Removed from the channel by somebody: it joins again, once. */
static void test_puppet_was_removed(void **state)
{
	struct fixture *f = *state;
	know_bob(f);
	add(f, 1, BOB, 0);
	expect_send(f, "hi 1");
	char *AUTOFREE first = xstrdup(f->s.bytes);
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
}

/* Banned: the message is refused, its sender is told, others go on. */
static void test_puppet_is_banned(void **state)
{
	struct fixture *f = *state;
	know_bob(f);
	add(f, 1, BOB, 0);
	add(f, 2, "", 0);
	expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 403, "{\"Message\":\"banned\"}");
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "1 refused\n2 done m2\n");
	assert_non_null(strstr(f->why, "Bob may not speak"));
	/* And when joining works but speaking does not. */
	add(f, 3, BOB, 0);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_send(f, "hi 3");
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_send(f, "hi 3");
	service_answer(&f->s, 403, "{}");
	expect_receipts(f, "3 refused\n");
}

/* Deleted by an administrator: it is made again. */
static void test_puppet_was_deleted(void **state)
{
	static const int statuses[] = {401, 404};
	struct fixture *f = *state;
	know_bob(f);
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		add(f, 1, BOB, 0);
		expect_send(f, "hi 1");
		service_answer(&f->s, statuses[i], "{}");
		service_expect(&f->s, USER);
		service_answer(&f->s, 201, "{}");
		service_expect(&f->s, JOIN);
		service_answer(&f->s, 201, "{}");
		expect_send(f, "hi 1");
		sent(f, "m1");
		expect_receipts(f, "1 done m1\n");
	}
}

static void test_puppet_cannot_be_made(void **state)
{
	struct fixture *f = *state;
	add(f, 1, BOB, 0);
	add(f, 2, "", 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 400, "{\"Message\":\"odd name\"}");
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "1 refused\n2 done m2\n");
	/* The quota of users: people must act. */
	add(f, 3, BOB, 0);
	add(f, 4, "", 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 403, "{}");
	expect_receipts(f, "3 later\n4 later\n");
}

/* ---- what was sent before ---- */

static void expect_look_up(struct fixture *f, int64_t first_sent_ms)
{
	char from[CLOCK_ISO8601_BYTES], line[512];
	clock_format_iso8601(first_sent_ms - 60000, from);
	snprintf(line, sizeof(line),
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=%s&max-results=50",
		from);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

#define MARKED(id, token)                                                      \
	"{\"MessageId\":\"" id "\",\"Content\":\"x\",\"Metadata\":"            \
	"\"{\\\"belfry\\\":{\\\"tok\\\":\\\"" token "\\\"}}\"}"

static void test_fresh_token_is_trusted(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", clock_wall_ms() - TRUST_MS + 1000);
	expect_send(f, "hi 1");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
}

static void test_found_by_its_token(void **state)
{
	struct fixture *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	add(f, 1, "", then);
	add(f, 2, "", 0);
	expect_look_up(f, then);
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[{\"MessageId\":\"m0\"}," MARKED(
			"m8", "other") "],\"NextToken\":\"n\"}");
	service_expect(&f->s,
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=2021-01-19T17:49:00.000Z&max-results=50&"
		"next-token=n");
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[" MARKED(
			"m9", "t1") "],\"NextToken\":\"more\"}");
	/* Not sent again, and no page more than is needed. */
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "1 done m9\n2 done m2\n");
}

static void test_not_found_is_sent(void **state)
{
	struct fixture *f = *state;
	int64_t then = clock_wall_ms() - 24 * 3600 * 1000;
	add(f, 1, BOB, then);
	expect_look_up(f, then);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_expect(&f->s, USER);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 409, "{}");
	expect_send(f, "hi 1");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
}

static void test_look_up_fails(void **state)
{
	struct fixture *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	add(f, 1, "", then);
	add(f, 2, "", 0);
	expect_look_up(f, then);
	service_answer(&f->s, 403, "{}");
	/* Never sent blindly. */
	expect_receipts(f, "1 later\n2 later\n");
	service_expect_none(&f->s);
}

/* The token is in use: perhaps by our own call of before. */
static void test_conflict_is_looked_up(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_wall_ms();
	add(f, 1, "", 0);
	expect_send(f, "hi 1");
	service_answer(&f->s, 409, "{}");
	expect_look_up(f, now - TRUST_MS);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m9", "t1") "]}");
	expect_receipts(f, "1 done m9\n");
	add(f, 2, "", 0);
	expect_send(f, "hi 2");
	service_answer(&f->s, 409, "{}");
	expect_look_up(f, now - TRUST_MS);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_send(f, "hi 2");
	service_answer(&f->s, 409, "{}");
	expect_receipts(f, "2 later\n");
}

/* ---- ends ---- */

static void test_unreadable_payload(void **state)
{
	struct fixture *f = *state;
	const struct parcel parcel = {
		.ticket = 1,
		.source_id = "x1",
		.token = "t1",
		.payload = "{\"v\":2}",
		.payload_len = 7,
	};
	chime_outbound_add(f->outbound, &parcel);
	add(f, 2, "", 0);
	expect_send(f, "hi 2");
	sent(f, "m2");
	expect_receipts(f, "1 refused\n2 done m2\n");
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	/* While sending. */
	add(f, 1, "", 0);
	expect_send(f, "hi 1");
	chime_outbound_close(TAKE(f->outbound));
	sent(f, "m1");
	expect_receipts(f, "");
	teardown(state);
	/* While a puppet is made. */
	setup(state);
	add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	chime_outbound_close(TAKE(f->outbound));
	service_answer(&f->s, 201, "{}");
	expect_receipts(f, "");
	service_expect_none(&f->s);
	teardown(state);
	/* While looking it up. */
	setup(state);
	then = clock_wall_ms() - TRUST_MS;
	add(f, 1, "", then);
	expect_look_up(f, then);
	chime_outbound_close(TAKE(f->outbound));
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_receipts(f, "");
	service_expect_none(&f->s);
	chime_outbound_close(NULL);
}

static void test_closing_inside_receipts(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	add(f, 2, "", 0);
	f->close_at = 1;
	expect_send(f, "hi 1");
	sent(f, "m1");
	expect_receipts(f, "1 done m1\n");
	service_expect_none(&f->s);
	teardown(state);
	setup(state);
	for (uint64_t i = 1; i <= 3; i++)
		add(f, i, "", 0);
	f->close_at = 2;
	expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	expect_receipts(f, "1 later\n2 later\n");
	teardown(state);
	setup(state);
	int64_t then = clock_wall_ms() - TRUST_MS;
	f->close_at = 1;
	add(f, 1, "", then);
	expect_look_up(f, then);
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[" MARKED(
			"m9", "t1") "],"
				    "\"NextToken\":\"n\"}");
	expect_receipts(f, "1 done m9\n");
	service_expect_none(&f->s);
}

static void test_adding_inside_a_receipt(void **state)
{
	struct fixture *f = *state;
	add(f, 1, "", 0);
	add(f, 2, "", 0);
	f->again_at = 1;
	expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	expect_send(f, "hi 101");
	sent(f, "m101");
	expect_receipts(f, "1 later\n2 later\n101 done m101\n");
	f->again_at = 3;
	add(f, 3, "", 0);
	expect_send(f, "hi 3");
	sent(f, "m3");
	expect_send(f, "hi 103");
	sent(f, "m103");
	expect_receipts(f, "3 done m3\n103 done m103\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_by_the_bridge),
		T(test_by_a_puppet),
		T(test_one_at_a_time_in_order),
		T(test_retries_are_byte_identical),
		T(test_refused),
		T(test_denied_by_the_flow),
		T(test_bridge_forbidden),
		T(test_puppet_was_removed),
		T(test_puppet_is_banned),
		T(test_puppet_was_deleted),
		T(test_puppet_cannot_be_made),
		T(test_fresh_token_is_trusted),
		T(test_found_by_its_token),
		T(test_not_found_is_sent),
		T(test_look_up_fails),
		T(test_conflict_is_looked_up),
		T(test_unreadable_payload),
		T(test_closing),
		T(test_closing_inside_receipts),
		T(test_adding_inside_a_receipt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
