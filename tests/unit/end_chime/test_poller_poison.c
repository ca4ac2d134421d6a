/* A poller before messages that cannot be read. */
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

/* Asks for one at a time where a page cannot be read; two fail at first. */
static void fail_twice(struct poller_rig *f, int64_t from)
{
	for (int i = 0; i < 2; i++) {
		service_pass_until_asked(&f->s, 120000);
		poller_rig_expect_list(f, from, PAGE, "");
		poller_rig_malformed(f);
	}
	service_pass_until_asked(&f->s, 120000);
	poller_rig_expect_list(f, from, PAGE, "");
	poller_rig_malformed(f);
}

/* The time of a query member in the request, ms; `none` without it. */
static int64_t asked_time(const char *target, const char *name, int64_t none)
{
	struct buf text AUTOBUF;
	int64_t ms;
	const char *at = strstr(target, name);
	buf_init(&text, 100);
	if (!at)
		return none;
	for (at += strlen(name); *at && *at != '&'; at++) {
		if (*at == '%') {
			buf_addc(&text, ':');
			at += 2;
		} else {
			buf_addc(&text, *at);
		}
	}
	assert_int_equal(clock_parse_iso8601(text.data, &ms), 0);
	return ms;
}

/* Answers listings of a channel in which `bad` and one 5 s later are
 * unreadable, with a good one between and one behind; returns when a whole
 * page is asked for again. */
static void serve_bisection(struct poller_rig *f, int bad)
{
	static const struct {
		int at;
		bool good;
	} rows[] = {{0, false}, {2000, true}, {5000, false}, {7000, true}};
	for (int i = 0; i < 250; i++) {
		const char *target;
		size_t at = 0;
		service_pass_until_asked(&f->s, 120000);
		target = f->s.w.requests[0].target;
		if (strstr(target, "max-results=50"))
			return;
		int64_t from = asked_time(target, "not-before=", 0);
		int64_t until = asked_time(target, "not-after=", INT64_MAX);
		int64_t first = poller_rig_start_ms + bad;
		while (at < ARRAY_LEN(rows) && from > first + rows[at].at)
			at++;
		if (at == ARRAY_LEN(rows) || until < first + rows[at].at)
			poller_rig_answer(f, "", 0);
		else if (rows[at].good)
			poller_rig_answer(f, "", 1, bad + rows[at].at);
		else
			poller_rig_malformed(f);
	}
	fail();
}

static void test_poison(void **state)
{
	struct poller_rig *f = *state;
	const int64_t from = -OVERLAP_MS - 1;
	poller_rig_begin(f, poller_rig_start_ms);
	fail_twice(f, from);
	/* One by one, up to the bad one. */
	poller_rig_expect_list(f, from, 1, "");
	poller_rig_answer(f, "t1", 1, 10);
	poller_rig_expect_list(f, from, 1, "t1");
	poller_rig_answer(f, "t2", 1, 20);
	poller_rig_expect_list(f, from, 1, "t2");
	poller_rig_malformed(f);
	serve_bisection(f, 3000);
	/* Behind it, and never before it again. */
	poller_rig_expect_list(f, 3001, PAGE, "");
	poller_rig_answer(f, "", 1, 10000);
	poller_rig_expect_log(f, "m10 m20 m10000 ");
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 3001, PAGE, "");
	poller_rig_answer(f, "", 0);
}

/* An old message was edited and is unreadable now: it stands before the
 * cursor, where the overlap finds it again and again. */
static void test_poison_within_the_overlap(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms + 200000);
	fail_twice(f, 200000 - OVERLAP_MS - 1);
	poller_rig_expect_list(f, 200000 - OVERLAP_MS - 1, 1, "");
	poller_rig_malformed(f);
	serve_bisection(f, 3000);
	poller_rig_expect_list(f, 3001, PAGE, "");
	poller_rig_answer(f, "", 1, 210000);
	poller_rig_expect_log(f, "m210000 ");
}

/* Two of one ms, the second is bad: no position tells them apart. */
static void test_poison_of_the_same_ms(void **state)
{
	struct poller_rig *f = *state;
	const int64_t from = -OVERLAP_MS - 1;
	poller_rig_begin(f, poller_rig_start_ms);
	fail_twice(f, from);
	for (int i = 0; i < 2; i++) {
		if (i) { /* it may have been a passing fault */
			service_pass_until_asked(&f->s, MAX_MS);
			poller_rig_expect_list(f,
				i == 1 ? -OVERLAP_MS - 1 + 3000 : from, PAGE,
				"");
			poller_rig_malformed(f);
		}
		service_pass_until_asked(&f->s, 1000);
		service_settle(&f->s);
		poller_rig_expect_list(
			f, i ? 3000 - OVERLAP_MS - 1 : from, 1, "");
		poller_rig_answer(f, "t1", 1, 3000);
		poller_rig_expect_list(
			f, i ? 3000 - OVERLAP_MS - 1 : from, 1, "t1");
		poller_rig_malformed(f);
		poller_rig_expect_list(f, 3001, 1, "");
		poller_rig_answer(f, "", 1, 9000);
	}
	service_pass_until_asked(&f->s, MAX_MS);
	poller_rig_expect_list(f, 3001, PAGE, "");
	poller_rig_answer(f, "", 1, 9000);
	poller_rig_expect_log(f, "m3000 m3000 m9000 ");
}

/* It was not the list: nothing is stepped over. */
static void test_passing_nonsense(void **state)
{
	struct poller_rig *f = *state;
	poller_rig_begin(f, poller_rig_start_ms);
	service_pass_until_asked(&f->s, 120000);
	poller_rig_malformed(f);
	service_pass_until_asked(&f->s, 120000);
	poller_rig_expect_list(f, -OVERLAP_MS - 1, PAGE, "");
	poller_rig_answer(f, "", 1, 10);
	poller_rig_expect_log(f, "m10 ");
}

/* The very first start of a channel whose newest message is unreadable. */
static void test_poison_at_the_first_start(void **state)
{
	struct poller_rig *f = *state;
	char from[CLOCK_ISO8601_BYTES], line[512];
	poller_rig_begin(f, -1);
	for (int i = 0; i < 3; i++) {
		service_pass_until_asked(&f->s, 120000);
		service_expect(
			&f->s, LIST "sort-order=DESCENDING&max-results=1");
		poller_rig_malformed(f);
		service_settle(&f->s);
	}
	/* By our own clock, then. */
	clock_format_iso8601(clock_wall_ms(), from);
	assert_non_null(strstr(f->log.data, "at "));
	service_pass_until_asked(&f->s, 120000);
	snprintf(line, sizeof(line),
		LIST "sort-order=ASCENDING&not-before=%s&max-results=50", from);
	service_expect(&f->s, line);
	poller_rig_answer(f, "", 0);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, poller_rig_setup, poller_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_poison),
		T(test_poison_within_the_overlap),
		T(test_poison_of_the_same_ms),
		T(test_passing_nonsense),
		T(test_poison_at_the_first_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
