#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/roster.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/str.h"

#include <inttypes.h>
#include <string.h>

enum { EVERY_MS = 30 * 1000 };

#define LIST                                                                   \
	"GET /channels/APP/channel/c/memberships?type=DEFAULT&"                \
	"max-results=50"
#define HIDDEN                                                                 \
	"GET /channels/APP/channel/c/memberships?type=HIDDEN&max-results=50"
#define ONE(id, name)                                                          \
	"{\"Member\":{\"Arn\":\"" WORLD_APP "/user/" id "\",\"Name\":\"" name  \
	"\"}}"
#define READ(id, name, at)                                                     \
	"{\"Member\":{\"Arn\":\"" WORLD_APP "/user/" id "\",\"Name\":\"" name  \
	"\"},\"ReadMarkerTimestamp\":" at "}"
#define BOT "{\"Member\":{\"Arn\":\"" WORLD_APP "/bot/b\",\"Name\":\"Bot\"}}"
#define OF(members) "{\"ChannelMemberships\":[" members "]}"

struct fixture {
	struct service s;
	struct users *users;
	struct roster *roster;
	struct buf log;
	unsigned load;
	const char *close_at; /* in the callback that begins so */
	bool refresh_in_complete;
};

static const char *id_of(const char *arn)
{
	return strrchr(arn, '/') + 1;
}

static void note(struct fixture *f, const char *what, const char *arn)
{
	buf_addf(&f->log, "%s%s%s\n", what, *arn ? " " : "", arn);
	if (str_eq(f->close_at, what))
		roster_close(TAKE(f->roster));
}

static void on_state(void *arg, enum roster_state state)
{
	static const char *const words[] = {"begins", "complete", "unknown"};
	struct fixture *f = arg;
	if (f->refresh_in_complete && state == ROSTER_COMPLETE) {
		f->refresh_in_complete = false;
		roster_refresh(f->roster);
	}
	note(f, words[state], "");
}

static void on_presence(void *arg, const struct presence *presence)
{
	static const char *const words[] = {[PRESENCE_HERE] = "here",
		[PRESENCE_LEFT] = "left",
		[PRESENCE_RENAMED] = "renamed"};
	struct fixture *f = arg;
	const struct person *person = &presence->person;
	assert_int_equal(presence->origin, ORIGIN_PERSON);
	assert_string_equal(person->address, person->id);
	assert_null(person->account);
	assert_int_equal(
		person->is_bot, str_eq(person->id, WORLD_APP "/bot/b"));
	if (presence->is_hidden)
		buf_adds(&f->log, "hidden ");
	note(f, words[presence->kind], person->name);
}

static void on_read(void *arg, const char *arn, int64_t at_ms)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%" PRId64 " ", at_ms);
	note(f, "read", id_of(arn));
}

static void on_listed(void *arg, const struct members *all, int64_t began_ms)
{
	struct fixture *f = arg;
	(void)began_ms;
	buf_addf(&f->log, "%d ", (int)members_count(all));
	note(f, "listed", "");
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	const struct roster_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f.load,
		.state = on_state,
		.presence = on_presence,
		.has_read = on_read,
		.listed = on_listed,
		.arg = &f,
	};
	f.roster = roster_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	roster_close(f->roster);
	assert_int_equal(f->load, 0);
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

static void answer(struct fixture *f, const char *line, const char *body)
{
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200, "%s", body);
}

/* The next regular list. */
static void list(struct fixture *f, const char *body)
{
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	answer(f, LIST, body);
}

/* Al and Bo are there; nobody may ask for the hidden ones. */
static void begin(struct fixture *f)
{
	answer(f, LIST, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "begins\nhere Al\nhere Bo\ncomplete\n2 listed\n");
}

static void test_first(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST,
		"{\"ChannelMemberships\":[" ONE("al", "Al") ",{}," ONE(
			"bridge", "B") "],\"NextToken\":\"n\"}");
	answer(f, LIST "&next-token=n",
		OF(ONE("irc:net:bob", "bob") "," ONE("bo", "") "," BOT));
	expect_log(f, "");
	answer(f, HIDDEN, OF(ONE("spy", "Spy")));
	expect_log(f, "begins\nhere Al\nhere bo\nhere Bot\nhidden here Spy\n"
		      "complete\n6 listed\n");
	service_expect_none(&f->s);
}

