#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/end_chime.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MIN_MS = 1000, MAX_MS = 15000 };

static const int64_t start_ms = INT64_C(1611079200000);

#define JOIN "POST /channels/APP/channel/c/memberships"
#define MODERATOR                                                              \
	"GET /channels/APP/channel/c?scope=app-instance-user-moderated-"       \
	"channel&app-instance-user-arn=APP/user/bridge"
#define MESSAGES "/channels/APP/channel/c/messages"

struct fixture {
	struct service s;
	struct end_chime *end;
	struct end_room *room;
	struct buf log;
	enum end_answer answer;
	bool open_in_event; /* what is presented is unconfirmed */
	bool close_in_event, close_in_receipt, close_in_ready, in_verb;
};

static void close_room(struct fixture *f)
{
	struct end_room *room = TAKE(f->room);
	if (room)
		room->ops->close(room);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "%s: %s\n", event->sender.name,
		text_plain(event->text));
	if (f->open_in_event)
		f->room->ops->confirmed(f->room, false);
	if (f->close_in_event)
		close_room(f);
	return f->answer;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "receipt %d %s %s\n", (int)receipt->ticket,
		receipt->complete ? "done" : "not done", receipt->dest_id);
	if (f->close_in_receipt)
		close_room(f);
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	assert_int_equal(ready, why == NULL);
	buf_addf(&f->log, ready ? "ready\n" : "not ready\n");
	if (f->close_in_ready)
		close_room(f);
}

static void on_position(void *arg, int64_t position)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "position %" PRId64 "\n", position - start_ms);
}

static const struct end_chime_params plain = {
	.app_instance = WORLD_APP,
	.user = WORLD_USER,
	.puppets = true,
	.poll_min_ms = MIN_MS,
	.poll_max_ms = MAX_MS,
};

static int setup(void **state)
{
	static struct fixture f;
	struct err err;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	struct end_chime_params params = plain;
	params.client = f.s.w.client;
	params.store = &f.s.store.base;
	f.end = end_chime_new(f.s.w.loop, &params, &err);
	assert_non_null(f.end);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	close_room(f);
	service_settle(&f->s);
	end_chime_free(f->end);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

/* The same end, but with read markers. */
static void with_markers(struct fixture *f)
{
	struct err err;
	struct end_chime_params params = plain;
	end_chime_free(f->end);
	params.client = f->s.w.client;
	params.store = &f->s.store.base;
	params.read_markers = true;
	f->end = end_chime_new(f->s.w.loop, &params, &err);
	assert_non_null(f->end);
}

static void begin(struct fixture *f, int64_t position)
{
	const struct end_chime_room_params params = {
		.mapping = "m",
		.channel = WORLD_CHANNEL,
	};
	const struct end_sink sink = {
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.arg = f,
	};
	f->room = end_chime_open(f->end, &params, &sink);
	f->in_verb = true;
	f->room->ops->start(f->room, position);
	f->in_verb = false;
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

/* Open, and the first listing has been asked for. */
static void go_up(struct fixture *f, int64_t position)
{
	begin(f, position);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "ready\n");
}

#define FIRST_LIST                                                             \
	"GET " MESSAGES "?sort-order=ASCENDING&not-before="                    \
	"2021-01-19T17:54:59.999Z&max-results=50"

static void say(struct fixture *f, int ms, const char *text)
{
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[{\"MessageId\":\"m%d\",\"Content\":"
		"\"%s\",\"CreatedTimestamp\":%" PRId64 ".%03d,\"Sender\":"
		"{\"Arn\":\"" WORLD_APP "/user/al\",\"Name\":\"Al\"}}]}",
		ms, text, (start_ms + ms) / 1000, ms % 1000);
}

static void deliver(struct fixture *f, uint64_t ticket)
{
	static const char payload[] =
		"{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
		"\"content\":\"hi\"}";
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "x1",
		.token = "t1",
		.payload = payload,
		.payload_len = sizeof(payload) - 1,
	};
	f->in_verb = true;
	f->room->ops->deliver(f->room, &parcel);
	f->in_verb = false;
}

static void test_reads_and_speaks(void **state)
{
	struct fixture *f = *state;
	assert_null(f->room);
	go_up(f, start_ms);
	assert_true(f->room->ops->is_replayable);
	service_expect(&f->s, FIRST_LIST);
	say(f, 10, "**hello**");
	expect_log(f, "Al: hello\n");
	/* Quiet for long: the next listing would be far. */
	for (int i = 0; i < 10; i++) {
		service_pass_until_asked(&f->s, 2 * MAX_MS);
		service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	}
	service_settle(&f->s);
	deliver(f, 7);
	service_expect(&f->s, "POST " MESSAGES);
	service_answer(&f->s, 201, "{\"MessageId\":\"m7\"}");
	expect_log(f, "receipt 7 done m7\n");
	/* What was said is looked at soon. */
	assert_true(service_pass_until_asked(&f->s, MAX_MS) <= 1200);
}

#define MARK "PUT /channels/APP/channel/c/readMarker"

/* The next listing finds nothing new. */
static void list_nothing(struct fixture *f)
{
	service_pass_until_asked(&f->s, 2 * MAX_MS);
	service_expect_any(&f->s);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
}

static void expect_unmarked(const struct fixture *f)
{
	assert_int_equal(f->s.w.request_count, 0);
}

static void test_marker_follows(void **state)
{
	struct fixture *f = *state;
	with_markers(f);
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	f->room->ops->confirmed(f->room, false);
	say(f, 10, "hello");
	expect_log(f, "Al: hello\n");
	list_nothing(f);
	expect_unmarked(f);
	/* There may be more by now: it is listed first. */
	f->room->ops->confirmed(f->room, true);
	service_settle(&f->s);
	expect_unmarked(f);
	list_nothing(f);
	service_expect(&f->s, MARK);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200, "{}");
	/* Nothing new: nothing to do. */
	for (int i = 0; i < 10; i++) {
		list_nothing(f);
		expect_unmarked(f);
	}
}

