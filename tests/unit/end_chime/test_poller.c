#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/poller.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MIN_MS = 1000, MAX_MS = 15000, OVERLAP_MS = 300000, PAGE = 50 };

/* 2021-01-19T18:00:00Z: when the tests' clock begins. */
static const int64_t start_ms = INT64_C(1611079200000);

#define LIST "GET /channels/APP/channel/c/messages?"

struct fixture {
	struct service s;
	struct poller *poller;
	struct buf log;
	bool busy;
	bool close_in_message, close_in_state, close_in_position;
	bool in_verb;
};

static bool on_message(void *arg, const struct chime_message *message)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	if (f->busy) {
		buf_addf(&f->log, "(%s) ", message->message_id);
		return false;
	}
	buf_addf(&f->log, "%s ", message->message_id);
	if (f->close_in_message)
		poller_close(TAKE(f->poller));
	return true;
}

static void on_position(void *arg, int64_t position)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "at %" PRId64 " ", position - start_ms);
	if (f->close_in_position)
		poller_close(TAKE(f->poller));
}

static void on_state(void *arg, bool readable, const char *why)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s%s ",
		readable ? "up" : "down: ", str_or_empty(why));
	assert_int_equal(readable, why == NULL);
	if (f->close_in_state)
		poller_close(TAKE(f->poller));
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 20);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	poller_close(f->poller);
	service_settle(&f->s);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

static void begin(struct fixture *f, int64_t position)
{
	const struct poller_params params = {
		.client = f->s.w.client,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.min_ms = MIN_MS,
		.max_ms = MAX_MS,
		.overlap_ms = OVERLAP_MS,
		.position = position,
		.message = on_message,
		.position_found = on_position,
		.state = on_state,
		.arg = f,
	};
	f->poller = poller_new(f->s.w.loop, &params);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

/* A listing from `ms` after the start on. */
static void expect_list(
	struct fixture *f, int64_t ms, unsigned most, const char *token)
{
	char from[CLOCK_ISO8601_BYTES], line[512];
	clock_format_iso8601(start_ms + ms, from);
	snprintf(line, sizeof(line),
		LIST "sort-order=ASCENDING&not-before=%s&max-results=%u%s%s",
		from, most, *token ? "&next-token=" : "", token);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

/* Messages of these times after the start, named m<time>. */
static void answer(struct fixture *f, const char *token, size_t count, ...)
{
	struct buf body AUTOBUF;
	va_list ap;
	buf_init(&body, 1 << 16);
	buf_adds(&body, "{\"ChannelMessages\":[");
	va_start(ap, count);
	for (size_t i = 0; i < count; i++) {
		int ms = va_arg(ap, int);
		int64_t at = start_ms + ms;
		buf_addf(&body,
			"%s{\"MessageId\":\"m%d\",\"Content\":\"x\","
			"\"CreatedTimestamp\":%" PRId64 ".%03d}",
			i ? "," : "", ms, at / 1000, (int)(at % 1000));
	}
	va_end(ap);
	buf_adds(&body, "]");
	if (*token)
		buf_addf(&body, ",\"NextToken\":\"%s\"", token);
	service_answer(&f->s, 200, "%s}", body.data);
}

static void malformed(struct fixture *f)
{
	service_answer(&f->s, 200, "<html>");
}

static void expect_interval(struct fixture *f, int64_t ms)
{
	int64_t got = service_pass_until_asked(&f->s, 2 * MAX_MS);
	/* A tenth of jitter, and the step of the clock. */
	assert_in_range(got, ms - ms / 10 - 1, ms + ms / 10 + 101);
}

static void test_first_start(void **state)
{
	struct fixture *f = *state;
	begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	answer(f, "more", 1, 5000);
	expect_log(f, "at 5001 ");
	/* From there on, and nothing of before. */
	expect_interval(f, MIN_MS + MIN_MS / 2);
	expect_list(f, 5001, PAGE, "");
	answer(f, "", 1, 6000);
	expect_log(f, "m6000 ");
}

static void test_first_start_of_an_empty_channel(void **state)
{
	struct fixture *f = *state;
	begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	answer(f, "", 0);
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "at -16110792"));
	buf_clear(&f->log);
	service_pass_until_asked(&f->s, MAX_MS);
	service_expect(&f->s, LIST "sort-order=ASCENDING&max-results=50");
	answer(f, "", 1, 10);
	expect_log(f, "m10 ");
}

static void test_later_start_looks_back(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms + 1000000);
	expect_list(f, 1000000 - OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 3, 999000, 1000000, 1000001);
	expect_log(f, "m999000 m1000000 m1000001 ");
}