static void test_changes(void **state)
{
	struct fixture *f = *state;
	begin(f);
	int64_t ms = service_pass_until_asked(&f->s, 2 * EVERY_MS);
	assert_in_range(ms, EVERY_MS * 9 / 10 - 200, EVERY_MS * 11 / 10 + 200);
	answer(f, LIST, OF(ONE("al", "Alice") "," ONE("cy", "Cy")));
	/* Hidden ones were refused: not asked for again. */
	expect_log(f, "left Bo\nrenamed Alice\nhere Cy\n2 listed\n");
	list(f, OF(ONE("al", "Alice") "," ONE("cy", "Cy")));
	expect_log(f, "2 listed\n");
}

/* So many, and half of what is told last. */
static void list_crowd(struct fixture *f, unsigned count, const char *more)
{
	struct buf AUTOBUF members;
	buf_init(&members, 1 << 16);
	for (unsigned i = 0; i < count; i++)
		buf_addf(&members,
			"{\"Member\":{\"Arn\":\"" WORLD_APP
			"/user/u%u\",\"Name\":\"U\"}},",
			i);
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[%s%s]}",
		members.data, more);
}

/* Who would be told of each could not know that the list may be broken. */
static void test_great_loss_is_told_as_a_whole(void **state)
{
	struct fixture *f = *state;
	begin(f);
	list_crowd(f, ROSTER_LOSS_MAX + 1, ONE("al", "Al"));
	service_settle(&f->s);
	buf_clear(&f->log);
	list_crowd(f, 0, ONE("al", "Al"));
	expect_log(f, "begins\nhere Al\ncomplete\n1 listed\n");
	/* They come back as they went. */
	list_crowd(f, 2, ONE("al", "Al"));
	expect_log(f, "here U\nhere U\n3 listed\n");
}

static void test_small_loss_is_told_by_name(void **state)
{
	struct fixture *f = *state;
	begin(f);
	list_crowd(f, ROSTER_LOSS_MAX, ONE("al", "Al"));
	service_settle(&f->s);
	buf_clear(&f->log);
	list_crowd(f, 0, ONE("al", "Al"));
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data, "left U\n"));
	assert_null(strstr(f->log.data, "begins"));
}

static void test_hidden(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST, OF(ONE("al", "Al")));
	answer(f, HIDDEN, OF(ONE("spy", "Spy")));
	expect_log(f, "begins\nhere Al\nhidden here Spy\ncomplete\n"
		      "2 listed\n");
	/* Now and then; until then they are where they were. */
	for (int i = 1; i < ROSTER_HIDDEN_EVERY; i++) {
		list(f, OF(ONE("al", "Al")));
		expect_log(f, "2 listed\n");
	}
	list(f, OF(ONE("spy", "Spy")));
	answer(f, HIDDEN, OF(ONE("al", "Al")));
	expect_log(f, "hidden left Spy\nhere Spy\nleft Al\nhidden here Al\n"
		      "2 listed\n");
}

/* Who is in neither of two lists is gone, unless nobody may know. */
static void test_hidden_goes(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST, OF(ONE("al", "Al")));
	answer(f, HIDDEN, OF(ONE("spy", "Spy") "," ONE("eve", "Eve")));
	buf_clear(&f->log);
	for (int i = 1; i < ROSTER_HIDDEN_EVERY; i++)
		list(f, OF(ONE("al", "Al")));
	service_settle(&f->s);
	buf_clear(&f->log);
	list(f, OF(ONE("al", "Al")));
	answer(f, HIDDEN, OF(ONE("eve", "Eve")));
	expect_log(f, "hidden left Spy\n2 listed\n");
	for (int i = 1; i < ROSTER_HIDDEN_EVERY; i++)
		list(f, OF(ONE("al", "Al")));
	service_settle(&f->s);
	buf_clear(&f->log);
	list(f, OF(ONE("al", "Al")));
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "2 listed\n");
}

