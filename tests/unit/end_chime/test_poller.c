#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_poller_rig.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static void expect_interval(struct poller_rig *f, int64_t ms)
{
	int64_t got = service_pass_until_asked(&f->s, 2 * MAX_MS);
	/* A tenth of jitter, and the step of the clock. */
	assert_in_range(got, ms - ms / 10 - 1, ms + ms / 10 + 101);
}

static void test_first_start(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	poller_rig_answer(f, "more", 1, 5000);
	poller_rig_expect_log(f, "at 5001 ");
	/* From there on, and nothing of before. */
	expect_interval(f, MIN_MS + MIN_MS / 2);
	poller_rig_expect_list(f, 5001, PAGE, "");
	poller_rig_answer(f, "", 1, 6000);
	poller_rig_expect_log(f, "m6000 ");
}

static void test_first_start_of_an_empty_channel(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	poller_rig_answer(f, "", 0);
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "at -16110792"));
	buf_clear(&f->log);
	service_pass_until_asked(&f->s, MAX_MS);
	service_expect(&f->s, LIST "sort-order=ASCENDING&max-results=50");
	poller_rig_answer(f, "", 1, 10);
	poller_rig_expect_log(f, "m10 ");
}

static void test_later_start_looks_back(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms + 1000000);
	poller_rig_expect_list(f, 1000000 - OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 3, 999000, 1000000, 1000001);
	poller_rig_expect_log(f, "m999000 m1000000 m1000001 ");
}

static void test_interval_adapts(void **state)
{
	struct poller_rig *f = *state;
	static const int intervals[] = {
		1500, 2250, 3376, 5065, 7598, 11398, 15000, 15000};
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 0);
	for (size_t i = 0; i < ARRAY_LEN(intervals); i++) {
		expect_interval(f, intervals[i]);
		poller_rig_expect_list(f, -2001, PAGE, "");
		poller_rig_answer(f, "", 0);
	}
	/* Somebody speaks: at once it is fast again. */
	expect_interval(f, MAX_MS);
	poller_rig_expect_list(f, -2001, PAGE, "");
	poller_rig_answer(f, "", 1, 100);
	expect_interval(f, MIN_MS);
	poller_rig_expect_list(f, 100 - OVERLAP_MS - 1, PAGE, "");
	/* What is known already is no news. */
	poller_rig_answer(f, "", 1, 100);
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

static void test_poke(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 0);
	for (int i = 0; i < 8; i++) {
		service_pass_until_asked(&f->s, 2 * MAX_MS);
		poller_rig_expect_list(f, -2001, PAGE, "");
		poller_rig_answer(f, "", 0);
	}
	service_settle(&f->s);
	poller_poke(f->poller);
	expect_interval(f, MIN_MS);
	poller_rig_expect_list(f, -2001, PAGE, "");
	/* While one is under way: no second. */
	poller_poke(f->poller);
	poller_rig_answer(f, "", 0);
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

/* While there is talk every minute by the whole overlap. */
static void test_overlap(void **state)
{
	struct poller_rig *f = *state;
	bool deep = false;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 1, 100);
	int64_t begun = clock_mono_ms();
	while (!deep && clock_mono_ms() - begun < 90000) {
		char line[512], from[CLOCK_ISO8601_BYTES];
		service_pass_until_asked(&f->s, 2 * MAX_MS);
		clock_format_iso8601(
			poller_rig_start_ms + 100 - OVERLAP_MS - 1, from);
		snprintf(line, sizeof(line), "not-before=%s", from);
		for (char *at = line; (at = strchr(at, ':'));) {
			memmove(at + 3, at + 1, strlen(at));
			memcpy(at, "%3A", 3);
		}
		deep = strstr(f->s.w.requests[0].target, line);
		if (!deep) {
			poller_rig_expect_list(f, 100 - 2001, PAGE, "");
			poller_rig_answer(f, "", 0);
		}
	}
	assert_in_range(clock_mono_ms() - begun, 59000, 80000);
	poller_rig_answer(f, "", 1, 50); /* it surfaces late */
	poller_rig_expect_log(f, "m100 m50 ");
}

/* In talk it looks back by some messages, not by seconds. */
static void test_look_back_in_talk(void **state)
{
	struct poller_rig *f = *state;
	clock_advance(110000);
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 3, 100, 200, 100000);
	poller_rig_expect_log(f, "m100 m200 m100000 ");
	/* Fewer than twenty are known: all of them. */
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 100 - 1, PAGE, "");
	poller_rig_answer(f, "", 20, 100001, 100002, 100003, 100004, 100005,
		100006, 100007, 100008, 100009, 100010, 100011, 100012, 100013,
		100014, 100015, 100016, 100017, 100018, 100019, 110000);
	service_settle(&f->s);
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 100001 - 1, PAGE, "");
	poller_rig_answer(f, "", 0);
}

