#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/admission.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAVE(name)                                                            \
	"DELETE /channels/APP/channel/c/memberships/APP/user/irc:net:" name
#define LOOK(name)                                                             \
	"GET /channels/APP/channel/c/memberships/APP/user/irc:net:" name
#define ASK(name) "GET " USERS_AT "irc:net:" name

static struct admission *admission;
static struct buf receipts;
static const char *speaker;
static const char *close_at;

static bool is_speaking(void *arg, const char *person_id)
{
	(void)arg;
	return str_eq(person_id, speaker);
}

static void on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	static const char *const names[] = {
		[MIRROR_DONE] = "done",
		[MIRROR_REFUSED] = "refused",
		[MIRROR_LATER] = "later",
		[MIRROR_NOT_SHOWN] = "not shown",
	};
	(void)arg;
	assert_int_equal(receipt->why == NULL, receipt->outcome == MIRROR_DONE);
	buf_addf(&receipts, "%c%s %s", receipt->is_here ? '+' : '-',
		receipt->person_id, names[receipt->outcome]);
	if (receipt->retry_ms)
		buf_addf(&receipts, " %d", (int)receipt->retry_ms);
	buf_adds(&receipts, "\n");
	if (str_eq(receipt->person_id, close_at))
		admission_close(TAKE(admission));
}

static void begin(struct users_rig *f, bool puppets, bool is_open)
{
	const struct admission_params params = {
		.loop = f->s.w.loop,
		.client = f->s.w.client,
		.users = f->users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
		.puppets = puppets,
		.is_speaking = is_speaking,
		.mirrored = on_mirrored,
	};
	admission_close(admission);
	admission = admission_new(&params);
	if (is_open)
		admission_open(admission, WORLD_CHANNEL);
}

static int setup(void **state)
{
	users_rig_setup(state);
	buf_init(&receipts, 1 << 16);
	speaker = close_at = NULL;
	begin(*state, true, true);
	return 0;
}

static int teardown(void **state)
{
	struct users_rig *f = *state;
	admission_close(TAKE(admission));
	service_settle(&f->s);
	buf_release(&receipts);
	return users_rig_teardown(state);
}

static void admit(const char *id, const char *name)
{
	const struct person person = {.id = id, .name = name};
	admission_admit(admission, &person);
}

static void dismiss(const char *id)
{
	const struct removal removal = {.person_id = id};
	admission_dismiss(admission, &removal);
}

static void expect(struct users_rig *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(receipts.data, text);
	buf_clear(&receipts);
}

static void test_admits(void **state)
{
	struct users_rig *f = *state;
	admit("net/bob", "Bob");
	expect(f, "");
	service_expect(&f->s, USERS_MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 201, "{}");
	expect(f, "+net/bob done\n");
	/* From now on without a call, but not at once. */
	admit("net/bob", "Bob");
	assert_string_equal(receipts.data, "");
	expect(f, "+net/bob done\n");
	service_expect_none(&f->s);
	/* One whose name is not known keeps theirs. */
	admit("net/bob", NULL);
	expect(f, "+net/bob done\n");
	service_expect_none(&f->s);
	/* By another name, in the background. */
	admit("net/bob", "Rob");
	service_expect(&f->s, "PUT " USERS_AT "irc:net:bob");
	expect(f, "+net/bob done\n");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

static void test_not_to_be_shown(void **state)
{
	struct users_rig *f = *state;
	const struct person unshown = {
		.id = "net/eve", .name = "Eve", .is_unshown = true};
	admission_admit(admission, &unshown);
	expect(f, "+net/eve not shown\n");
	begin(f, false, true);
	admit("net/bob", "Bob");
	expect(f, "+net/bob not shown\n");
	f->max_puppets = 1;
	admission_close(TAKE(admission));
	service_settle(&f->s);
	users_rig_restart(f);
	users_rig_know(f, "net/joe", "Joe");
	begin(f, true, true);
	admit("net/bob", "Bob");
	expect(f, "+net/bob not shown\n");
	service_expect_none(&f->s);
}

static void test_not_open(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/joe", "Joe");
	begin(f, true, false);
	admit("net/bob", "Bob");
	dismiss("net/joe");
	dismiss("net/eve");
	expect(f, "+net/bob later\n-net/joe later\n-net/eve done\n");
}

/* Known, and cannot join: the person is kept out. */
static void test_banned(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	admit("net/bob", "Bob");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 403, "{\"Message\":\"banned\"}");
	service_expect(&f->s, ASK("bob"));
	service_answer(&f->s, 200, USERS_THEIRS);
	expect(f, "+net/bob refused\n");
	assert_true(users_knows(f->users, "net/bob"));
}

