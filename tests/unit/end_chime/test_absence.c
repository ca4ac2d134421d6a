#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/absence.h"

#include "unit/support/end_chime_service.h"
#include "util/buf.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

struct fixture {
	struct service s;
	struct users *users;
	struct absence *absence;
	struct members all;
	struct buf log;
};

static void on_absent(void *arg, const struct absent *absent)
{
	struct fixture *f = arg;
	assert_false(users_may_be_member(
		f->users, absent->person_id, WORLD_CHANNEL));
	buf_addf(&f->log, "%s %s%s\n", absent->person_id, absent->name,
		absent->is_in_doubt ? "?" : "");
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	const struct absence_params params = {
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.absent = on_absent,
		.arg = &f,
	};
	f.absence = absence_new(&params);
	members_put(&f.all, WORLD_USER, "Bridge");
	members_put(&f.all, WORLD_APP "/user/al", "Al");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	absence_free(f->absence);
	members_release(&f->all);
	users_free(f->users);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

/* One whom we show, as far as we know. */
static void show(struct fixture *f, const char *nick)
{
	char id[64];
	snprintf(id, sizeof(id), "irc:net:%s", nick);
	const struct puppet puppet = {.id = id, .nick = nick, .sum = 1};
	puppets_put(users_puppets(f->users), &puppet);
	puppets_join(users_puppets(f->users), id, WORLD_CHANNEL, true);
}

static void list(struct fixture *f, const char *nick)
{
	char arn[256];
	snprintf(arn, sizeof(arn), WORLD_APP "/user/irc:net:%s", nick);
	members_put(&f->all, arn, nick)->is_own = true;
}

static void expect(struct fixture *f, bool is_missing, const char *text)
{
	assert_int_equal(absence_judge(f->absence, &f->all, 0), is_missing);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void test_removed(void **state)
{
	struct fixture *f = *state;
	show(f, "bob");
	show(f, "eve");
	list(f, "eve");
	clock_advance(60000);
	expect(f, true, "");
	expect(f, true, ""); /* the same moment tells nothing new */
	clock_advance(ABSENCE_SURE_MS - 1);
	expect(f, true, "");
	clock_advance(1);
	expect(f, false, "net/bob bob\n");
	expect(f, false, "");
	assert_true(users_is_member(f->users, "net/eve", WORLD_CHANNEL));
}

/* What a crash has interrupted is nobody's doing but ours. */
static void test_in_doubt(void **state)
{
	struct fixture *f = *state;
	show(f, "bob");
	users_doubt_member(f->users, "net/bob", WORLD_CHANNEL);
	clock_advance(60000);
	expect(f, true, "");
	clock_advance(ABSENCE_SURE_MS);
	expect(f, false, "net/bob bob?\n");
	/* It is there after all: not missed. */
	users_doubt_member(f->users, "net/eve", WORLD_CHANNEL);
	show(f, "eve");
	users_doubt_member(f->users, "net/eve", WORLD_CHANNEL);
	list(f, "eve");
	clock_advance(60000);
	expect(f, false, "");
	assert_true(users_may_be_member(f->users, "net/eve", WORLD_CHANNEL));
	assert_false(users_is_member(f->users, "net/eve", WORLD_CHANNEL));
}

static void test_was_there_all_the_time(void **state)
{
	struct fixture *f = *state;
	show(f, "bob");
	clock_advance(60000);
	expect(f, true, "");
	list(f, "bob");
	clock_advance(60000);
	expect(f, false, "");
	/* Missing anew. */
	members_drop(
		&f->all, members_find(&f->all, WORLD_APP "/user/irc:net:bob"));
	expect(f, true, "");
}

static void test_made_since_the_list_began(void **state)
{
	struct fixture *f = *state;
	clock_advance(60000);
	show(f, "bob");
	clock_advance(30000);
	assert_false(absence_judge(f->absence, &f->all, 25000));
	expect(f, true, "");
	/* Back in between: what was missed before does not count. */
	show(f, "bob");
	puppets_leave(users_puppets(f->users), "irc:net:bob", WORLD_CHANNEL);
	puppets_join(
		users_puppets(f->users), "irc:net:bob", WORLD_CHANNEL, true);
	clock_advance(ABSENCE_SURE_MS);
	expect(f, false, "");
	clock_advance(60000);
	expect(f, true, "");
}

static void test_taken_out_by_ourselves(void **state)
{
	struct fixture *f = *state;
	show(f, "bob");
	clock_advance(60000);
	expect(f, true, "");
	users_forget_member(f->users, "net/bob", WORLD_CHANNEL);
	clock_advance(60000);
	expect(f, false, "");
}

/* A list that cannot be right. */
static void test_without_who_asked(void **state)
{
	struct fixture *f = *state;
	show(f, "bob");
	members_drop(&f->all, members_find(&f->all, WORLD_USER));
	for (int i = 0; i < 3; i++) {
		clock_advance(60000);
		expect(f, false, "");
	}
}

static void test_many_at_once(void **state)
{
	struct fixture *f = *state;
	char nick[32];
	for (int i = 0; i < ABSENCE_FEW + 9; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		show(f, nick);
		if (i > ABSENCE_FEW)
			list(f, nick);
	}
	clock_advance(60000);
	expect(f, true, "");
	clock_advance(ABSENCE_MANY_MS - 1);
	expect(f, true, "");
	clock_advance(1);
	assert_false(absence_judge(f->absence, &f->all, 0));
	int lines = 0;
	for (const char *p = f->log.data; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, ABSENCE_FEW + 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_removed),
		T(test_in_doubt),
		T(test_was_there_all_the_time),
		T(test_made_since_the_list_began),
		T(test_taken_out_by_ourselves),
		T(test_without_who_asked),
		T(test_many_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
