#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/end_chime.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/clock.h"

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
#define FIRST_LIST                                                             \
	"GET " MESSAGES "?sort-order=ASCENDING&not-before="                    \
	"2021-01-19T17:54:59.999Z&max-results=50"
#define AL WORLD_APP "/user/al"
#define BOB "APP/user/irc:net:bob"

struct fixture {
	struct service s;
	struct end_chime *end;
	struct end_room *room;
	struct buf log;
	bool in_verb;
};

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s%s: %s\n",
		event->origin == ORIGIN_SELF ? "self " : "", event->sender.name,
		text_plain(event->text));
	return END_TAKEN;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const words[] = {[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "doubt"};
	struct fixture *f = arg;
	buf_addf(&f->log, "%d %s\n", (int)receipt->ticket,
		words[receipt->outcome]);
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	assert_int_equal(ready, why == NULL);
	buf_addf(&f->log, ready ? "ready\n" : "not ready\n");
}

static void on_position(void *arg, int64_t position)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "position %" PRId64 "\n", position - start_ms);
}

static void on_roster(void *arg, enum roster_state state)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "roster %d\n", (int)state);
}

static void on_presence(void *arg, const struct presence *presence)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	assert_int_equal(presence->kind, PRESENCE_HERE);
	buf_addf(&f->log, "here %s\n", presence->person.name);
}

static void on_stood(void *arg, const struct standing_receipt *receipt)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "stood %d\n", (int)receipt->outcome);
}

static void on_attribute(void *arg, const struct attribute_state *state)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "attribute %d = %s\n", (int)state->attribute,
		state->value);
}

static void on_attribute_set(void *arg, const struct attribute_receipt *receipt)
{
	struct fixture *f = arg;
	assert_false(f->in_verb);
	buf_addf(&f->log, "set %d\n", (int)receipt->outcome);
}

static void on_right(void *arg, enum right right, bool may, const char *why)
{
	struct fixture *f = arg;
	assert_int_equal(may, why == NULL);
	if (right == RIGHT_BANS)
		buf_addf(&f->log, may ? "may\n" : "may not\n");
}

static int setup(void **state)
{
	static struct fixture f;
	struct err err;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	const struct end_chime_params params = {
		.client = f.s.w.client,
		.store = &f.s.store.base,
		.app_instance = WORLD_APP,
		.user = WORLD_USER,
		.poll_min_ms = MIN_MS,
		.poll_max_ms = MAX_MS,
	};
	f.end = end_chime_new(f.s.w.loop, &params, &err);
	assert_non_null(f.end);
	*state = &f;
	return 0;
}