static void test_failing_midway_says_nothing(void **state)
{
	struct fixture *f = *state;
	begin(f);
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	answer(f, LIST,
		"{\"ChannelMemberships\":[" ONE(
			"cy", "Cy") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	service_answer(&f->s, 403, "{}");
	expect_log(f, "");
	int64_t ms = service_pass_until_asked(&f->s, 2 * EVERY_MS);
	assert_in_range(ms, EVERY_MS / 2 - 200, EVERY_MS + 200);
	answer(f, LIST, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
}

/* A token that was refused: what came before it counts for nothing. */
static void test_token_expires(void **state)
{
	struct fixture *f = *state;
	begin(f);
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	answer(f, LIST,
		"{\"ChannelMemberships\":[" ONE(
			"cy", "Cy") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	service_answer(&f->s, 400, "{}");
	answer(f, LIST, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
}

/* And of the hidden ones no more than these begin anew. */
static void test_token_expires_of_hidden(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST, OF(ONE("al", "Al")));
	answer(f, HIDDEN,
		"{\"ChannelMemberships\":[" ONE(
			"bo", "Bo") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, HIDDEN "&next-token=n");
	service_answer(&f->s, 400, "{}");
	answer(f, HIDDEN, OF(ONE("spy", "Spy")));
	expect_log(f, "begins\nhere Al\nhidden here Spy\ncomplete\n"
		      "2 listed\n");
}

static void test_hidden_fails(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST, OF(ONE("al", "Al")));
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 401, "{}");
	expect_log(f, "");
	list(f, OF(ONE("al", "Al")));
	answer(f, HIDDEN, OF(""));
	expect_log(f, "begins\nhere Al\ncomplete\n1 listed\n");
}

static void test_refresh(void **state)
{
	struct fixture *f = *state;
	begin(f);
	roster_refresh(f->roster);
	answer(f, LIST, OF(ONE("al", "Al")));
	service_expect(&f->s, HIDDEN);
	/* Once more, while one is under way. */
	roster_refresh(f->roster);
	service_answer(&f->s, 200, OF(""));
	answer(f, LIST, OF(ONE("bo", "Bo")));
	answer(f, HIDDEN, OF(""));
	expect_log(f, "begins\nhere Bo\ncomplete\n1 listed\n");
	list(f, OF(ONE("bo", "Bo")));
	expect_log(f, "1 listed\n");
	f->refresh_in_complete = true;
	roster_refresh(f->roster);
	answer(f, LIST, OF(ONE("bo", "Bo")));
	answer(f, HIDDEN, OF(""));
	expect_log(f, "begins\nhere Bo\ncomplete\n1 listed\n");
	answer(f, LIST, OF(""));
	answer(f, HIDDEN, OF(""));
	expect_log(f, "begins\ncomplete\n0 listed\n");
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	begin(f);
	roster_set_readable(f->roster, false);
	roster_set_readable(f->roster, false);
	expect_log(f, "unknown\n");
	roster_refresh(f->roster);
	roster_poke(f->roster);
	roster_heard(f->roster, WORLD_APP "/user/cy");
	service_pass(&f->s, 4 * EVERY_MS);
	roster_set_readable(f->roster, true);
	assert_true(service_pass_until_asked(&f->s, 10000) <= 2200);
	answer(f, LIST, OF(ONE("al", "Al")));
	answer(f, HIDDEN, OF(""));
	expect_log(f, "begins\nhere Al\ncomplete\n1 listed\n");
	/* While one is under way: it is forgotten. */
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	roster_set_readable(f->roster, false);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(""));
	expect_log(f, "unknown\n");
	service_expect_none(&f->s);
}

