#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/marks.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ABOUT(id)                                                              \
	"GET /channels/APP/channel/c?scope=app-instance-user-membership&"      \
	"app-instance-user-arn=APP/user/" id
#define READ(at)                                                               \
	"{\"ChannelMembership\":{\"AppInstanceUserMembershipSummary\":"        \
	"{\"ReadMarkerTimestamp\":" at "}}}"

struct fixture {
	struct service s;
	struct marks *marks;
	struct buf log;
	bool close_in_read;
};

static void on_read(void *arg, const char *arn, int64_t at_ms)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s %" PRId64 "\n", strrchr(arn, '/') + 1, at_ms);
	if (f->close_in_read)
		marks_close(TAKE(f->marks));
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	const struct marks_params params = {
		.client = f.s.w.client,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.has_read = on_read,
		.arg = &f,
	};
	f.marks = marks_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	marks_close(f->marks);
	service_settle(&f->s);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void expect_about(struct fixture *f, const char *line)
{
	int64_t ms = service_pass_until_asked(&f->s, 2 * MARKS_EVERY_MS);
	assert_in_range(ms, MARKS_EVERY_MS - 200, MARKS_EVERY_MS + 200);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

static void test_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	service_pass(&f->s, 5 * MARKS_EVERY_MS);
	marks_spoke(f->marks, WORLD_APP "/user/al");
	marks_spoke(f->marks, WORLD_APP "/user/bo");
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_about(f, ABOUT("bo"));
	service_answer(&f->s, 200, READ("1611079200.5"));
	expect_log(f, "bo 1611079200500\n");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 200, "{}");
	expect_about(f, ABOUT("bo"));
	service_answer(&f->s, 404, "{}");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 200, READ("1611079300"));
	expect_log(f, "al 1611079300000\n");
}

static void test_of_a_day(void **state)
{
	struct fixture *f = *state;
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	clock_advance(MARKS_SPOKE_MS - 2 * MARKS_EVERY_MS);
	service_expect(&f->s, ABOUT("al"));
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	clock_advance(MARKS_EVERY_MS);
	service_expect_none(&f->s);
	service_pass(&f->s, 3 * MARKS_EVERY_MS);
}

static void test_not_allowed(void **state)
{
	struct fixture *f = *state;
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	marks_spoke(f->marks, WORLD_APP "/user/al");
	service_pass(&f->s, 5 * MARKS_EVERY_MS);
}

/* Who may ask is refused about one who is gone. */
static void test_one_is_gone(void **state)
{
	struct fixture *f = *state;
	marks_spoke(f->marks, WORLD_APP "/user/al");
	marks_spoke(f->marks, WORLD_APP "/user/bo");
	expect_about(f, ABOUT("bo"));
	service_answer(&f->s, 200, "{}");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 403, "{}");
	for (int i = 0; i < 3; i++) {
		expect_about(f, ABOUT("bo"));
		service_answer(&f->s, 200, "{}");
	}
}

static void test_no_more_than(void **state)
{
	struct fixture *f = *state;
	char arn[256];
	marks_spoke(f->marks, WORLD_APP "/user/al");
	clock_advance(1000);
	service_settle(&f->s);
	for (int i = 0; i < MARKS_MAX; i++) {
		snprintf(arn, sizeof(arn), WORLD_APP "/user/x%d", i);
		marks_spoke(f->marks, arn);
	}
	for (int i = 0; i < 3; i++) {
		service_pass_until_asked(&f->s, 2 * MARKS_EVERY_MS);
		service_expect_any(&f->s);
		assert_null(strstr(f->s.w.requests[0].target, "%2Fal"));
		service_answer(&f->s, 200, "{}");
	}
}

static void test_stopping(void **state)
{
	struct fixture *f = *state;
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_about(f, ABOUT("al"));
	marks_stop(f->marks);
	service_answer(&f->s, 200, READ("1611079200.5"));
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_log(f, "");
	service_pass(&f->s, 2 * MARKS_EVERY_MS);
	marks_close(NULL);
}

static void test_closing_inside(void **state)
{
	struct fixture *f = *state;
	f->close_in_read = true;
	marks_spoke(f->marks, WORLD_APP "/user/al");
	expect_about(f, ABOUT("al"));
	service_answer(&f->s, 200, READ("1611079200.5"));
	expect_log(f, "al 1611079200500\n");
	service_pass(&f->s, 2 * MARKS_EVERY_MS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_after_the_other),
		T(test_of_a_day),
		T(test_not_allowed),
		T(test_one_is_gone),
		T(test_no_more_than),
		T(test_stopping),
		T(test_closing_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
