#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/lookup.h"

#include "unit/support/end_chime_service.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

#define MARKED(id, token)                                                      \
	"{\"MessageId\":\"" id "\",\"Metadata\":"                              \
	"\"{\\\"belfry\\\":{\\\"tok\\\":\\\"" token "\\\"}}\"}"

struct fixture {
	struct service s;
	struct lookup lookup;
	unsigned done;
	char why[256];
};

static void on_done(void *arg, const struct chime_result *failure)
{
	struct fixture *f = arg;
	f->done++;
	snprintf(f->why, sizeof(f->why), "%s", failure ? failure->message : "");
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	f.lookup = (struct lookup){
		.client = f.s.w.client,
		.pages_max = 2,
		.done = on_done,
		.arg = &f,
	};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	lookup_release(&f->lookup);
	service_release(&f->s);
	return 0;
}

static void start(struct fixture *f, const char *token)
{
	lookup_start(&f->lookup, &(const struct lookup_request){
					 .channel = WORLD_CHANNEL,
					 .bearer = WORLD_USER,
					 .token = token,
					 .from_ms = 5000,
				 });
	service_expect_any(&f->s);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

static void expect_done(struct fixture *f, const char *why)
{
	service_settle(&f->s);
	assert_int_equal(f->done, 1);
	assert_string_equal(f->why, why);
	service_expect_none(&f->s);
}

static void test_all_of_it(void **state)
{
	struct fixture *f = *state;
	assert_false(lookup_covers(&f->lookup, 5000));
	start(f, "t1");
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[" MARKED(
			"m1", "t1") "],\"NextToken\":\"n\"}");
	service_expect_any(&f->s);
	assert_int_equal(f->done, 0);
	service_answer(
		&f->s, 200, "{\"ChannelMessages\":[" MARKED("m2", "t2") "]}");
	expect_done(f, "");
	assert_string_equal(lookup_find(&f->lookup, "t1"), "m1");
	assert_string_equal(lookup_find(&f->lookup, "t2"), "m2");
	assert_null(lookup_find(&f->lookup, "t3"));
	assert_true(lookup_covers(&f->lookup, 5000));
	assert_false(lookup_covers(&f->lookup, 4999));
	lookup_forget(&f->lookup);
	assert_false(lookup_covers(&f->lookup, 5000));
}

static void too_long(struct fixture *f, const char *wanted)
{
	start(f, wanted);
	for (int i = 0; i < 2; i++) {
		if (i)
			service_expect_any(&f->s);
		service_answer(&f->s, 200,
			"{\"ChannelMessages\":[" MARKED(
				"m1", "t1") "],\"NextToken\":\"n%d\"}",
			i);
	}
}

static void test_too_long(void **state)
{
	struct fixture *f = *state;
	too_long(f, "t9");
	expect_done(f, "the channel is too long to be looked through");
	assert_false(lookup_covers(&f->lookup, 5000));
}

/* For the others it says nothing. */
static void test_too_long_but_found(void **state)
{
	struct fixture *f = *state;
	too_long(f, "t1");
	expect_done(f, "");
	assert_string_equal(lookup_find(&f->lookup, "t1"), "m1");
	assert_false(lookup_covers(&f->lookup, 5000));
}

static void test_failure(void **state)
{
	struct fixture *f = *state;
	start(f, "t1");
	service_answer(&f->s, 403, "{\"Message\":\"no\"}");
	service_settle(&f->s);
	assert_int_equal(f->done, 1);
	assert_non_null(strstr(f->why, "no"));
	assert_false(lookup_covers(&f->lookup, 5000));
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	start(f, "t1");
	lookup_cancel(&f->lookup);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
	assert_int_equal(f->done, 0);
}

static void test_from_when(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_wall_ms();
	assert_int_equal(lookup_from_ms(&f->lookup, now - 5000),
		now - 5000 - LOOK_UP_MARGIN_MS);
	/* Nobody knows, or it cannot be. */
	assert_in_range(lookup_from_ms(&f->lookup, 0) + LOOK_UP_MARGIN_MS, now,
		now + 10000);
	assert_in_range(
		lookup_from_ms(&f->lookup, now + 86400000) + LOOK_UP_MARGIN_MS,
		now, now + 10000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_all_of_it),
		T(test_too_long),
		T(test_too_long_but_found),
		T(test_failure),
		T(test_cancel),
		T(test_from_when),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
