#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/retire.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/clock.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 3600 * 1000;

#define RETIRE(name) "DELETE " USERS_AT "irc:net:" name

static struct retire *retire;
static const char *busy; /* ARN */

static bool is_busy(void *arg, const char *arn)
{
	(void)arg;
	return busy && strcmp(arn, busy) == 0;
}

static void begin(struct users_rig *f, int64_t after_ms)
{
	const struct retire_params params = {
		.loop = f->s.w.loop,
		.client = f->s.w.client,
		.users = f->users,
		.after_ms = after_ms,
		.is_busy = is_busy,
	};
	retire = retire_new(&params);
}

static int teardown(void **state)
{
	retire_free(retire);
	retire = NULL;
	busy = NULL;
	return users_rig_teardown(state);
}

static void test_never(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, 0);
	assert_null(retire);
	retire_free(NULL);
}

/* The oldest first; who was seen since stays. */
static void test_oldest_first(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	clock_advance(DAY_MS);
	users_rig_know(f, "net/eve", "Eve");
	users_rig_know(f, "net/joe", "Joe");
	begin(f, 3 * DAY_MS);
	clock_advance(4 * DAY_MS);
	assert_null(users_rig_ensure(f, "net/joe", "Joe", CHIME_LIVE));
	buf_clear(&f->s.store.log);
	service_pass_until_asked(&f->s, RETIRE_LOOK_MS + 5000);
	service_expect(&f->s, RETIRE("bob"));
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	users_rig_expect_log(f, "member " WORLD_CHANNEL "|irc:net:bob gone\n"
				"puppet irc:net:bob gone\n");
	assert_in_range(service_pass_until_asked(&f->s, 60000), 900, 60000);
	service_expect(&f->s, RETIRE("eve"));
	/* Somebody else has deleted it: as good. */
	service_answer(&f->s, 404, "{}");
	service_settle(&f->s);
	assert_false(users_knows(f->users, "net/eve"));
	service_pass(&f->s, 2 * RETIRE_LOOK_MS);
	assert_true(users_knows(f->users, "net/joe"));
}

/* Present, or about to speak: seen today. */
static void test_present(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	users_rig_know(f, "net/eve", "Eve");
	users_forget_member(f->users, "net/eve", WORLD_CHANNEL);
	users_mind(f->users, WORLD_CHANNEL, true);
	busy = WORLD_APP "/user/irc:net:eve";
	begin(f, DAY_MS);
	clock_advance(5 * DAY_MS);
	buf_clear(&f->s.store.log);
	service_pass(&f->s, 2 * RETIRE_LOOK_MS);
	assert_non_null(strstr(f->s.store.log.data, "irc:net:bob={"));
	assert_non_null(strstr(f->s.store.log.data, "irc:net:eve={"));
	assert_true(users_knows(f->users, "net/bob"));
	busy = NULL;
	clock_advance(2 * DAY_MS);
	service_pass_until_asked(&f->s, 2 * RETIRE_LOOK_MS);
	service_expect(&f->s, RETIRE("eve"));
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	assert_true(users_knows(f->users, "net/bob"));
}

/* Of an old file nobody knows: the time begins now. */
static void test_old_file(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	users_rig_restart(f);
	begin(f, 2 * DAY_MS);
	service_pass(&f->s, RETIRE_LOOK_MS + 6000);
	clock_advance(3 * DAY_MS);
	service_pass_until_asked(&f->s, RETIRE_LOOK_MS + 6000);
	service_expect(&f->s, RETIRE("bob"));
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
}

/* There is no room: the oldest makes some, though its time has not come. */
static void test_makes_room(void **state)
{
	struct users_rig *f = *state;
	f->max_puppets = 2;
	users_rig_restart(f);
	users_rig_know(f, "net/bob", "Bob");
	clock_advance(DAY_MS);
	users_rig_know(f, "net/eve", "Eve");
	begin(f, 100 * DAY_MS);
	service_pass(&f->s, 20000);
	assert_non_null(users_rig_ensure(f, "net/joe", "Joe", CHIME_LIVE));
	users_rig_expect(f, 1, CHIME_LIMIT);
	service_pass_until_asked(&f->s, RETIRE_HURRY_MS + 100);
	service_expect(&f->s, RETIRE("bob"));
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	users_rig_know(f, "net/joe", "Joe");
	/* Those of today stay. */
	assert_non_null(users_rig_ensure(f, "net/ann", "Ann", CHIME_LIVE));
	users_rig_expect(f, 1, CHIME_LIMIT);
	service_pass(&f->s, 60000);
}

/* Whoever speaks while it is deleted waits, and gets a new one. */
static void test_speaks_meanwhile(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, DAY_MS);
	clock_advance(3 * DAY_MS);
	service_pass_until_asked(&f->s, RETIRE_LOOK_MS + 6000);
	service_expect(&f->s, RETIRE("bob"));
	assert_non_null(users_rig_ensure(f, "net/bob", "Bob", CHIME_LIVE));
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 1);
	service_answer(&f->s, 204, "{}");
	service_expect(&f->s, USERS_MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
}

static void test_refused(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, DAY_MS);
	clock_advance(3 * DAY_MS);
	service_pass_until_asked(&f->s, RETIRE_LOOK_MS + 6000);
	service_expect(&f->s, RETIRE("bob"));
	service_answer(&f->s, 403, USERS_DENIED);
	/* Somebody has to do something: not at once again. */
	service_pass(&f->s, RETIRE_STOP_MS - 1000);
	service_pass_until_asked(&f->s, 2000);
	service_expect(&f->s, RETIRE("bob"));
	service_answer(&f->s, 403, "{}");
	/* It alone cannot be: it is not its turn again today. */
	service_pass(&f->s, 2 * RETIRE_LOOK_MS);
	assert_true(users_knows(f->users, "net/bob"));
}

static void test_freed_under_way(void **state)
{
	struct users_rig *f = *state;
	users_rig_know(f, "net/bob", "Bob");
	begin(f, DAY_MS);
	clock_advance(3 * DAY_MS);
	service_pass_until_asked(&f->s, RETIRE_LOOK_MS + 6000);
	service_expect(&f->s, RETIRE("bob"));
	retire_free(retire);
	retire = NULL;
	service_answer(&f->s, 204, "{}");
	service_settle(&f->s);
	assert_true(users_knows(f->users, "net/bob"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, users_rig_setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_never),
		T(test_oldest_first),
		T(test_present),
		T(test_old_file),
		T(test_makes_room),
		T(test_speaks_meanwhile),
		T(test_refused),
		T(test_freed_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
