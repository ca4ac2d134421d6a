#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/people.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"

#include <inttypes.h>
#include <string.h>

enum { EVERY_MS = 60 * 1000 };

#define LIST                                                                   \
	"GET /channels/APP/channel/c/memberships?type=DEFAULT&"                \
	"max-results=50"
#define HIDDEN                                                                 \
	"GET /channels/APP/channel/c/memberships?type=HIDDEN&max-results=50"
#define ABOUT                                                                  \
	"GET /channels/APP/channel/c?scope=app-instance-user-membership&"      \
	"app-instance-user-arn=APP/user/al"
#define AL WORLD_APP "/user/al"
#define OF(more)                                                               \
	"{\"ChannelMemberships\":[{\"Member\":{\"Arn\":\"" AL                  \
	"\",\"Name\":\"Al\"}" more "}]}"

struct fixture {
	struct service s;
	struct users *users;
	struct end_sink sink;
	struct people *people;
	struct buf log;
	unsigned load;
};

static void on_roster(void *arg, enum roster_state state)
{
	static const char *const words[] = {"begins", "complete", "unknown"};
	struct fixture *f = arg;
	buf_addf(&f->log, "%s\n", words[state]);
}

static void on_presence(void *arg, const struct presence *presence)
{
	struct fixture *f = arg;
	bool is_self = presence->origin == ORIGIN_SELF;
	buf_addf(&f->log, "%s%d %s%s%s\n", is_self ? "self " : "",
		(int)presence->kind, presence->person.name, is_self ? " " : "",
		is_self ? presence->person.id : "");
}

static void on_read(void *arg, const char *person_id, int64_t at_ms)
{
	struct fixture *f = arg;
	assert_string_equal(person_id, AL);
	buf_addf(&f->log, "read %" PRId64 "\n", at_ms);
}

static void on_note(void *arg, const char *text)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s\n", text);
}

static void on_lost(void *arg)
{
	struct fixture *f = arg;
	buf_adds(&f->log, "lost\n");
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	f.sink = (struct end_sink){
		.roster = on_roster,
		.presence = on_presence,
		.has_read = on_read,
		.arg = &f,
	};
	const struct people_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f.load,
		.sink = &f.sink,
		.note = on_note,
		.lost = on_lost,
		.arg = &f,
	};
	f.people = people_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	people_close(f->people);
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

static void expect_list(struct fixture *f, const char *body)
{
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, "%s", body);
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
}

static void test_watching(void **state)
{
	struct fixture *f = *state;
	people_heard(f->people, AL);
	service_pass(&f->s, 2 * EVERY_MS);
	people_watch(f->people, true);
	expect_list(f, OF(""));
	expect_log(f, "begins\n0 Al\ncomplete\n");
	people_watch(f->people, true);
	expect_list(f, OF(""));
	expect_log(f, "begins\n0 Al\ncomplete\nlost\n");
	people_watch(f->people, false);
	service_pass(&f->s, 2 * EVERY_MS);
	assert_int_equal(f->load, 0);
	people_watch(f->people, false);
	people_watch(f->people, true);
	service_expect(&f->s, LIST);
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	people_set_readable(f->people, false);
	people_watch(f->people, true);
	service_pass(&f->s, 2 * EVERY_MS);
	people_set_readable(f->people, true);
	service_pass_until_asked(&f->s, 5000);
	expect_list(f, OF(""));
	expect_log(f, "begins\n0 Al\ncomplete\n");
}

static void test_list_tells_marks(void **state)
{
	struct fixture *f = *state;
	people_watch(f->people, true);
	expect_list(f, OF(",\"ReadMarkerTimestamp\":1611079200"));
	expect_log(f, "begins\n0 Al\ncomplete\nread 1611079200000\n");
	people_heard(f->people, AL);
	service_pass(&f->s, EVERY_MS / 2);
}

static void test_list_tells_no_marks(void **state)
{
	struct fixture *f = *state;
	people_watch(f->people, true);
	expect_list(f, OF(""));
	expect_log(f, "begins\n0 Al\ncomplete\n");
	people_heard(f->people, WORLD_USER);
	people_heard(f->people, AL);
	for (int i = 0; i < 2; i++) {
		service_pass_until_asked(&f->s, EVERY_MS / 2);
		service_expect(&f->s, ABOUT);
		service_answer(&f->s, 200,
			"{\"ChannelMembership\":{"
			"\"AppInstanceUserMembershipSummary\":"
			"{\"ReadMarkerTimestamp\":1611079300}}}");
		expect_log(f, i ? "" : "read 1611079300000\n");
	}
}