static void close_room(struct fixture *f)
{
	struct end_room *room = TAKE(f->room);
	if (room)
		room->ops->close(room);
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

static void open_as(
	struct fixture *f, const struct end_chime_room_params *params)
{
	const struct end_sink sink = {
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.roster = on_roster,
		.presence = on_presence,
		.stood = on_stood,
		.attribute = on_attribute,
		.attribute_set = on_attribute_set,
		.right = on_right,
		.arg = f,
	};
	f->room = end_chime_open(f->end, params, &sink);
	f->in_verb = true;
	f->room->ops->start(f->room, start_ms);
	f->in_verb = false;
}

static void begin(struct fixture *f)
{
	const struct end_chime_room_params params = {
		.mapping = "m",
		.channel = WORLD_CHANNEL,
	};
	open_as(f, &params);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void answer(struct fixture *f, const char *line, int status)
{
	service_expect(&f->s, line);
	service_answer(&f->s, status, "{}");
}

static void go_up(struct fixture *f)
{
	begin(f);
	answer(f, JOIN, 409);
	answer(f, MODERATOR, 200);
	expect_log(f, "ready\n");
}

static void say(struct fixture *f, int ms, const char *who, const char *text)
{
	service_answer(&f->s, 200,
		"{\"ChannelMessages\":[{\"MessageId\":\"m%d\",\"Content\":"
		"\"%s\",\"CreatedTimestamp\":%" PRId64 ".%03d,\"Sender\":"
		"{\"Arn\":\"" WORLD_APP "/user/%s\",\"Name\":\"%s\"}}]}",
		ms, text, (start_ms + ms) / 1000, ms % 1000, who, who);
}

/* Answers what comes until this does. */
static void refuse_until(struct fixture *f, const char *word)
{
	for (int i = 0; i < 10; i++) {
		service_pass_until_asked(&f->s, 200000);
		service_expect_any(&f->s);
		if (strstr(f->s.w.requests[0].target, word))
			return;
		service_answer(&f->s, 403, "{}");
		service_settle(&f->s);
	}
	fail_msg("%s does not come", word);
}

/* Somebody has removed the bridge's user: it asks to be let in again, slowly.
 */
static void test_comes_back(void **state)
{
	struct fixture *f = *state;
	go_up(f);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	int64_t gone_ms = clock_mono_ms();
	refuse_until(f, "memberships");
	assert_in_range(clock_mono_ms() - gone_ms, 55000, 65000);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	refuse_until(f, "memberships");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "");
	service_pass_until_asked(&f->s, 200000);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_log(f, "ready\n");
}

/* Not while nothing can be reached. */
static void test_stays_through_an_outage(void **state)
{
	struct fixture *f = *state;
	go_up(f);
	for (int i = 0; i < 8; i++) {
		service_pass_until_asked(&f->s, 200000);
		service_expect(&f->s, FIRST_LIST);
		service_answer(&f->s, 500, "{}");
		service_settle(&f->s);
	}
}

static const char list_members[] =
	"GET /channels/APP/channel/c/memberships?type=DEFAULT&"
	"max-results=50";

/* Who moderates may read all the same: a refused line tells. */
static void test_comes_back_to_speak(void **state)
{
	struct fixture *f = *state;
	go_up(f);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
	f->room->ops->note(f->room, "hello");
	service_expect(&f->s, "POST " MESSAGES);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "");
	int status = 403;
	for (int i = 0; i < 60 && status != 201; i++) {
		service_pass_until_asked(&f->s, 1000000);
		service_expect_any(&f->s);
		if (!strstr(f->s.w.requests[0].target, "memberships")) {
			service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
			service_settle(&f->s);
			continue;
		}
		/* Refused at first. */
		status = f->log.len ? 201 : 403;
		service_expect(&f->s, JOIN);
		service_answer(&f->s, status, "{}");
		service_settle(&f->s);
		assert_string_equal(f->log.data, "not ready\n");
	}
	assert_int_equal(status, 201);
	answer(f, MODERATOR, 200);
	expect_log(f, "not ready\nready\n");
}

static void ask_for_all(struct fixture *f)
{
	const struct standing_change change = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.person_id = AL,
		.is_native = true,
	};
	f->in_verb = true;
	f->room->ops->moderate(f->room, true);
	f->room->ops->stand(f->room, &change);
	f->room->ops->set_attribute(f->room, ATTRIBUTE_NAME, "x", "op");
	f->in_verb = false;
}

static void test_moderating(void **state)
{
	struct fixture *f = *state;
	begin(f);
	ask_for_all(f);
	expect_log(f, "stood 2\nset 2\n"); /* later */
	answer(f, JOIN, 409);
	answer(f, MODERATOR, 200);
	service_settle(&f->s);
	service_expect(&f->s, FIRST_LIST);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_expect(&f->s, "GET /channels/APP/channel/c");
	service_answer(&f->s, 200, "{\"Channel\":{\"Name\":\"N\"}}");
	expect_log(f, "ready\nattribute 0 = \nattribute 1 = N\n"
		      "attribute 2 = 0\n");
	service_pass_until_asked(&f->s, 10000);
	service_expect(&f->s,
		"GET /channels?scope=app-instance-user-moderated-channels&"
		"app-instance-user-arn=APP/user/bridge&max-results=50");
	service_answer(&f->s, 200, "{}");
	answer(f, "GET /channels/APP/channel/c/bans?max-results=1", 403);
	expect_log(f, "may not\n");
	f->room->ops->moderate(f->room, false);
}