/* Just made: perhaps it is not known everywhere yet. */
static void test_fresh(void **state)
{
	struct users_rig *f = *state;
	admit("net/bob", "Bob");
	service_expect(&f->s, USERS_MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 403, "{}");
	expect(f, "+net/bob later 5000\n");
}

static void test_failures(void **state)
{
	static const struct {
		int status;
		const char *body;
		const char *receipt;
	} rows[] = {
		{400, "{}", "+net/bob refused\n"},
		{400, "{\"Code\":\"ResourceLimitExceeded\"}",
			"+net/bob not shown\n"},
		{401, "{}", "+net/bob later 60000\n"},
		{403, USERS_DENIED, "+net/bob later 60000\n"},
	};
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
		admit("net/bob", "Bob");
		service_expect(&f->s, USERS_JOIN);
		service_answer(&f->s, rows[i].status, "%s", rows[i].body);
		expect(f, rows[i].receipt);
		clock_advance(10 * 60 * 1000); /* a full channel is let be */
	}
}

static void test_dismisses(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 204, "{}");
	expect(f, "-net/bob done\n");
	users_rig_expect_log(f, "member " WORLD_CHANNEL
				"|irc:net:bob=made 1611079200 in-doubt\n"
				"member " WORLD_CHANNEL "|irc:net:bob gone\n");
	/* Who is not shown is not touched. */
	dismiss("net/bob");
	dismiss("net/eve");
	expect(f, "-net/bob done\n-net/eve done\n");
	service_expect_none(&f->s);
	assert_true(users_knows(f->users, "net/bob"));
}

/* Another process, after what the last one has not heard the end of. */
static void restart(struct users_rig *f)
{
	admission_close(TAKE(admission));
	users_rig_restart(f);
	service_cut(&f->s);
	service_settle(&f->s);
	begin(f, true, true);
}

static void on_doubt(void *arg, const struct shown *shown)
{
	unsigned *count = arg;
	assert_true(shown->is_in_doubt);
	(*count)++;
}

static void expect_doubt(void)
{
	unsigned count = 0;
	admission_shown(admission, on_doubt, &count);
	assert_int_equal(count, 1);
}

static void test_crash_while_admitting(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	admit("net/bob", "Bob");
	service_expect(&f->s, USERS_JOIN);
	restart(f);
	expect_doubt();
	/* Who has gone meanwhile is taken out, though nobody knows of it. */
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	service_answer(&f->s, 204, "{}");
	expect(f, "-net/bob done\n");
	admission_shown(admission, on_doubt, NULL);
}

static void test_crash_while_dismissing(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	restart(f);
	expect_doubt();
	/* Who has come back meanwhile is let in, whether it was done or not. */
	admit("net/bob", "Bob");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 201, "{}");
	expect(f, "+net/bob done\n");
	assert_true(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
}

/* The words came in between, and have made them a member again. */
static void test_speaks_while_dismissed(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	puppets_join(
		users_puppets(f->users), "irc:net:bob", WORLD_CHANNEL, true);
	service_answer(&f->s, 204, "{}");
	expect(f, "-net/bob later 2000\n");
	assert_true(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
}

static void test_dismissal_refused(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, LOOK("bob"));
	service_answer(&f->s, 200, "{}");
	expect(f, "-net/bob refused\n");
	assert_true(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
	/* It was no member. */
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, LOOK("bob"));
	service_answer(&f->s, 404, "{}");
	expect(f, "-net/bob done\n");
	assert_false(users_is_member(f->users, "net/bob", WORLD_CHANNEL));
}