/* Who was removed is gone from the list soon. */
static void test_expelling(void **state)
{
	struct fixture *f = *state;
	const struct removal removal = {.person_id = AL, .name = "Al"};
	people_watch(f->people, true);
	expect_list(f, OF(""));
	expect_log(f, "begins\n0 Al\ncomplete\n");
	service_pass(&f->s, EVERY_MS / 2);
	assert_int_equal(people_expel(f->people, &removal), 0);
	service_expect(&f->s,
		"DELETE /channels/APP/channel/c/memberships/APP/user/al");
	service_answer(&f->s, 204, "{}");
	expect_log(f, "Al was removed by somebody (IRC)\n");
	assert_true(service_pass_until_asked(&f->s, EVERY_MS) <= 1200);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
	expect_log(f, "1 Al\nlost\n");
	/* Also while nobody watches. */
	people_watch(f->people, false);
	assert_int_equal(people_expel(f->people, &removal), 0);
	service_expect(&f->s,
		"DELETE /channels/APP/channel/c/memberships/APP/user/al");
	service_answer(&f->s, 204, "{}");
	expect_log(f, "Al was removed by somebody (IRC)\n");
}

#define OF_BRIDGE                                                              \
	"{\"ChannelMemberships\":[{\"Member\":{\"Arn\":\"" WORLD_USER          \
	"\",\"Name\":\"B\"}}]}"

/* One whom we show is not there any more. */
static void test_removed_by_somebody(void **state)
{
	struct fixture *f = *state;
	const struct puppet bob = {.id = "irc:net:bob", .nick = "bob"};
	puppets_put(users_puppets(f->users), &bob);
	puppets_join(
		users_puppets(f->users), "irc:net:bob", WORLD_CHANNEL, true);
	clock_advance(EVERY_MS);
	people_watch(f->people, true);
	expect_list(f, OF_BRIDGE);
	expect_log(f, "begins\ncomplete\n");
	/* Looked at again soon, to be sure. */
	assert_in_range(service_pass_until_asked(&f->s, EVERY_MS), 5000, 21000);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF_BRIDGE);
	expect_log(f, "self 4 bob net/bob\n");
	assert_in_range(
		service_pass_until_asked(&f->s, 2 * EVERY_MS), 50000, 70000);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF_BRIDGE);
	expect_log(f, "");
}

static void test_left_by_our_own_doing(void **state)
{
	struct fixture *f = *state;
	const struct puppet bob = {.id = "irc:net:bob", .nick = "bob"};
	puppets_put(users_puppets(f->users), &bob);
	users_doubt_member(f->users, "net/bob", WORLD_CHANNEL);
	clock_advance(EVERY_MS);
	people_watch(f->people, true);
	expect_list(f, OF_BRIDGE);
	expect_log(f, "begins\ncomplete\n");
	service_pass_until_asked(&f->s, EVERY_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF_BRIDGE);
	expect_log(f, "self 1 bob net/bob\n");
}

/* We ourselves are not there: said once. */
static void test_lost(void **state)
{
	struct fixture *f = *state;
	static const char *const said[] = {
		"", "lost\n", "", "1 Al\n", "0 Al\n", "lost\n"};
	people_watch(f->people, true);
	for (size_t i = 0; i < 6; i++) {
		if (i == 0) {
			expect_list(f, OF(""));
			expect_log(f, "begins\n0 Al\ncomplete\n");
			continue;
		}
		service_pass_until_asked(&f->s, 2 * EVERY_MS);
		service_expect(&f->s, LIST);
		service_answer(&f->s, 200, "%s", i == 3 ? OF_BRIDGE : OF(""));
		expect_log(f, said[i]);
	}
}

static void test_sink_that_does_not_care(void **state)
{
	struct fixture *f = *state;
	f->sink = (struct end_sink){.arg = f};
	people_watch(f->people, true);
	expect_list(f, OF(",\"ReadMarkerTimestamp\":1611079200"));
	people_heard(f->people, AL);
	service_pass(&f->s, EVERY_MS / 2);
	people_set_readable(f->people, false);
	expect_log(f, "");
	people_close(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_watching),
		T(test_unreadable),
		T(test_list_tells_marks),
		T(test_list_tells_no_marks),
		T(test_expelling),
		T(test_removed_by_somebody),
		T(test_left_by_our_own_doing),
		T(test_lost),
		T(test_sink_that_does_not_care),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