static void test_watching(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->in_verb = true;
	f->room->ops->watch(f->room, true);
	const struct removal removal = {.person_id = WORLD_APP "/user/al"};
	assert_int_equal(f->room->ops->expel(f->room, &removal), -EAGAIN);
	f->in_verb = false;
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	buf_clear(&f->log);
	service_expect(&f->s, list_members);
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[{\"Member\":{\"Arn\":\"" WORLD_APP
		"/user/al\",\"Name\":\"Al\"}}]}");
	service_expect(&f->s, FIRST_LIST);
	say(f, 10, "al", "hello");
	service_expect(&f->s,
		"GET /channels/APP/channel/c/memberships?type=HIDDEN&"
		"max-results=50");
	service_answer(&f->s, 403, "{}");
	expect_log(f, "al: hello\nroster 0\nhere Al\nroster 1\n");
	f->room->ops->watch(f->room, false);
	assert_int_equal(f->room->ops->expel(f->room, &removal), 0);
	service_expect(&f->s,
		"DELETE /channels/APP/channel/c/memberships/APP/user/al");
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	/* And it is said in the channel. */
	service_expect(&f->s, "POST " MESSAGES);
	assert_string_equal(service_string(&f->s, "Content"),
		"al was removed by somebody (IRC)");
}

/* --- of two ----------------------------------------------------------------
 */

#define LOOK "GET /channels/APP/channel/c/memberships/APP/user/al"
#define MADE "{\"ChannelArn\":\"" WORLD_CHANNEL "\"}"

static void begin_pair(struct fixture *f)
{
	const struct end_chime_room_params params = {
		.mapping = "m",
		.person = "net/bob",
		.person_name = "Bob",
		.peer = AL,
	};
	open_as(f, &params);
}

static void expect_of_bob(struct fixture *f, const char *line)
{
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, BOB);
}

static void go_up_as_pair(struct fixture *f)
{
	begin_pair(f);
	answer(f, "POST /app-instance-users", 201);
	expect_of_bob(f, "POST /channels");
	service_answer(&f->s, 201, MADE);
	expect_of_bob(f, JOIN);
	assert_string_equal(service_string(&f->s, "MemberArn"), AL);
	service_answer(&f->s, 201, "{}");
	expect_log(f, "ready\n");
	expect_of_bob(f, FIRST_LIST);
}

static void list_nothing(struct fixture *f)
{
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
}

/* By the payload that the room itself prepares. */
static void deliver(struct fixture *f, uint64_t ticket, const char *words)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF payload;
	const char *why = NULL;
	text_init(&text, 1000);
	buf_init(&payload, 10000);
	text_append(&text, words, strlen(words), 0);
	const struct event event = {
		.sender = {.id = "net/bob", .name = "Bob", .is_unshown = true},
		.text = &text,
		.source_id = "",
	};
	assert_int_equal(
		f->room->ops->prepare(f->room, &event, &payload, &why), 0);
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "",
		.token = "t1",
		.payload = payload.data,
		.payload_len = payload.len,
	};
	f->in_verb = true;
	f->room->ops->deliver(f->room, &parcel);
	f->in_verb = false;
}

static void expect_said(struct fixture *f, const char *content)
{
	expect_of_bob(f, "POST " MESSAGES);
	assert_string_equal(service_string(&f->s, "Content"), content);
	service_answer(&f->s, 201, "{\"MessageId\":\"m7\"}");
	service_settle(&f->s);
}