static void test_marker_is_not_moved_often(void **state)
{
	struct fixture *f = *state;
	with_markers(f);
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	f->room->ops->confirmed(f->room, false);
	f->room->ops->confirmed(f->room, true);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_expect(&f->s, MARK);
	service_answer(&f->s, 200, "{}");
	int64_t moved_ms = clock_mono_ms();
	f->room->ops->confirmed(f->room, false);
	f->room->ops->confirmed(f->room, true);
	for (int i = 0; i < 100 && !f->s.w.request_count; i++)
		list_nothing(f);
	assert_in_range(clock_mono_ms() - moved_ms, 30000, 30000 + 2 * MAX_MS);
	service_expect(&f->s, MARK);
	service_answer(&f->s, 200, "{}");
}

/* What is new in the listing waits for its own turn. */
static void test_marker_waits_for_what_is_new(void **state)
{
	struct fixture *f = *state;
	with_markers(f);
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	f->room->ops->confirmed(f->room, true);
	f->open_in_event = true;
	say(f, 10, "hello");
	expect_log(f, "Al: hello\n");
	expect_unmarked(f);
	list_nothing(f);
	expect_unmarked(f);
}

static void test_puppet_marker(void **state)
{
	static const char payload[] = "{\"v\":1,\"name\":\"Bob\",\"kind\":"
				      "\"message\",\"content\":\"hi\","
				      "\"id\":\"net%2Fbob\"}";
	const struct parcel parcel = {
		.ticket = 7,
		.source_id = "x1",
		.token = "t1",
		.payload = payload,
		.payload_len = sizeof(payload) - 1,
	};
	struct fixture *f = *state;
	with_markers(f);
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
	f->room->ops->deliver(f->room, &parcel);
	service_expect(&f->s, "POST /app-instance-users");
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, "POST " MESSAGES);
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 1);
	service_answer(&f->s, 201, "{\"MessageId\":\"m7\"}");
	expect_log(f, "receipt 7 done m7\n");
	service_expect(&f->s, MARK);
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	/* The room goes with the call under way. */
	close_room(f);
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

