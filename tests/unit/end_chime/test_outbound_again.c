/* Parcels that were perhaps sent before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_outbound_rig.h"

#include "end_chime/lookup.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_fresh_token_is_trusted(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, "", clock_wall_ms() - TRUST_MS + 1000);
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* The clock was set back: by its time, that was in the future. */
static void test_sent_in_the_future(void **state)
{
	struct outbound_rig *f = *state;
	int64_t now = clock_wall_ms();
	outbound_rig_add(f, 1, "", now + 24 * 3600 * 1000);
	outbound_rig_expect_look_up(f, now);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m9", "t1") "]}");
	outbound_rig_expect_receipts(f, "1 done m9\n");
}

static void test_found_by_its_token(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[{\"MessageId\":\"m0\"}," MARKED(
			"m8", "other") "],\"NextToken\":\"n\"}");
	service_expect(&f->s,
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=2021-01-19T16:50:00.000Z&max-results=50&"
		"next-token=n");
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[" MARKED(
			"m9", "t1") "],\"NextToken\":\"more\"}");
	/* All of it is listed, for those that follow. */
	service_expect(&f->s,
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=2021-01-19T16:50:00.000Z&max-results=50&"
		"next-token=more");
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	/* Not sent again. */
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 done m9\n2 done m2\n");
}

static void test_not_found_is_sent(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - 24 * 3600 * 1000;
	outbound_rig_add(f, 1, BOB, then);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_expect(&f->s, USER);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, ASK_BOB);
	service_answer(&f->s, 200, IS_BOB);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_look_up_fails(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 403, "{}");
	/* Never sent blindly. */
	outbound_rig_expect_receipts(f, "1 later\n2 later\n");
	service_expect_none(&f->s);
}

/* The token is in use: perhaps by our own call of before. */
static void test_conflict_is_looked_up(void **state)
{
	struct outbound_rig *f = *state;
	int64_t now = clock_wall_ms();
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_look_up(f, now);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m9", "t1") "]}");
	outbound_rig_expect_receipts(f, "1 done m9\n");
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 2");
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_look_up(f, now);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 2");
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_receipts(f, "2 later\n");
}

/* After a restart one listing answers for all that waited. */
static void test_one_listing_for_many(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[" MARKED("m7", "t1") "," MARKED(
			"m8", "t2") "]}");
	outbound_rig_expect_receipts(f, "1 done m7\n");
	outbound_rig_add(f, 2, "", then);
	outbound_rig_expect_receipts(f, "2 done m8\n");
	outbound_rig_add(f, 3, "", then);
	outbound_rig_expect_send(f, "hi 3");
	outbound_rig_sent(f, "m9");
	outbound_rig_expect_receipts(f, "3 done m9\n");
	/* It tells nothing of what was sent earlier, */
	outbound_rig_add(f, 4, "", then - 1);
	outbound_rig_expect_look_up(f, then - 1);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 4");
	service_cut(&f->s);
	clock_advance(60000);
	outbound_rig_expect_receipts(f, "4 later\n");
	while (f->s.w.request_count)
		service_cut(&f->s);
	/* nor of what was tried since. */
	outbound_rig_add(f, 4, "", then);
	outbound_rig_expect_look_up(f, then);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m4", "t4") "]}");
	outbound_rig_expect_receipts(f, "4 done m4\n");
}

/* It is not in use any more, and what it was used for is not this. */
static void test_conflict_for_ever(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_expect_look_up(f, then);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_receipts(f, "1 refused\n");
	assert_non_null(strstr(f->why, "token"));
}

static void expect_page(struct outbound_rig *f, int64_t then, int page)
{
	char from[CLOCK_ISO8601_BYTES], line[512];
	clock_format_iso8601(then - LOOK_UP_MARGIN_MS, from);
	snprintf(line, sizeof(line),
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=%s&max-results=50&next-token=n%d",
		from, page);
	service_expect(&f->s, line);
}

/* Not found, but not all was looked through: nobody knows. */
static void test_look_up_comes_to_its_ceiling(void **state)
{
	struct outbound_rig *f = *state;
	int64_t then = clock_wall_ms() - TRUST_MS;
	outbound_rig_add(f, 1, "", then);
	outbound_rig_expect_look_up(f, then);
	for (int page = 1; page <= 3; page++) {
		service_answer(&f->s, 200,
			"{\"ChannelMessages\":[],\"NextToken\":\"n%d\"}", page);
		if (page < 3)
			expect_page(f, then, page);
	}
	outbound_rig_expect_receipts(f, "1 later\n");
	service_expect_none(&f->s);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_fresh_token_is_trusted),
		T(test_sent_in_the_future),
		T(test_found_by_its_token),
		T(test_not_found_is_sent),
		T(test_look_up_fails),
		T(test_conflict_is_looked_up),
		T(test_one_listing_for_many),
		T(test_conflict_for_ever),
		T(test_look_up_comes_to_its_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
