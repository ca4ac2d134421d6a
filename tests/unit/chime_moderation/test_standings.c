#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/standings.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EVERY_MS = 30 * 1000 };

#define LIST "GET /channels/APP/channel/c/bans?max-results=50"
#define LOOK(id) "GET /channels/APP/channel/c/bans/APP/user/" id
#define ONE(id, name)                                                          \
	"{\"Member\":{\"Arn\":\"" WORLD_APP "/user/" id "\",\"Name\":\"" name  \
	"\"}}"
#define OF(bans) "{\"ChannelBans\":[" bans "]}"
#define BY(id, name)                                                           \
	"{\"ChannelBan\":{\"CreatedTimestamp\":1611079200.5,\"CreatedBy\":"    \
	"{\"Arn\":\"" WORLD_APP "/user/" id "\",\"Name\":\"" name "\"}}}"
#define AL WORLD_APP "/user/al"
/* Does not say whose it is. */
#define LONG "irc:net:xaver..0123456789abcdef"

struct fixture {
	struct service s;
	struct users *users;
	struct standings *standings;
	struct buf log;
	unsigned load;
	const char *changing;
	const char *close_at; /* in the callback that begins so */
};

static void note(struct fixture *f, const char *what)
{
	buf_addf(&f->log, "%s\n", what);
	if (str_eq(f->close_at, what))
		standings_close(TAKE(f->standings));
}

static void on_list(void *arg, const struct standing_list *list)
{
	static const char *const words[] = {"begins", "complete", "unknown"};
	if (list->state == ROSTER_COMPLETE && !list->is_whole)
		note(arg, "not whole");
	note(arg, words[list->state]);
}

static void on_standing(void *arg, const struct standing *standing)
{
	struct fixture *f = arg;
	const struct person *person = standing->person;
	char what[512], more[128] = "";
	assert_int_equal(
		standing->is_native, str_starts(person->id, "arn:aws:"));
	assert_null(standing->rule);
	if (standing->at_ms)
		snprintf(more, sizeof(more), " at %" PRId64,
			standing->at_ms % 1000000);
	snprintf(what, sizeof(what), "%s%s %s%s%s%s%s",
		standing->is_set ? "+" : "-",
		standing->is_native ? strrchr(person->id, '/') + 1 : person->id,
		person->name, standing->by ? " by " : "",
		str_or_empty(standing->by), more,
		standing->is_automatic ? " automatic" : "");
	note(f, what);
}

static void on_refused(
	void *arg, enum standing_kind kind, const struct chime_result *result)
{
	assert_int_equal(result->error, CHIME_FORBIDDEN);
	note(arg, kind == STANDING_BANNED ? "bans refused"
					  : "moderators refused");
}

static bool is_changing(void *arg, enum standing_kind kind, const char *arn)
{
	(void)kind;
	return str_eq(((struct fixture *)arg)->changing, arn);
}

static void begin(struct fixture *f, enum standing_kind kind)
{
	const struct standings_params params = {
		.client = f->s.w.client,
		.users = f->users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f->load,
		.kind = kind,
		.list = on_list,
		.standing = on_standing,
		.refused = on_refused,
		.is_changing = is_changing,
		.arg = f,
	};
	f->standings = standings_new(f->s.w.loop, &params);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 20);
	fake_store_put(&f.s.store, "puppet", "irc:net:bob",
		"{\"v\":1,\"nick\":\"Bob\",\"sum\":1,\"day\":1}");
	f.users = service_users(&f.s);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	standings_close(f->standings);
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

static void answer_list(struct fixture *f, const char *bans)
{
	service_expect(&f->s, LIST);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200, "%s", bans);
}

static void next_list(struct fixture *f, const char *bans)
{
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	answer_list(f, bans);
}

static void look(
	struct fixture *f, const char *line, int status, const char *body)
{
	service_expect(&f->s, line);
	service_answer(&f->s, status, "%s", body);
	service_settle(&f->s);
}

static void begin_empty(struct fixture *f)
{
	begin(f, STANDING_BANNED);
	answer_list(f, OF(""));
	expect_log(f, "begins\ncomplete\n");
}