static void test_interval_adapts(void **state)
{
	struct fixture *f = *state;
	static const int intervals[] = {
		1500, 2250, 3376, 5065, 7598, 11398, 15000, 15000};
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 0);
	for (size_t i = 0; i < ARRAY_LEN(intervals); i++) {
		expect_interval(f, intervals[i]);
		expect_list(f, -2001, PAGE, "");
		answer(f, "", 0);
	}
	/* Somebody speaks: at once it is fast again. */
	expect_interval(f, MAX_MS);
	expect_list(f, -2001, PAGE, "");
	answer(f, "", 1, 100);
	expect_interval(f, MIN_MS);
	expect_list(f, 100 - OVERLAP_MS - 1, PAGE, "");
	/* What is known already is no news. */
	answer(f, "", 1, 100);
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

static void test_poke(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 0);
	for (int i = 0; i < 8; i++) {
		service_pass_until_asked(&f->s, 2 * MAX_MS);
		expect_list(f, -2001, PAGE, "");
		answer(f, "", 0);
	}
	service_settle(&f->s);
	poller_poke(f->poller);
	expect_interval(f, MIN_MS);
	expect_list(f, -2001, PAGE, "");
	/* While one is under way: no second. */
	poller_poke(f->poller);
	answer(f, "", 0);
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

/* Pokes that follow each other closely do not put the poll off. */
static void test_pokes_without_end(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 0);
	service_settle(&f->s);
	for (int i = 0; i < 8; i++) {
		poller_poke(f->poller);
		service_pass(&f->s, MIN_MS / 10);
	}
	poller_poke(f->poller);
	int64_t got = service_pass_until_asked(&f->s, MAX_MS);
	assert_in_range(got, 0, MIN_MS / 2);
	expect_list(f, -2001, PAGE, "");
	answer(f, "", 0);
}

/* At a short interval most passes begin at the cursor. */
static void test_looks_back_once_a_second(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	poller_set_pace(f->poller, 100, MAX_MS);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 1, 10000);
	expect_log(f, "m10000 ");
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 10000 - 1, PAGE, "");
	answer(f, "", 1, 10001);
	service_settle(&f->s);
	clock_advance(800);
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 10001 - 2001, PAGE, "");
	answer(f, "", 0);
}

/* The pause is four times what the answer took. */
static void test_slow_service_is_asked_less(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	clock_advance(2000);
	answer(f, "", 1, 5);
	expect_log(f, "m5 ");
	poller_poke(f->poller);
	int64_t got = service_pass_until_asked(&f->s, MAX_MS);
	assert_in_range(got, 7000, 9200);
}

/* While there is talk every minute by the whole overlap. */
static void test_overlap(void **state)
{
	struct fixture *f = *state;
	bool deep = false;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 1, 100);
	int64_t begun = clock_mono_ms();
	while (!deep && clock_mono_ms() - begun < 90000) {
		char line[512], from[CLOCK_ISO8601_BYTES];
		service_pass_until_asked(&f->s, 2 * MAX_MS);
		clock_format_iso8601(start_ms + 100 - OVERLAP_MS - 1, from);
		snprintf(line, sizeof(line), "not-before=%s", from);
		for (char *at = line; (at = strchr(at, ':'));) {
			memmove(at + 3, at + 1, strlen(at));
			memcpy(at, "%3A", 3);
		}
		deep = strstr(f->s.w.requests[0].target, line);
		if (!deep) {
			expect_list(f, 100 - 2001, PAGE, "");
			answer(f, "", 0);
		}
	}
	assert_in_range(clock_mono_ms() - begun, 59000, 80000);
	answer(f, "", 1, 50); /* it surfaces late */
	expect_log(f, "m100 m50 ");
}

/* In talk it looks back by some messages, not by seconds. */
static void test_look_back_in_talk(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 3, 100, 200, 100000);
	expect_log(f, "m100 m200 m100000 ");
	/* Fewer than twenty are known: all of them. */
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 100 - 1, PAGE, "");
	answer(f, "", 20, 100001, 100002, 100003, 100004, 100005, 100006,
		100007, 100008, 100009, 100010, 100011, 100012, 100013, 100014,
		100015, 100016, 100017, 100018, 100019, 110000);
	service_settle(&f->s);
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 100001 - 1, PAGE, "");
	answer(f, "", 0);
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "t1", 2, 1, 2);
	/* A page may be empty or short and yet not be the last. */
	expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	answer(f, "t2", 0);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "t2");
	answer(f, "", 1, 3);
	expect_log(f, "m1 m2 m3 ");
	expect_interval(f, MIN_MS);
}

static void test_expired_token(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "t1", 1, 1);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	service_answer(&f->s, 400, "{\"Code\":\"BadRequest\"}");
	service_pass_until_asked(&f->s, MAX_MS);
	expect_log(f, "m1 ");
}

