#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/reading.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <string.h>

enum { MIN_MS = 1000, MAX_MS = 5000 };

#define LIST                                                                   \
	"GET /channels/APP/channel/c/messages?sort-order=DESCENDING&"          \
	"max-results=1"
#define MARK "PUT /channels/APP/channel/c/readMarker"
#define SAID                                                                   \
	"{\"ChannelMessages\":[{\"MessageId\":\"m1\",\"Content\":\"hello\","   \
	"\"CreatedTimestamp\":1611079201,\"Sender\":{\"Arn\":\"" WORLD_APP     \
	"/user/al\",\"Name\":\"Al\"}},{\"MessageId\":\"m2\",\"Type\":"         \
	"\"CONTROL\",\"CreatedTimestamp\":1611079202}]}"

struct fixture {
	struct service s;
	struct users *users;
	struct end_sink sink;
	struct reading *reading;
	struct buf log;
	enum end_answer answer;
	const char *close_at;
};

static void note(struct fixture *f, const char *what)
{
	buf_addf(&f->log, "%s\n", what);
	if (f->close_at && strcmp(f->close_at, what) == 0)
		reading_close(TAKE(f->reading));
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;
	note(f, text_plain(event->text));
	return f->answer;
}

static void on_position(void *arg, int64_t position)
{
	(void)position;
	note(arg, "position");
}

static void on_heard(void *arg, const char *arn)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "heard %s\n", strrchr(arn, '/') + 1);
}

static void on_state(void *arg, bool readable, const char *why)
{
	assert_int_equal(readable, why == NULL);
	note(arg, readable ? "readable" : "unreadable");
}

static void start(struct fixture *f, int64_t position)
{
	const struct reading_params params = {
		.client = f->s.w.client,
		.users = f->users,
		.sink = &f->sink,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.min_ms = MIN_MS,
		.max_ms = MAX_MS,
		.position = position,
		.markers = true,
		.heard = on_heard,
		.state = on_state,
		.arg = f,
	};
	f->reading = reading_new(f->s.w.loop, &params);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	f.sink = (struct end_sink){
		.event = on_event,
		.position = on_position,
		.arg = &f,
	};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	reading_close(f->reading);
	service_settle(&f->s);
	users_free(f->users);
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

static void answer(struct fixture *f, int status, const char *body)
{
	service_pass_until_asked(&f->s, 100000);
	service_expect_any(&f->s);
	service_answer(&f->s, status, "%s", body);
	service_settle(&f->s);
}

static void test_reads(void **state)
{
	static const struct puppet bob = {.id = "irc:net:bob", .nick = "bob"};
	struct fixture *f = *state;
	puppets_put(users_puppets(f->users), &bob);
	puppets_join(users_puppets(f->users), bob.id, WORLD_CHANNEL, true);
	start(f, -1);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_log(f, "position\n");
	f->answer = END_BUSY;
	answer(f, 200, SAID);
	expect_log(f, "heard al\nhello\n");
	f->answer = END_TAKEN;
	reading_resume(f->reading);
	expect_log(f, "heard al\nhello\n");
	/* The marker follows, once all is confirmed and listed. */
	reading_confirmed(f->reading, false);
	answer(f, 200, "{\"ChannelMessages\":[]}");
	reading_confirmed(f->reading, true);
	answer(f, 200, "{\"ChannelMessages\":[]}");
	service_expect(&f->s, MARK);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	reading_spoke(f->reading, WORLD_APP "/user/irc:net:bob");
	service_expect(&f->s, MARK);
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	service_answer(&f->s, 200, "{}");
}

static void test_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	start(f, 1611079200000);
	assert_false(reading_needs_people(f->reading));
	answer(f, 403, "{}");
	expect_log(f, "unreadable\n");
	assert_true(reading_needs_people(f->reading));
	answer(f, 200, "{\"ChannelMessages\":[]}");
	expect_log(f, "readable\n");
	assert_false(reading_needs_people(f->reading));
	reading_set_pace(f->reading, 20 * MIN_MS, 30 * MIN_MS);
	answer(f, 200, "{\"ChannelMessages\":[]}");
	assert_in_range(service_pass_until_asked(&f->s, 100000), 15 * MIN_MS,
		35 * MIN_MS);
	service_expect_any(&f->s);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	reading_set_pace(f->reading, MIN_MS, 30 * MIN_MS);
	service_settle(&f->s);
	reading_poke(f->reading);
	assert_in_range(service_pass_until_asked(&f->s, 100000), 0, 2 * MIN_MS);
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	f->close_at = "hello";
	start(f, 1611079200000);
	answer(f, 200, SAID);
	expect_log(f, "heard al\nhello\n");
	service_pass(&f->s, 2 * MAX_MS);
	reading_close(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_reads),
		T(test_cannot_be_read),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