static void test_a_whole_list(void **state)
{
	struct fixture *f = *state;
	begin(f, STANDING_BANNED);
	assert_false(standings_is_known(f->standings));
	answer_list(f,
		"{\"ChannelBans\":[" ONE(
			"al", "Al") ","
				    "{\"Member\":{\"Arn\":\"" WORLD_APP
				    "/bot/b\"}},{}," ONE("bridge",
					    "Bridge") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	expect_log(f, "");
	service_answer(&f->s, 200, OF(ONE("irc:net:bob", "Bob (IRC)")));
	expect_log(f, "begins\n+al Al\n+b b\n+net/bob Bob\ncomplete\n");
	assert_true(standings_is_known(f->standings));
	assert_true(standings_has(f->standings, AL));
	assert_false(standings_has(f->standings, WORLD_USER));
	assert_int_equal(f->load, 2);
	/* And then by whom. */
	look(f, LOOK("al"), 200, BY("op", "Olga"));
	expect_log(f, "+al Al by Olga at 200500\n");
	look(f, "GET /channels/APP/channel/c/bans/APP/bot/b", 404, "{}");
	look(f, LOOK("irc:net:bob"), 200, BY("bridge", "Belfry"));
	expect_log(f, "+net/bob Bob at 200500\n");
	/* They are not retired for now. */
	assert_non_null(strstr(f->s.store.log.data, "puppet irc:net:bob="));
}

static void test_differences(void **state)
{
	struct fixture *f = *state;
	begin_empty(f);
	next_list(f, OF(ONE("al", "Al") "," ONE("bo", "Bo")));
	look(f, LOOK("al"), 200, BY("op", ""));
	expect_log(f, "+al Al by op at 200500\n");
	look(f, LOOK("bo"), 404, "{}"); /* is gone again */
	expect_log(f, "");
	next_list(f, OF(ONE("al", "Al")));
	expect_log(f, "");
	/* A list may lag. */
	next_list(f, OF(""));
	look(f, LOOK("al"), 200, BY("op", ""));
	expect_log(f, "");
	next_list(f, OF(""));
	look(f, LOOK("al"), 404, "{}");
	expect_log(f, "-al Al\n");
	assert_false(standings_has(f->standings, AL));
	next_list(f, OF(""));
	expect_log(f, "");
	/* Who did it cannot be seen. */
	next_list(f, OF(ONE("al", "Al")));
	look(f, LOOK("al"), 403, "{}");
	expect_log(f, "+al Al\n");
	/* Two lists do. */
	next_list(f, OF(""));
	look(f, LOOK("al"), 403, "{}");
	expect_log(f, "");
	next_list(f, OF(""));
	expect_log(f, "-al Al\n");
	service_expect_none(&f->s);
}

static void test_our_own(void **state)
{
	struct fixture *f = *state;
	begin_empty(f);
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	standings_changed(f->standings, AL, true);
	assert_true(standings_has(f->standings, AL));
	/* Begun before. */
	answer_list(f, OF(""));
	expect_log(f, "");
	next_list(f, OF(ONE("al", "Al")));
	expect_log(f, "");
	standings_refresh(f->standings);
	answer_list(f, OF(ONE("al", "Al")));
	expect_log(f, "begins\n+al Al automatic\ncomplete\n");
	standings_changed(f->standings, AL, false);
	standings_refresh(f->standings);
	answer_list(f, OF(ONE("al", "Al")));
	expect_log(f, "begins\ncomplete\n");
	next_list(f, OF(""));
	expect_log(f, "");
	/* Lifted by somebody, and set by somebody. */
	standings_changed(f->standings, AL, true);
	next_list(f, OF(""));
	look(f, LOOK("al"), 404, "{}");
	expect_log(f, "-al al\n");
	next_list(f, OF(ONE("al", "Al")));
	look(f, LOOK("al"), 200, BY("bridge", "Belfry"));
	expect_log(f, "+al Al at 200500\n");
}

static void test_under_way(void **state)
{
	struct fixture *f = *state;
	begin_empty(f);
	f->changing = AL;
	next_list(f, OF(ONE("al", "Al")));
	expect_log(f, "");
	f->changing = NULL;
	next_list(f, OF(ONE("al", "Al")));
	look(f, LOOK("al"), 200, BY("op", "Olga"));
	expect_log(f, "+al Al by Olga at 200500\n");
	/* Changed by us while it is looked at. */
	next_list(f, OF(""));
	service_expect(&f->s, LOOK("al"));
	standings_changed(f->standings, AL, true);
	service_answer(&f->s, 404, "{}");
	expect_log(f, "");
	assert_true(standings_has(f->standings, AL));
}

/* A puppet whose person is not known; until they speak. */
static void test_nobody_known(void **state)
{
	struct fixture *f = *state;
	static const char list[] = OF(ONE(LONG, "X"));
	const struct puppet puppet = {
		.id = LONG,
		.nick = "Xaver",
		.person = "net/xaver",
	};
	begin(f, STANDING_BANNED);
	answer_list(f, list);
	expect_log(f, "begins\ncomplete\n");
	look(f, LOOK(LONG), 403, "{}");
	next_list(f, list);
	expect_log(f, "");
	puppets_put(users_puppets(f->users), &puppet);
	next_list(f, list);
	expect_log(f, "+net/xaver Xaver\n");
}

static void many(struct buf *out, int count)
{
	buf_adds(out, "{\"ChannelBans\":[");
	for (int i = 0; i < count; i++)
		buf_addf(out,
			"%s{\"Member\":{\"Arn\":\"" WORLD_APP
			"/user/x%d\",\"Name\":\"X\"}}",
			i ? "," : "", i);
	buf_adds(out, "]}");
}

/* Looks are bounded, and what is looked at lazily comes late. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	struct buf AUTOBUF list;
	buf_init(&list, 1 << 16);
	begin_empty(f);
	many(&list, STANDINGS_LOOKS + 10);
	next_list(f, list.data);
	service_settle(&f->s);
	for (int i = 0; i < 10; i++) {
		char line[64];
		snprintf(line, sizeof(line), "+x%d X\n", STANDINGS_LOOKS + i);
		assert_non_null(strstr(f->log.data, line));
	}
	buf_clear(&f->log);
	for (int i = 0; i < STANDINGS_LOOKS; i++) {
		service_expect_any(&f->s);
		service_answer(&f->s, 200, "%s", BY("op", "Olga"));
		service_settle(&f->s);
		assert_non_null(strstr(f->log.data, " by Olga"));
		buf_clear(&f->log);
	}
	service_expect(&f->s, LOOK("x50"));
	service_answer(&f->s, 200, "%s", BY("op", "Olga"));
	expect_log(f, "+x50 X by Olga at 200500\n");
}

static void test_many_are_gone(void **state)
{
	struct fixture *f = *state;
	struct buf AUTOBUF list;
	buf_init(&list, 1 << 16);
	begin(f, STANDING_BANNED);
	many(&list, STANDINGS_LOOKS + 2);
	answer_list(f, list.data);
	for (int i = 0; i < STANDINGS_LOOKS; i++) {
		service_expect_any(&f->s);
		service_answer(&f->s, 200, "%s", BY("op", "Olga"));
		service_settle(&f->s);
	}
	assert_int_equal(
		service_pass_until_asked(&f->s, EVERY_MS), STANDINGS_LAZY_MS);
	service_expect(&f->s, LOOK("x50"));
	service_answer(&f->s, 403, "{}");
	service_pass_until_asked(&f->s, EVERY_MS);
	service_expect(&f->s, LOOK("x51"));
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	buf_clear(&f->log);
	next_list(f, OF(""));
	for (int i = 0; i < STANDINGS_LOOKS; i++) {
		service_expect_any(&f->s);
		service_answer(&f->s, 404, "{}");
		service_settle(&f->s);
	}
	assert_non_null(strstr(f->log.data, "-x49 X\n"));
	assert_null(strstr(f->log.data, "-x50 X\n"));
	buf_clear(&f->log);
	next_list(f, OF(""));
	expect_log(f, "-x50 X\n-x51 X\n");
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	begin(f, STANDING_BANNED);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "bans refused\n");
	service_pass_until_asked(&f->s, EVERY_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 401, "{}");
	expect_log(f, "");
	/* Half a list is none. */
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200,
		"{\"ChannelBans\":[" ONE("al", "Al") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	service_answer(&f->s, 400, "{}");
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(ONE("bo", "Bo")));
	expect_log(f, "begins\n+bo Bo\ncomplete\n");
}

