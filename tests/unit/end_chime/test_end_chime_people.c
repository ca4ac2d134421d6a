/* People as the Chime end shows them, and no trace of them. */
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
#include <string.h>

#define MAKE "POST /app-instance-users"
#define JOIN "POST /channels/APP/channel/c/memberships"
#define SEND "POST /channels/APP/channel/c/messages"
#define LEAVE(name) "DELETE /channels/APP/channel/c/memberships/APP/user/" name

struct fixture {
	struct service s;
	struct end_chime *end;
	struct end_room *room;
	struct buf log;
	bool close_when_mirrored;
	struct end_chime_unmapped unmapped;
};

static void close_room(struct fixture *f)
{
	struct end_room *room = TAKE(f->room);
	if (room)
		room->ops->close(room);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
	return END_TAKEN;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "receipt %s\n", receipt->dest_id);
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct fixture *f = arg;
	(void)why;
	buf_adds(&f->log, ready ? "ready\n" : "not ready\n");
}

static void on_position(void *arg, int64_t position)
{
	(void)arg;
	(void)position;
}

static void on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%c%s %d\n", receipt->is_here ? '+' : '-',
		receipt->person_id, (int)receipt->outcome);
	if (f->close_when_mirrored)
		close_room(f);
}

static void on_shown(void *arg, const struct shown *shown)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s is %s\n", shown->person_id, shown->name);
}

static void on_unmapped(const struct end_chime_unmapped *progress, void *arg)
{
	struct fixture *f = arg;
	f->unmapped = *progress;
}