static void test_first_start(void **state)
{
	struct fixture *f = *state;
	go_up(f, -1);
	service_expect(
		&f->s, "GET " MESSAGES "?sort-order=DESCENDING&max-results=1");
	say(f, 10, "old");
	expect_log(f, "position 11\n");
}

static void test_busy(void **state)
{
	struct fixture *f = *state;
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	f->answer = END_BUSY;
	say(f, 10, "hello");
	expect_log(f, "Al: hello\n");
	f->answer = END_TAKEN;
	f->in_verb = true;
	f->room->ops->resume(f->room);
	f->in_verb = false;
	expect_log(f, "Al: hello\n");
}

static void test_resume_before_it_is_open(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	f->room->ops->resume(f->room);
	service_expect(&f->s, JOIN);
	close_room(f);
	service_answer(&f->s, 201, "{}");
	expect_log(f, "");
}

static void test_cannot_be_opened_or_read(void **state)
{
	struct fixture *f = *state;
	begin(f, start_ms);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	service_pass_until_asked(&f->s, 1000000);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "ready\n");
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	service_pass_until_asked(&f->s, 100000);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_log(f, "ready\n");
}

static void test_prepare(void **state)
{
	struct fixture *f = *state;
	struct text text AUTOTEXT;
	struct buf payload AUTOBUF;
	struct buf small AUTOBUF;
	const char *why = NULL;
	text_init(&text, 1000);
	buf_init(&payload, 1000);
	buf_init(&small, 10);
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.sender = {.id = "net/bob", .name = "Bob"},
		.text = &text,
		.source_id = "",
	};
	go_up(f, start_ms);
	assert_int_equal(f->room->ops->prepare(f->room, &event, &payload, &why),
		-ENODATA);
	assert_null(why);
	text_append_plain(&text, "hi");
	assert_int_equal(
		f->room->ops->prepare(f->room, &event, &payload, &why), 0);
	assert_non_null(strstr(payload.data, "\"id\":\"net%2Fbob\""));
	assert_int_equal(f->room->ops->prepare(f->room, &event, &small, &why),
		-EMSGSIZE);
	assert_non_null(why);
}

static void test_closing_inside_events(void **state)
{
	struct fixture *f = *state;
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	f->close_in_event = true;
	say(f, 10, "hello");
	expect_log(f, "Al: hello\n");
	service_expect_none(&f->s);
	teardown(state);
	setup(state);
	go_up(f, start_ms);
	service_expect(&f->s, FIRST_LIST);
	say(f, 10, "hello");
	expect_log(f, "Al: hello\n");
	f->close_in_receipt = true;
	deliver(f, 7);
	service_expect(&f->s, "POST " MESSAGES);
	service_answer(&f->s, 201, "{\"MessageId\":\"m7\"}");
	expect_log(f, "receipt 7 done m7\n");
	service_expect_none(&f->s);
	teardown(state);
	setup(state);
	f->close_in_ready = true;
	begin(f, start_ms);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "ready\n");
	service_expect_none(&f->s);
	teardown(state);
	setup(state);
	f->close_in_ready = true;
	begin(f, start_ms);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	service_pass(&f->s, 100000);
}

static void test_user_of_another_app_instance(void **state)
{
	static const char *const rows[] = {"", "arn:other/user/b", WORLD_APP,
		WORLD_APP "/bot/b", WORLD_APP "b/user/b"};
	struct fixture *f = *state;
	struct end_chime_params params = plain;
	params.client = f->s.w.client;
	params.store = &f->s.store.base;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		params.user = rows[i];
		assert_null(end_chime_new(f->s.w.loop, &params, &err));
		assert_non_null(strstr(err.text, WORLD_APP));
	}
	end_chime_free(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_reads_and_speaks),
		T(test_marker_follows),
		T(test_marker_is_not_moved_often),
		T(test_marker_waits_for_what_is_new),
		T(test_puppet_marker),
		T(test_first_start),
		T(test_busy),
		T(test_resume_before_it_is_open),
		T(test_cannot_be_opened_or_read),
		T(test_prepare),
		T(test_closing_inside_events),
		T(test_user_of_another_app_instance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