static void test_moderators(void **state)
{
	struct fixture *f = *state;
	begin(f, STANDING_MODERATOR);
	service_expect(
		&f->s, "GET /channels/APP/channel/c/moderators?max-results=50");
	service_answer(&f->s, 200,
		"{\"ChannelModerators\":[{\"Moderator\":{\"Arn\":\"" WORLD_USER
		"\"}},{\"Moderator\":{\"Arn\":\"" AL "\",\"Name\":\"Al\"}}]}");
	expect_log(f, "begins\n+al Al\ncomplete\n");
	service_expect(
		&f->s, "GET /channels/APP/channel/c/moderators/APP/user/al");
	service_answer(&f->s, 200,
		"{\"ChannelModerator\":{\"CreatedBy\":{\"Name\":\"Olga\"}}}");
	expect_log(f, "+al Al by Olga\n");
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	service_expect(
		&f->s, "GET /channels/APP/channel/c/moderators?max-results=50");
	service_answer(&f->s, 403, "{}");
	expect_log(f, "moderators refused\n");
}

static void test_closing(void **state)
{
	static const char *const places[] = {
		"begins", "+al Al", "complete", "bans refused", "-al Al"};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		f->close_at = places[i];
		begin(f, STANDING_BANNED);
		service_expect(&f->s, LIST);
		service_answer(&f->s, i == 3 ? 403 : 200,
			OF(ONE("al", "Al") "," ONE("bo", "Bo")));
		service_settle(&f->s);
		if (i == 4) {
			look(f, LOOK("al"), 403, "{}");
			look(f, LOOK("bo"), 403, "{}");
			next_list(f, OF(""));
			look(f, LOOK("al"), 404, "{}");
		}
		assert_null(f->standings);
		service_expect_none(&f->s);
	}
	buf_clear(&f->log);
	/* In the middle of all. */
	f->close_at = NULL;
	begin(f, STANDING_BANNED);
	service_expect(&f->s, LIST);
	standings_close(TAKE(f->standings));
	service_cut(&f->s);
	begin(f, STANDING_BANNED);
	answer_list(f, OF(ONE("al", "Al")));
	service_expect(&f->s, LOOK("al"));
	standings_close(TAKE(f->standings));
	service_cut(&f->s);
	standings_close(NULL);
	expect_log(f, "begins\n+al Al\ncomplete\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_whole_list),
		T(test_differences),
		T(test_our_own),
		T(test_under_way),
		T(test_nobody_known),
		T(test_many),
		T(test_many_are_gone),
		T(test_failures),
		T(test_moderators),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