static void test_pages(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "t1", 2, 1, 2);
	/* A page may be empty or short and yet not be the last. */
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	poller_rig_answer(f, "t2", 0);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "t2");
	poller_rig_answer(f, "", 1, 3);
	poller_rig_expect_log(f, "m1 m2 m3 ");
	expect_interval(f, MIN_MS);
}

static void test_expired_token(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "t1", 1, 1);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	service_answer(&f->s, 400, "{\"Code\":\"BadRequest\"}");
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_log(f, "m1 ");
}

static void test_page_in_odd_order(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 5, 4, 2, 5, 1, 3);
	poller_rig_expect_log(f, "m1 m2 m3 m4 m5 ");
}

/* A token that comes again is followed once. */
static void test_same_token_again(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "t1", 1, 1);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	poller_rig_answer(f, "t1", 1, 2);
	poller_rig_expect_log(f, "m1 m2 ");
	expect_interval(f, MIN_MS);
}

static void test_busy(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->busy = true;
	poller_rig_answer(f, "t1", 3, 1, 2, 3);
	poller_rig_expect_log(f, "(m1) ");
	/* Nothing is asked for meanwhile, poked or not. */
	poller_poke(f->poller);
	service_pass(&f->s, MAX_MS * 3);
	poller_rig_expect_log(f, "");
	f->busy = false;
	f->in_verb = true;
	poller_resume(f->poller);
	f->in_verb = false;
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "t1");
	poller_rig_expect_log(f, "m1 m2 m3 ");
	f->busy = true;
	poller_rig_answer(f, "", 1, 4);
	poller_rig_expect_log(f, "(m4) ");
	/* Still busy. */
	poller_resume(f->poller);
	poller_rig_expect_log(f, "(m4) ");
	f->busy = false;
	poller_resume(f->poller);
	poller_resume(f->poller);
	poller_rig_expect_log(f, "m4 ");
	/* Not busy: nothing happens. */
	poller_resume(f->poller);
	expect_interval(f, MIN_MS);
	poller_rig_expect_list(f, 4 - 2001, PAGE, "");
}

static void test_close_when_busy(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->busy = true;
	poller_rig_answer(f, "", 2, 1, 2);
	poller_rig_expect_log(f, "(m1) ");
	f->busy = false;
	poller_resume(f->poller);
	poller_close(TAKE(f->poller));
	poller_rig_expect_log(f, "");
}

static void test_closing_inside_callbacks(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->close_in_message = true;
	poller_rig_answer(f, "t1", 2, 1, 2);
	poller_rig_expect_log(f, "m1 ");
	service_expect_none(&f->s);
	poller_rig_begin(f, -1);
	service_expect(&f->s, LIST "sort-order=DESCENDING&max-results=1");
	f->close_in_position = true;
	poller_rig_answer(f, "", 0);
	service_expect_none(&f->s);
	buf_clear(&f->log);
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	f->close_in_state = true;
	service_answer(&f->s, 403, "{\"Code\":\"Forbidden\"}");
	service_expect_none(&f->s);
	assert_null(f->poller);
	assert_memory_equal(f->log.data, "down: ", 6);
}

static void test_closing_while_asking(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_close(TAKE(f->poller));
	poller_rig_answer(f, "", 1, 1);
	poller_rig_expect_log(f, "");
	poller_close(NULL);
}

static void test_forbidden(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
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
	poller_rig_answer(f, "", 1, 1);
	poller_rig_expect_log(f, "up m1 ");
}

/* Passing trouble is no news before its third time. */
static void test_service_down(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	for (int i = 0; i < 2; i++) {
		service_pass_until_asked(&f->s, 120000);
		service_answer(&f->s, 503, "{}");
		poller_rig_expect_log(f, "");
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
	poller_rig_answer(f, "", 0);
	poller_rig_expect_log(f, "up ");
	expect_interval(f, MIN_MS + MIN_MS / 2);
}

static void test_throttled(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	struct httpd_request *request = f->s.w.held[0];
	httpd_add_header(request, "Retry-After", "20");
	service_answer(&f->s, 429, "{\"Code\":\"Throttled\"}");
	assert_true(service_pass_until_asked(&f->s, 60000) >= 19000);
	poller_rig_answer(f, "", 1, 1);
	poller_rig_expect_log(f, "m1 ");
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, poller_rig_setup, poller_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_first_start),
		T(test_first_start_of_an_empty_channel),
		T(test_later_start_looks_back),
		T(test_interval_adapts),
		T(test_poke),
		T(test_overlap),
		T(test_look_back_in_talk),
		T(test_pages),
		T(test_expired_token),
		T(test_page_in_odd_order),
		T(test_same_token_again),
		T(test_busy),
		T(test_close_when_busy),
		T(test_closing_inside_callbacks),
		T(test_closing_while_asking),
		T(test_forbidden),
		T(test_service_down),
		T(test_throttled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