static void test_busy(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->busy = true;
	answer(f, "t1", 3, 1, 2, 3);
	expect_log(f, "(m1) ");
	/* Nothing is asked for meanwhile, poked or not. */
	poller_poke(f->poller);
	service_pass(&f->s, MAX_MS * 3);
	expect_log(f, "");
	f->busy = false;
	f->in_verb = true;
	poller_resume(f->poller);
	f->in_verb = false;
	expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	expect_log(f, "m1 m2 m3 ");
	f->busy = true;
	answer(f, "", 1, 4);
	expect_log(f, "(m4) ");
	/* Still busy. */
	poller_resume(f->poller);
	expect_log(f, "(m4) ");
	f->busy = false;
	poller_resume(f->poller);
	poller_resume(f->poller);
	expect_log(f, "m4 ");
	/* Not busy: nothing happens. */
	poller_resume(f->poller);
	expect_interval(f, MIN_MS);
	expect_list(f, 4 - 2001, PAGE, "");
}

static void test_close_when_busy(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->busy = true;
	answer(f, "", 2, 1, 2);
	expect_log(f, "(m1) ");
	f->busy = false;
	poller_resume(f->poller);
	poller_close(TAKE(f->poller));
	expect_log(f, "");
}

static void test_closing_inside_callbacks(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->close_in_message = true;
	answer(f, "t1", 2, 1, 2);
	expect_log(f, "m1 ");
	service_expect_none(&f->s);
	begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	f->close_in_position = true;
	answer(f, "", 0);
	service_expect_none(&f->s);
	buf_clear(&f->log);
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->close_in_state = true;
	service_answer(&f->s, 403, "{\"Code\":\"Forbidden\"}");
	service_expect_none(&f->s);
	assert_null(f->poller);
	assert_memory_equal(f->log.data, "down: ", 6);
}

static void test_closing_while_asking(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_close(TAKE(f->poller));
	answer(f, "", 1, 1);
	expect_log(f, "");
	poller_close(NULL);
}

static void test_forbidden(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	service_answer(
		&f->s, 403, "{\"Code\":\"Forbidden\",\"Message\":\"not you\"}");
	/* People must act: it is said at once, and asked slowly. */
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "down: "));
	assert_non_null(strstr(f->log.data, "not you"));
	buf_clear(&f->log);
	assert_true(service_pass_until_asked(&f->s, 40000) >= 26000);
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	assert_true(service_pass_until_asked(&f->s, 70000) >= 26000);
	answer(f, "", 1, 1);
	expect_log(f, "up m1 ");
}

/* Passing trouble is no news before its third time. */
static void test_service_down(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	for (int i = 0; i < 2; i++) {
		service_pass_until_asked(&f->s, 120000);
		service_answer(&f->s, 503, "{}");
		expect_log(f, "");
	}
	service_pass_until_asked(&f->s, 120000);
	service_cut(&f->s);
	service_settle(&f->s);
	if (f->s.w.request_count) /* on a new connection */
		service_cut(&f->s);
	service_settle(&f->s);
	assert_memory_equal(f->log.data, "down: ", 6);
	buf_clear(&f->log);
	for (int i = 0; i < 5; i++) {
		service_pass_until_asked(&f->s, 120000);
		service_answer(&f->s, 500, "oops");
	}
	service_pass_until_asked(&f->s, 120000);
	answer(f, "", 0);
	expect_log(f, "up ");
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

static void test_throttled(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	struct httpd_request *request = f->s.w.held[0];
	httpd_add_header(request, "Retry-After", "20");
	service_answer(&f->s, 429, "{\"Code\":\"Throttled\"}");
	assert_true(service_pass_until_asked(&f->s, 60000) >= 19000);
	answer(f, "", 1, 1);
	expect_log(f, "m1 ");
}

/* Asks for one at a time where a page cannot be read; two fail at first. */
static void fail_twice(struct fixture *f, int64_t from)
{
	for (int i = 0; i < 2; i++) {
		service_pass_until_asked(&f->s, 120000);
		expect_list(f, from, PAGE, "");
		malformed(f);
	}
	service_pass_until_asked(&f->s, 120000);
	expect_list(f, from, PAGE, "");
	malformed(f);
}

/* Answers listings of a channel in which only `bad` is unreadable, one more
 * stands behind it; returns when a whole page is asked for again. */
static void serve_bisection(struct fixture *f, int bad)
{
	for (int i = 0; i < 100; i++) {
		service_pass_until_asked(&f->s, 120000);
		const char *target = f->s.w.requests[0].target;
		if (strstr(target, "max-results=50"))
			return;
		const char *at = strstr(target, "not-before=");
		struct buf from AUTOBUF;
		int64_t from_ms;
		buf_init(&from, 100);
		assert_non_null(at);
		at += strlen("not-before=");
		for (; *at && *at != '&'; at++) {
			if (*at == '%') {
				buf_addc(&from, ':');
				at += 2;
			} else {
				buf_addc(&from, *at);
			}
		}
		assert_int_equal(clock_parse_iso8601(from.data, &from_ms), 0);
		if (from_ms <= start_ms + bad)
			malformed(f);
		else
			answer(f, "", 1, bad + 7000);
	}
	fail();
}

static void test_poison(void **state)
{
	struct fixture *f = *state;
	const int64_t from = -OVERLAP_MS - 1;
	begin(f, start_ms);
	fail_twice(f, from);
	/* One by one, up to the bad one. */
	expect_list(f, from, 1, "");
	answer(f, "t1", 1, 10);
	expect_list(f, from, 1, "t1");
	answer(f, "t2", 1, 20);
	expect_list(f, from, 1, "t2");
	malformed(f);
	serve_bisection(f, 3000);
	/* Behind it, and never before it again. */
	expect_list(f, 3001, PAGE, "");
	answer(f, "", 1, 10000);
	expect_log(f, "m10 m20 m10000 ");
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 3001, PAGE, "");
	answer(f, "", 0);
}