static void test_dismissal_later(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	dismiss("net/bob");
	service_expect(&f->s, LEAVE("bob"));
	service_answer(&f->s, 403, USERS_DENIED);
	expect(f, "-net/bob later 60000\n");
	speaker = "net/bob";
	dismiss("net/bob");
	expect(f, "-net/bob later 2000\n");
	admit("net/eve", "Eve");
	service_expect(&f->s, USERS_MAKE);
	dismiss("net/eve");
	expect(f, "-net/eve later 2000\n");
}

static void on_shown(void *arg, const struct shown *shown)
{
	(void)arg;
	buf_addf(&receipts, "%s %s %s\n", shown->person_id, shown->name,
		strrchr(shown->as, '/'));
}

static void test_shown(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_rig_know(f, "net/eve", "Eve");
	users_forget_member(f->users, "net/eve", WORLD_CHANNEL);
	fake_store_put(&f->s.store, "puppet", "irc:n..0123456789abcdef",
		"of an old file");
	fake_store_put(&f->s.store, "member",
		WORLD_CHANNEL "|irc:n..0123456789abcdef", "1");
	admission_close(TAKE(admission));
	service_settle(&f->s);
	users_rig_restart(f);
	begin(f, true, false);
	admission_shown(admission, on_shown, NULL);
	expect(f, "net/bob Bob /irc:net:bob\n");
}

static void test_closing(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	close_at = "net/bob";
	admit("net/bob", "Bob");
	admit("net/eve", "Eve");
	expect(f, "+net/bob done\n");
	begin(f, true, true);
	close_at = NULL;
	dismiss("net/bob");
	admit("net/eve", "Eve");
	service_expect_any(&f->s);
	admission_close(TAKE(admission));
	admission_close(NULL);
	while (f->s.w.held_count) {
		service_answer(&f->s, 400, "{}");
		service_settle(&f->s);
	}
	expect(f, "");
}

/* ---- live messages go first ---- */

static void limit(struct users_rig *f)
{
	struct budget_limits limits;
	budget_limits_default(&limits, "us-east-1");
	budget_set_limits(chime_client_budget(f->s.w.client), &limits);
}

static const char *made(struct users_rig *f)
{
	service_expect(&f->s, USERS_MAKE);
	return service_string(&f->s, "AppInstanceUserId");
}

/* Two seconds' worth of people are being admitted. */
static void admit_many(struct users_rig *f)
{
	char id[20];
	limit(f);
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "net/n%d", i);
		admit(id, "x");
	}
	for (int i = 0; i < 10; i++) {
		assert_string_not_equal(made(f), "irc:net:n19");
		service_answer(&f->s, 500, "{}");
		service_settle(&f->s);
	}
	/* The rate is used up. */
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 0);
}

static int64_t until_made(struct users_rig *f, const char *id)
{
	for (int64_t passed = 0; passed < 5000; passed += 10) {
		if (f->s.w.request_count) {
			assert_string_equal(made(f), id);
			return passed;
		}
		clock_advance(10);
		loop_turn(f->s.w.loop, 1);
		loop_turn(f->s.w.loop, 1);
	}
	fail();
	return 0;
}

static void test_speaker_overtakes(void **state)
{
	struct users_rig *f = *state;
	admit_many(f);
	users_rig_ensure(f, "net/ann", "Ann", CHIME_LIVE);
	assert_in_range(until_made(f, "irc:net:ann"), 0, 200);
}

/* Who is in the row and speaks is called out of it. */
static void test_waiting_one_is_raised(void **state)
{
	struct users_rig *f = *state;
	admit_many(f);
	users_rig_ensure(f, "net/n19", "x", CHIME_LIVE);
	assert_in_range(until_made(f, "irc:net:n19"), 0, 200);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_admits),
		T(test_not_to_be_shown),
		T(test_not_open),
		T(test_banned),
		T(test_fresh),
		T(test_failures),
		T(test_dismisses),
		T(test_crash_while_admitting),
		T(test_crash_while_dismissing),
		T(test_speaks_while_dismissed),
		T(test_dismissal_refused),
		T(test_dismissal_later),
		T(test_shown),
		T(test_closing),
		T(test_speaker_overtakes),
		T(test_waiting_one_is_raised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
