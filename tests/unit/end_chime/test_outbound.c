#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_outbound_rig.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_by_the_bridge(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	assert_int_equal(f->s.w.request_count, 0);
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_string_equal(service_string(&f->s, "Type"), "STANDARD");
	assert_string_equal(service_string(&f->s, "Persistence"), "PERSISTENT");
	assert_string_equal(service_string(&f->s, "ClientRequestToken"), "t1");
	assert_string_equal(service_string(&f->s, "Metadata"),
		"{\"belfry\":{\"v\":1,\"kind\":\"message\",\"tok\":\"t1\","
		"\"time\":\"2021-01-19T18:00:00.000Z\",\"id\":\"x1\"}}");
	outbound_rig_expect_receipts(f, "");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
	service_expect_none(&f->s);
}

static void test_by_a_puppet(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	assert_string_equal(service_string(&f->s, "Name"), "Bob");
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
	/* From now on it is one call. */
	outbound_rig_add(f, 2, BOB, 0);
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "2 done m2\n");
}

static void test_one_at_a_time_in_order(void **state)
{
	struct outbound_rig *f = *state;
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(f, i, "", 0);
	for (int i = 1; i <= 3; i++) {
		char content[16], id[16];
		snprintf(content, sizeof(content), "hi %d", i);
		snprintf(id, sizeof(id), "m%d", i);
		outbound_rig_expect_send(f, content);
		service_settle(&f->s);
		assert_int_equal(f->s.w.request_count, 1);
		outbound_rig_sent(f, id);
	}
	outbound_rig_expect_receipts(f, "1 done m1\n2 done m2\n3 done m3\n");
}

/* Whatever happens in between, the very same bytes are sent again. */
static void test_retries_are_byte_identical(void **state)
{
	struct outbound_rig *f = *state;
	f->position = f->turn_ms = clock_wall_ms();
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	char *AUTOFREE first = xstrdup(f->s.bytes);
	service_answer(&f->s, 503, "{}");
	service_settle(&f->s);
	clock_advance(5000);
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	service_answer(&f->s, 429, "{\"Code\":\"Throttled\"}");
	service_settle(&f->s);
	clock_advance(30000);
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	/* Given up in the end: the bridge brings it again. */
	service_answer(&f->s, 503, "{}");
	service_settle(&f->s);
	clock_advance(60000);
	outbound_rig_expect_receipts(f, "1 later\n");
	while (f->s.w.request_count) /* a last try, cut short */
		service_cut(&f->s);
	outbound_rig_add(f, 1, "", clock_wall_ms() - 60000);
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_refused(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 400,
		"{\"Code\":\"BadRequest\",\"Message\":\"too odd\"}");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 refused\n2 done m2\n");
	assert_non_null(strstr(f->why, "too odd"));
}

static void test_denied_by_the_flow(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 201,
		"{\"MessageId\":\"m1\",\"Status\":{\"Value\":\"DENIED\"}}");
	outbound_rig_expect_receipts(f, "1 refused\n");
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 2");
	service_answer(&f->s, 201,
		"{\"MessageId\":\"m2\",\"Status\":{\"Value\":\"SENT\"}}");
	outbound_rig_expect_receipts(f, "2 done m2\n");
}