/* An old message was edited and is unreadable now: it stands before the
 * cursor, where the overlap finds it again and again. */
static void test_poison_within_the_overlap(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms + 200000);
	fail_twice(f, 200000 - OVERLAP_MS - 1);
	expect_list(f, 200000 - OVERLAP_MS - 1, 1, "");
	malformed(f);
	serve_bisection(f, 3000);
	expect_list(f, 3001, PAGE, "");
	answer(f, "", 1, 210000);
	expect_log(f, "m210000 ");
}

/* Two of one ms, the second is bad: no position tells them apart. */
static void test_poison_of_the_same_ms(void **state)
{
	struct fixture *f = *state;
	const int64_t from = -OVERLAP_MS - 1;
	begin(f, start_ms);
	fail_twice(f, from);
	for (int i = 0; i < 2; i++) {
		if (i) { /* it may have been a passing fault */
			service_pass_until_asked(&f->s, MAX_MS);
			expect_list(f, i == 1 ? -OVERLAP_MS - 1 + 3000 : from,
				PAGE, "");
			malformed(f);
		}
		service_pass_until_asked(&f->s, 1000);
		service_settle(&f->s);
		expect_list(f, i ? 3000 - OVERLAP_MS - 1 : from, 1, "");
		answer(f, "t1", 1, 3000);
		expect_list(f, i ? 3000 - OVERLAP_MS - 1 : from, 1, "t1");
		malformed(f);
		expect_list(f, 3001, 1, "");
		answer(f, "", 1, 9000);
	}
	service_pass_until_asked(&f->s, MAX_MS);
	expect_list(f, 3001, PAGE, "");
	answer(f, "", 1, 9000);
	expect_log(f, "m3000 m3000 m9000 ");
}

/* It was not the list: nothing is stepped over. */
static void test_passing_nonsense(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	service_pass_until_asked(&f->s, 120000);
	malformed(f);
	service_pass_until_asked(&f->s, 120000);
	expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	answer(f, "", 1, 10);
	expect_log(f, "m10 ");
}

/* The very first start of a channel whose newest message is unreadable. */
static void test_poison_at_the_first_start(void **state)
{
	struct fixture *f = *state;
	char from[CLOCK_ISO8601_BYTES], line[512];
	begin(f, -1);
	for (int i = 0; i < 3; i++) {
		service_pass_until_asked(&f->s, 120000);
		service_expect(
			&f->s, LIST "sort-order=DESCENDING&max-results=1");
		malformed(f);
		service_settle(&f->s);
	}
	/* By our own clock, then. */
	clock_format_iso8601(clock_wall_ms(), from);
	assert_non_null(strstr(f->log.data, "at "));
	service_pass_until_asked(&f->s, 120000);
	snprintf(line, sizeof(line),
		LIST "sort-order=ASCENDING&not-before=%s&max-results=50", from);
	service_expect(&f->s, line);
	answer(f, "", 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_first_start),
		T(test_first_start_of_an_empty_channel),
		T(test_later_start_looks_back),
		T(test_interval_adapts),
		T(test_poke),
		T(test_pokes_without_end),
		T(test_looks_back_once_a_second),
		T(test_slow_service_is_asked_less),
		T(test_overlap),
		T(test_look_back_in_talk),
		T(test_pages),
		T(test_expired_token),
		T(test_busy),
		T(test_close_when_busy),
		T(test_closing_inside_callbacks),
		T(test_closing_while_asking),
		T(test_forbidden),
		T(test_service_down),
		T(test_throttled),
		T(test_poison),
		T(test_poison_within_the_overlap),
		T(test_poison_of_the_same_ms),
		T(test_passing_nonsense),
		T(test_poison_at_the_first_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