static int setup(void **state)
{
	static struct fixture f;
	struct err err;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	fake_store_put(&f.s.store, "room m", "joined", WORLD_CHANNEL);
	fake_store_put(&f.s.store, "room m", "made", WORLD_CHANNEL);
	const struct end_chime_params params = {
		.client = f.s.w.client,
		.store = &f.s.store.base,
		.app_instance = WORLD_APP,
		.user = WORLD_USER,
		.puppets = true,
		.max_puppets = 1,
		.retire_after_ms = 1000,
		.poll_min_ms = 1000,
		.poll_max_ms = 15000,
	};
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

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void begin(struct fixture *f)
{
	const struct end_sink sink = {
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.mirrored = on_mirrored,
		.arg = f,
	};
	const struct end_chime_room_params params = {
		.mapping = "m",
		.channel = WORLD_CHANNEL,
		.is_minded = true,
	};
	f->room = end_chime_open(f->end, &params, &sink);
	f->room->ops->start(f->room, 0);
	service_expect_any(&f->s); /* what was said */
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	expect_log(f, "ready\n");
}

static void admit(struct fixture *f, const char *id, const char *name)
{
	const struct person person = {.id = id, .name = name};
	f->room->ops->admit(f->room, &person);
}

static void admit_bob(struct fixture *f)
{
	admit(f, "net/bob", "Bob");
	service_expect(&f->s, MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	expect_log(f, "+net/bob 0\n");
}

static void test_shows(void **state)
{
	const struct removal removal = {.person_id = "net/bob"};
	struct fixture *f = *state;
	begin(f);
	admit_bob(f);
	/* There is room for one. */
	admit(f, "net/eve", "Eve");
	expect_log(f, "+net/eve 3\n");
	f->room->ops->shown(f->room, on_shown, f);
	expect_log(f, "net/bob is Bob\n");
	f->room->ops->dismiss(f->room, &removal);
	service_expect(&f->s, LEAVE("irc:net:bob"));
	service_answer(&f->s, 204, "{}");
	expect_log(f, "-net/bob 0\n");
	f->room->ops->shown(f->room, on_shown, f);
	expect_log(f, "");
}

/* Known before the room is opened. */
static void test_shown_at_the_start(void **state)
{
	struct fixture *f = *state;
	begin(f);
	admit_bob(f);
	close_room(f);
	service_settle(&f->s);
	const struct end_sink sink = {.ready = on_ready, .arg = f};
	const struct end_chime_room_params params = {.mapping = "m"};
	fake_store_put(&f->s.store, "room m", "channel", WORLD_CHANNEL);
	f->room = end_chime_open(f->end, &params, &sink);
	f->room->ops->shown(f->room, on_shown, f);
	expect_log(f, "net/bob is Bob\n");
}

static void say(struct fixture *f)
{
	static const char payload[] =
		"{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
		"\"content\":\"hi\",\"id\":\"net%2Fbob\"}";
	const struct parcel parcel = {
		.ticket = 1,
		.source_id = "x",
		.token = "t1",
		.payload = payload,
		.payload_len = strlen(payload),
	};
	f->room->ops->deliver(f->room, &parcel);
	service_expect(&f->s, MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
}

/* Whoever speaks is shown from then on. */
static void test_speaks(void **state)
{
	struct fixture *f = *state;
	begin(f);
	say(f);
	service_expect(&f->s, SEND);
	expect_log(f, "+net/bob 0\n");
	service_answer(&f->s, 201, "{\"MessageId\":\"m1\"}");
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "receipt m1\n"));
}

static void test_closed_when_told(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->close_when_mirrored = true;
	say(f);
	expect_log(f, "+net/bob 0\n");
	service_expect_none(&f->s);
}

/* Of a mapping that has ended nobody tells who is there. */
static void test_retired_after_the_end(void **state)
{
	struct fixture *f = *state;
	begin(f);
	admit_bob(f);
	close_room(f);
	clock_advance(INT64_C(3) * 24 * 3600 * 1000);
	service_pass_until_asked(&f->s, INT64_C(60) * 1000);
	service_expect(
		&f->s, "DELETE /app-instance-users/APP/user/irc:net:bob");
	service_answer(&f->s, 204, "{}");
	service_expect_none(&f->s);
}

static int unmap(struct fixture *f, const char *mapping)
{
	return end_chime_unmap(f->end, mapping, false, on_unmapped, f);
}

static void test_unmap(void **state)
{
	struct fixture *f = *state;
	begin(f);
	admit_bob(f);
	assert_int_equal(unmap(f, "m"), -EBUSY);
	/* Another mapping of the channel that is open. */
	fake_store_put(&f->s.store, "room n", "joined", WORLD_CHANNEL);
	assert_int_equal(unmap(f, "n"), -EBUSY);
	close_room(f);
	service_settle(&f->s);
	assert_int_equal(unmap(f, "m"), 0);
	assert_int_equal(unmap(f, "m"), -EALREADY);
	service_expect(&f->s, LEAVE("irc:net:bob"));
	service_answer(&f->s, 204, "{}");
	service_expect(&f->s, LEAVE("bridge"));
	service_answer(&f->s, 204, "{}");
	service_expect_none(&f->s);
	assert_true(f->unmapped.is_done);
	assert_int_equal(f->unmapped.removed, 2);
	assert_int_equal(unmap(f, "m"), 0);
}

static void test_unmap_is_cut_short(void **state)
{
	struct fixture *f = *state;
	begin(f);
	admit_bob(f);
	close_room(f);
	service_settle(&f->s);
	assert_int_equal(unmap(f, "m"), 0);
	service_expect(&f->s, LEAVE("irc:net:bob"));
	/* It is mapped again: nothing more is taken back. */
	begin(f);
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	assert_true(f->unmapped.is_done);
	assert_int_equal(f->unmapped.failed, 1);
}

static void test_unmap_unreadable(void **state)
{
	struct fixture *f = *state;
	f->s.store.is_broken = true;
	assert_int_equal(unmap(f, "m"), -EIO);
	f->s.store.is_broken = false;
	/* Freed while it is under way. */
	assert_int_equal(unmap(f, "m"), 0);
	service_expect(&f->s, LEAVE("bridge"));
	service_answer(&f->s, 500, "{}");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_shows),
		T(test_shown_at_the_start),
		T(test_speaks),
		T(test_closed_when_told),
		T(test_retired_after_the_end),
		T(test_unmap),
		T(test_unmap_is_cut_short),
		T(test_unmap_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