/* From somebody else than the service, maybe: with the same token again. */
static void test_answer_names_no_message(void **state)
{
	static const char *const answers[] = {
		"{}", "{\"MessageId\":7}", "{\"MessageId\":\"\"}"};
	struct outbound_rig *f = *state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		outbound_rig_add(f, 1, "", 0);
		outbound_rig_expect_send(f, "hi 1");
		service_answer(&f->s, 200, "%s", answers[i]);
		outbound_rig_expect_receipts(f, "1 later\n");
	}
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* The bridge itself may not: people must act, all wait. */
static void test_bridge_forbidden(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_add(f, 3, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{\"Message\":\"not you\"}");
	outbound_rig_expect_receipts(f, "1 later\n2 later\n3 later\n");
	assert_int_equal(f->retry_ms, 30000);
	service_expect_none(&f->s);
	/* It is not stuck. */
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* Removed from the channel by somebody: it joins again, once. */
static void test_puppet_was_removed(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_know_bob(f);
	outbound_rig_add(f, 1, BOB, 0);
	outbound_rig_expect_send(f, "hi 1");
	char *AUTOFREE first = xstrdup(f->s.bytes);
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 1");
	assert_string_equal(f->s.bytes, first);
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* Deleted by an administrator: it is made again. */
static void test_puppet_was_deleted(void **state)
{
	static const int statuses[] = {401, 404};
	struct outbound_rig *f = *state;
	outbound_rig_know_bob(f);
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		outbound_rig_add(f, 1, BOB, 0);
		outbound_rig_expect_send(f, "hi 1");
		service_answer(&f->s, statuses[i], "{}");
		service_expect(&f->s, ASK_BOB);
		service_answer(&f->s, 404, "{}");
		service_expect(&f->s, USER);
		service_answer(&f->s, 201, "{}");
		service_expect(&f->s, JOIN);
		service_answer(&f->s, 201, "{}");
		outbound_rig_expect_send(f, "hi 1");
		outbound_rig_sent(f, "m1");
		outbound_rig_expect_receipts(f, "1 done m1\n");
	}
}

static void test_puppet_cannot_be_made(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	outbound_rig_add(f, 2, "", 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 400, "{\"Message\":\"odd name\"}");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 refused\n2 done m2\n");
	/* The quota of users: people must act. */
	outbound_rig_add(f, 3, BOB, 0);
	outbound_rig_add(f, 4, "", 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_receipts(f, "3 later\n4 later\n");
}

static void test_unreadable_payload(void **state)
{
	struct outbound_rig *f = *state;
	const struct parcel parcel = {
		.ticket = 1,
		.source_id = "x1",
		.token = "t1",
		.payload = "{\"v\":2}",
		.payload_len = 7,
	};
	chime_outbound_add(f->outbound, &parcel);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 refused\n2 done m2\n");
}

static void test_closing(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	/* While sending. */
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	chime_outbound_close(TAKE(f->outbound));
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "");
	outbound_rig_teardown(state);
	/* While a puppet is made. */
	outbound_rig_setup(state);
	outbound_rig_add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	chime_outbound_close(TAKE(f->outbound));
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_receipts(f, "");
	service_expect_none(&f->s);
	outbound_rig_teardown(state);
	/* While looking it up. */
	outbound_rig_setup(state);
	then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_expect_look_up(f, then);
	chime_outbound_close(TAKE(f->outbound));
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_receipts(f, "");
	service_expect_none(&f->s);
	chime_outbound_close(NULL);
}

static void test_closing_inside_receipts(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_add(f, 2, "", 0);
	f->close_at = 1;
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
	service_expect_none(&f->s);
	outbound_rig_teardown(state);
	outbound_rig_setup(state);
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(f, i, "", 0);
	f->close_at = 2;
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_receipts(f, "1 later\n2 later\n");
	outbound_rig_teardown(state);
	outbound_rig_setup(state);
	int64_t then = clock_wall_ms() - TRUST_MS;
	f->close_at = 1;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_expect_look_up(f, then);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m9", "t1") "]}");
	outbound_rig_expect_receipts(f, "1 done m9\n");
	service_expect_none(&f->s);
}

static void test_adding_inside_a_receipt(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_add(f, 2, "", 0);
	f->again_at = 1;
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_send(f, "hi 101");
	outbound_rig_sent(f, "m101");
	outbound_rig_expect_receipts(f, "1 later\n2 later\n101 done m101\n");
	f->again_at = 3;
	outbound_rig_add(f, 3, "", 0);
	outbound_rig_expect_send(f, "hi 3");
	outbound_rig_sent(f, "m3");
	outbound_rig_expect_send(f, "hi 103");
	outbound_rig_sent(f, "m103");
	outbound_rig_expect_receipts(f, "3 done m3\n103 done m103\n");
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_by_the_bridge),
		T(test_by_a_puppet),
		T(test_one_at_a_time_in_order),
		T(test_retries_are_byte_identical),
		T(test_refused),
		T(test_denied_by_the_flow),
		T(test_answer_names_no_message),
		T(test_bridge_forbidden),
		T(test_puppet_was_removed),
		T(test_puppet_was_deleted),
		T(test_puppet_cannot_be_made),
		T(test_unreadable_payload),
		T(test_closing),
		T(test_closing_inside_receipts),
		T(test_adding_inside_a_receipt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