static void test_pair_talks(void **state)
{
	struct fixture *f = *state;
	go_up_as_pair(f);
	say(f, 10, "al", "hello");
	expect_log(f, "al: hello\n");
	/* Who has just spoken is there. */
	deliver(f, 1, "hi");
	expect_said(f, "hi");
	expect_log(f, "1 done\n");
	service_pass_until_asked(&f->s, 2 * MIN_MS);
	service_expect_any(&f->s);
	assert_string_equal(f->s.bearer, BOB);
	say(f, 20, "irc:net:bob", "hi");
	expect_log(f, "self irc:net:bob: \n");
	/* A note is said by the puppet, and marked. */
	f->room->ops->note(f->room, "gone");
	expect_of_bob(f, "POST " MESSAGES);
	assert_non_null(strstr(service_string(&f->s, "Metadata"), "note"));
	service_answer(&f->s, 201, "{\"MessageId\":\"m8\"}");
	service_settle(&f->s);
	/* Nobody is made a member but the two. */
	service_pass_until_asked(&f->s, 2 * MIN_MS);
	service_expect_any(&f->s);
	assert_string_equal(f->s.bearer, BOB);
}

static void test_pair_is_quiet(void **state)
{
	struct fixture *f = *state;
	int64_t longest = 0;
	go_up_as_pair(f);
	list_nothing(f);
	for (int i = 0; i < 30; i++) {
		int64_t ms = service_pass_until_asked(&f->s, 100000);
		longest = ms > longest ? ms : longest;
		service_expect_any(&f->s);
		list_nothing(f);
	}
	assert_in_range(longest, 50000, 66000);
	end_chime_set_poll(f->end, MIN_MS, 2 * MIN_MS);
	assert_in_range(
		service_pass_until_asked(&f->s, 100000), 4 * MIN_MS, 70000);
}

static void test_pair_that_was_left(void **state)
{
	struct fixture *f = *state;
	go_up_as_pair(f);
	list_nothing(f);
	deliver(f, 1, "hi");
	deliver(f, 2, "are you there?");
	expect_of_bob(f, LOOK);
	service_answer(&f->s, 404, "{}");
	expect_log(f, "1 refused\n2 refused\n");
	clock_advance(100000);
	deliver(f, 3, "please");
	for (int i = 0; i < 2; i++) {
		service_expect_any(&f->s);
		assert_string_equal(f->s.bearer, BOB);
		if (strstr(f->s.w.requests[0].target, "memberships"))
			service_answer(&f->s, 201, "{}");
		else
			list_nothing(f);
	}
	expect_said(f, "please");
	expect_log(f, "3 done\n");
}

static void test_pair_after_a_restart(void **state)
{
	struct fixture *f = *state;
	go_up_as_pair(f);
	assert_null(f->room->ops->moderate);
	list_nothing(f);
	close_room(f);
	begin_pair(f);
	expect_log(f, "ready\n");
	expect_of_bob(f, FIRST_LIST);
}

/* The puppet's user was deleted: a new channel, of which all is wanted. */
static void test_pair_that_was_lost(void **state)
{
	struct fixture *f = *state;
	go_up_as_pair(f);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "not ready\n");
	deliver(f, 1, "hi");
	bool is_made = false;
	for (int i = 0; i < 20 && !is_made; i++) {
		service_pass_until_asked(&f->s, 100000);
		service_expect_any(&f->s);
		const char *method = f->s.w.requests[0].method;
		const char *target = f->s.w.requests[0].target;
		is_made = strcmp(method, "POST") == 0 &&
			  strcmp(target, "/channels") == 0;
		if (is_made)
			service_answer(&f->s, 201,
				"{\"ChannelArn\":\"" WORLD_APP "/channel/d\"}");
		else
			service_answer(&f->s, 403, "{}");
		service_settle(&f->s);
	}
	assert_true(is_made);
	expect_of_bob(f, "POST /channels/APP/channel/d/memberships");
	service_answer(&f->s, 201, "{}");
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "ready\n"));
	expect_of_bob(f, "GET /channels/APP/channel/d/messages?sort-order="
			 "ASCENDING&not-before=1970-01-01T00:00:59.999Z&"
			 "max-results=50");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_comes_back),
		T(test_stays_through_an_outage),
		T(test_comes_back_to_speak),
		T(test_moderating),
		T(test_watching),
		T(test_pair_talks),
		T(test_pair_is_quiet),
		T(test_pair_that_was_left),
		T(test_pair_after_a_restart),
		T(test_pair_that_was_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
