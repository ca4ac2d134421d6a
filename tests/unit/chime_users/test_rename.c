#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/rename.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

#define RENAME "PUT " USERS_AT "irc:net:bob"
#define MARK "{\"belfry\":{\"v\":1,\"person\":\"net%2Fbob\"}}"

static int setup(void **state)
{
	users_rig_setup(state);
	users_rig_know(*state, "net/bob", "Bob");
	return 0;
}

/* Nobody waits for it. */
static void call_him(struct users_rig *f, const char *nick)
{
	assert_null(users_rig_ensure(f, "net/bob", nick, CHIME_LIVE));
}

static void expect_rename(struct users_rig *f, const char *name)
{
	service_expect(&f->s, RENAME);
	assert_string_equal(service_string(&f->s, "Name"), name);
	assert_string_equal(service_string(&f->s, "Metadata"), MARK);
}

static void test_renames(void **state)
{
	struct users_rig *f = *state;
	call_him(f, "Bob");
	service_expect_none(&f->s);
	call_him(f, "B\x01obby");
	expect_rename(f, "Bobby");
	users_rig_expect_log(f, "");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
	assert_non_null(strstr(f->s.store.log.data, "\\u0001obby\"}\n"));
	call_him(f, "B\x01obby");
	service_pass(&f->s, 20000);
	users_rig_restart(f);
	call_him(f, "B\x01obby");
	service_expect_none(&f->s);
}

/* Of a storm the first one and the last one are seen. */
static void test_storm(void **state)
{
	struct users_rig *f = *state;
	char nick[20];
	for (int i = 0; i < 1000; i++) {
		snprintf(nick, sizeof(nick), "Bob%d", i);
		call_him(f, nick);
		if (i == 0) {
			expect_rename(f, "Bob0");
			service_answer(&f->s, 200, "{}");
			service_expect_none(&f->s);
		}
	}
	service_pass(&f->s, 4800);
	service_pass_until_asked(&f->s, 500);
	expect_rename(f, "Bob999");
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, 20000);
}

/* One at a time; and back again is no rename. */
static void test_while_under_way(void **state)
{
	struct users_rig *f = *state;
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	call_him(f, "Bob");
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 1);
	service_answer(&f->s, 200, "{}");
	service_pass_until_asked(&f->s, 5100);
	expect_rename(f, "Bob");
	call_him(f, "Rob");
	call_him(f, "Bob");
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, 20000);
}

/* It failed: it is tried again when he is heard of, but not at once. */
static void test_failure(void **state)
{
	struct users_rig *f = *state;
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	service_answer(&f->s, 400, "{}");
	service_pass(&f->s, 30000);
	call_him(f, "Rob");
	service_pass_until_asked(&f->s, 36000);
	expect_rename(f, "Rob");
	service_answer(&f->s, 403, USERS_DENIED);
	service_pass(&f->s, 100000);
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

/* There is no such user: it is made again when he is heard of. */
static void test_gone(void **state)
{
	struct users_rig *f = *state;
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	service_answer(&f->s, 404, "{}");
	service_expect_none(&f->s);
	assert_non_null(users_rig_ensure(f, "net/bob", "Rob", CHIME_LIVE));
	service_expect(&f->s, "GET " USERS_AT "irc:net:bob");
	service_answer(&f->s, 404, "{}");
	service_expect(&f->s, USERS_MAKE);
	assert_string_equal(service_string(&f->s, "Name"), "Rob");
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
	service_pass(&f->s, 100000);
}

/* An old file says nothing of the display name. */
static void test_old_file(void **state)
{
	struct users_rig *f = *state;
	fake_store_put(&f->s.store, "puppet", "irc:net:bob", "Bob");
	users_rig_restart(f);
	call_him(f, "Bob");
	service_expect_none(&f->s);
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

/* Many at once: a few are under way. */
static void test_many(void **state)
{
	struct users_rig *f = *state;
	char person[20];
	for (int i = 0; i < 10; i++) {
		snprintf(person, sizeof(person), "net/n%d", i);
		users_rig_know(f, person, "x");
	}
	for (int i = 0; i < 10; i++) {
		snprintf(person, sizeof(person), "net/n%d", i);
		assert_null(users_rig_ensure(f, person, "y", CHIME_LIVE));
	}
	for (int i = 0; i < 10; i++) {
		service_expect_any(&f->s);
		service_settle(&f->s);
		assert_in_range(f->s.w.request_count, 1, RENAMES_UNDER_WAY);
		service_answer(&f->s, 200, "{}");
	}
	service_expect_none(&f->s);
}

static void test_freed_under_way(void **state)
{
	struct users_rig *f = *state;
	call_him(f, "Rob");
	expect_rename(f, "Rob");
	users_free(f->users);
	f->users = NULL;
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, users_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_renames),
		T(test_storm),
		T(test_while_under_way),
		T(test_failure),
		T(test_gone),
		T(test_old_file),
		T(test_many),
		T(test_freed_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