static void test_stranger_speaks(void **state)
{
	struct fixture *f = *state;
	roster_heard(f->roster, WORLD_APP "/user/cy");
	begin(f);
	roster_heard(f->roster, WORLD_APP "/user/al");
	roster_heard(f->roster, WORLD_APP "/user/irc:net:bob");
	service_pass(&f->s, 20000);
	roster_heard(f->roster, WORLD_APP "/user/cy");
	assert_true(service_pass_until_asked(&f->s, 10000) <= 1200);
	answer(f, LIST, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
	/* Not without end: */
	roster_heard(f->roster, WORLD_APP "/user/cy");
	assert_in_range(service_pass_until_asked(&f->s, 15000), 9500, 10500);
	/* one who comes while it is listed is looked for again. */
	roster_heard(f->roster, WORLD_APP "/user/cy");
	answer(f, LIST, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
	assert_in_range(service_pass_until_asked(&f->s, 15000), 9500, 10500);
}

static void test_markers(void **state)
{
	struct fixture *f = *state;
	answer(f, LIST,
		OF(READ("al", "Al", "1611079200.5") "," ONE(
			"bo", "Bo") "," READ("bridge", "B", "1611079200")));
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "begins\nhere Al\nhere Bo\ncomplete\n"
		      "1611079200500 read al\n3 listed\n");
	/* It moves forward only; absent says nothing. */
	list(f, OF(READ("al", "Al", "1611079100") "," READ(
			"bo", "Bo", "\"2021-01-19T18:00:01Z\"")));
	expect_log(f, "1611079201000 read bo\n2 listed\n");
	list(f, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
	list(f, OF(READ("al", "Al", "1611079200.5") "," ONE("bo", "Bo")));
	expect_log(f, "2 listed\n");
	roster_mark(f->roster, WORLD_APP "/user/al", 1611079200500);
	roster_mark(f->roster, WORLD_APP "/user/cy", 1611079200501);
	roster_mark(f->roster, WORLD_APP "/user/al", 1611079200501);
	expect_log(f, "1611079200501 read al\n");
}

/* Where calls may wait for their budget. */
static int64_t pass_until_seen(struct fixture *f, int64_t max_ms)
{
	int64_t passed = 0;
	for (service_settle(&f->s); !f->s.w.request_count; passed += 100) {
		assert_true(passed < max_ms);
		clock_advance(100);
		service_settle(&f->s);
	}
	return passed;
}

/* A twentieth of the rate for one, a fifth for all. */
static void test_long_lists_come_seldom(void **state)
{
	struct fixture *f = *state;
	struct budget_limits limits = {0};
	limits.per_second[CHIME_BUDGET_BEARER] = 1;
	budget_set_limits(chime_client_budget(f->s.w.client), &limits);
	answer(f, LIST, "{\"ChannelMemberships\":[],\"NextToken\":\"n\"}");
	pass_until_seen(f, 5000);
	answer(f, LIST "&next-token=n", OF(ONE("al", "Al")));
	pass_until_seen(f, 5000);
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	assert_int_equal(f->load, 2);
	assert_in_range(pass_until_seen(f, 100000), 36000 - 200, 44000 + 200);
	f->load += 18; /* of others */
	answer(f, LIST, OF(""));
	service_settle(&f->s);
	assert_int_equal(f->load, 19);
	assert_in_range(pass_until_seen(f, 200000), 85500 - 200, 104500 + 200);
	f->load -= 18;
}

/* Others of this bearer go first, but not for ever. */
static void test_makes_way(void **state)
{
	struct fixture *f = *state;
	struct budget *budget = chime_client_budget(f->s.w.client);
	struct budget_limits limits = {0};
	limits.per_second[CHIME_BUDGET_BEARER] = 1;
	begin(f);
	budget_set_limits(budget, &limits);
	int64_t passed = 0;
	for (; !budget_waiting(budget) && passed < 300000; passed += 500) {
		/* The bucket is kept empty. */
		budget_throttled(budget, WORLD_USER, 1000);
		clock_advance(500);
		for (int i = 0; i < 4; i++)
			loop_turn(f->s.w.loop, 0);
		assert_int_equal(f->s.w.request_count, 0);
	}
	assert_in_range(passed, ROSTER_PATIENCE_MS + EVERY_MS * 8 / 10,
		ROSTER_PATIENCE_MS + EVERY_MS * 12 / 10 + 5000);
	pass_until_seen(f, 5000);
	service_expect(&f->s, LIST);
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	roster_close(TAKE(f->roster));
	roster_close(NULL);
	service_expect_none(&f->s);
	assert_int_equal(f->load, 0);
}

static void close_at(struct fixture *f, const char *word, const char *text)
{
	f->close_at = word;
	answer(f, LIST, OF(READ("al", "Al", "1611079200") "," ONE("bo", "Bo")));
	service_expect(&f->s, HIDDEN);
	service_answer(&f->s, 403, "{}");
	expect_log(f, text);
	assert_null(f->roster);
	service_pass(&f->s, 2 * EVERY_MS);
}

static void test_closing_at_begins(void **state)
{
	close_at(*state, "begins", "begins\n");
}

static void test_closing_at_here(void **state)
{
	close_at(*state, "here", "begins\nhere Al\n");
}

static void test_closing_at_complete(void **state)
{
	close_at(*state, "complete", "begins\nhere Al\nhere Bo\ncomplete\n");
}

static void test_closing_at_read(void **state)
{
	close_at(*state, "read",
		"begins\nhere Al\nhere Bo\ncomplete\n1611079200000 read al\n");
}

static void test_closing_at_unknown(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->close_at = "unknown";
	roster_set_readable(f->roster, false);
	expect_log(f, "unknown\n");
	service_pass(&f->s, 2 * EVERY_MS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_first),
		T(test_changes),
		T(test_great_loss_is_told_as_a_whole),
		T(test_small_loss_is_told_by_name),
		T(test_hidden),
		T(test_hidden_goes),
		T(test_failing_midway_says_nothing),
		T(test_token_expires),
		T(test_token_expires_of_hidden),
		T(test_hidden_fails),
		T(test_refresh),
		T(test_unreadable),
		T(test_stranger_speaks),
		T(test_markers),
		T(test_long_lists_come_seldom),
		T(test_makes_way),
		T(test_closing),
		T(test_closing_at_begins),
		T(test_closing_at_here),
		T(test_closing_at_complete),
		T(test_closing_at_read),
		T(test_closing_at_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
