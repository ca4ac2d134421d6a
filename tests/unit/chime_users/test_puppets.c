#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/puppets.h"

#include "chime_users/userid.h"
#include "unit/support/fake_store.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2021-01-19: day 18646 */
static const int64_t wall_ms = INT64_C(1611079200000);

struct fixture {
	struct fake_store store;
	struct puppets *puppets;
	char log[4096];
};

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	clock_freeze(1000, wall_ms);
	fake_store_init(&f.store);
	f.puppets = puppets_new(&f.store.base);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	puppets_free(f->puppets);
	fake_store_release(&f->store);
	clock_unfreeze();
	return 0;
}

static void restart(struct fixture *f)
{
	puppets_free(f->puppets);
	f->puppets = puppets_new(&f->store.base);
}

static void expect_log(struct fixture *f, const char *text)
{
	assert_string_equal(f->store.log.data, text);
	buf_clear(&f->store.log);
}

static const struct puppet bob = {
	.id = "irc:net:bob",
	.nick = "Bob",
	.person = "net/bob",
	.sum = 7,
	.day = 18000,
};

static void expect_bob(const struct fixture *f)
{
	struct puppet puppet;
	assert_true(puppets_get(f->puppets, "irc:net:bob", &puppet));
	assert_string_equal(puppet.id, "irc:net:bob");
	assert_string_equal(puppet.nick, "Bob");
	assert_null(puppet.person); /* the id says it */
	assert_int_equal(puppet.sum, 7);
	assert_int_equal(puppet.day, 18000);
	char *person = puppets_person(f->puppets, "irc:net:bob");
	assert_string_equal(person, "net/bob");
	free(person);
}

static void test_remembers(void **state)
{
	struct fixture *f = *state;
	assert_false(puppets_get(f->puppets, bob.id, NULL));
	assert_int_equal(puppets_count(f->puppets), 0);
	puppets_put(f->puppets, &bob);
	expect_log(f, "puppet irc:net:bob={\"v\":1,\"sum\":7,\"day\":18000,"
		      "\"nick\":\"Bob\"}\n");
	expect_bob(f);
	restart(f);
	expect_bob(f);
	assert_int_equal(puppets_count(f->puppets), 1);
}

static void test_old_files(void **state)
{
	struct fixture *f = *state;
	struct puppet puppet;
	fake_store_put(&f->store, "puppet", "irc:net:bob", "{Bob}");
	fake_store_put(&f->store, "member", "c|irc:net:bob", "1");
	/* Of a user that is not known. */
	fake_store_put(&f->store, "member", "c|irc:net:eve", "1");
	fake_store_put(&f->store, "member", "odd", "1");
	restart(f);
	assert_true(puppets_get(f->puppets, "irc:net:bob", &puppet));
	assert_string_equal(puppet.nick, "{Bob}");
	assert_int_equal(puppet.sum, 0);
	assert_int_equal(puppet.day, 0);
	assert_true(puppets_is_member(f->puppets, "irc:net:bob", "c"));
	assert_int_equal(puppets_member_ms(f->puppets, "irc:net:bob", "c"), 0);
	assert_false(puppets_is_member(f->puppets, "irc:net:eve", "c"));
	assert_int_equal(puppets_members(f->puppets, "c"), 1);
}

static const char long_person[] =
	"network/somebody-with-a-name-that-is-longer-than-fifty";

/* An id that was shortened does not say whose it is. */
static void test_long_ids(void **state)
{
	struct fixture *f = *state;
	char id[USERID_BYTES];
	userid_make(id, long_person);
	assert_null(puppets_person(f->puppets, id));
	const struct puppet puppet = {
		.id = id, .nick = "x", .person = long_person};
	puppets_put(f->puppets, &puppet);
	for (int i = 0; i < 2; i++) {
		char *person = puppets_person(f->puppets, id);
		assert_string_equal(person, long_person);
		free(person);
		restart(f);
	}
	/* A new name alone leaves that. */
	const struct puppet renamed = {.id = id, .nick = "yy"};
	puppets_put(f->puppets, &renamed);
	restart(f);
	char *person = puppets_person(f->puppets, id);
	assert_string_equal(person, long_person);
	free(person);
}

/* What the id says is not kept twice. */
static void test_nick_of_the_id(void **state)
{
	static const char *const nicks[] = {"bob", "bo", "Bob", "", "bob"};
	struct fixture *f = *state;
	struct puppet puppet;
	for (size_t i = 0; i < ARRAY_LEN(nicks); i++) {
		const struct puppet given = {
			.id = "irc:n:bob",
			.nick = nicks[i],
			.person = "other/person",
			.sum = 3,
		};
		puppets_put(f->puppets, &given);
		for (int k = 0; k < 2; k++) {
			assert_true(
				puppets_get(f->puppets, "irc:n:bob", &puppet));
			assert_string_equal(puppet.nick, nicks[i]);
			assert_string_equal(puppet.person, "other/person");
			restart(f);
		}
	}
}

static void test_seen_once_a_day(void **state)
{
	struct fixture *f = *state;
	puppets_put(f->puppets, &bob);
	buf_clear(&f->store.log);
	puppets_seen(f->puppets, bob.id, 18000);
	puppets_seen(f->puppets, bob.id, 17999);
	puppets_seen(f->puppets, "irc:net:eve", 18001);
	expect_log(f, "");
	puppets_seen(f->puppets, bob.id, 18001);
	expect_log(f, "puppet irc:net:bob={\"v\":1,\"sum\":7,\"day\":18001,"
		      "\"nick\":\"Bob\"}\n");
}

static void test_foreign(void **state)
{
	struct fixture *f = *state;
	puppets_put(f->puppets, &bob);
	puppets_join(f->puppets, bob.id, "c", true);
	buf_clear(&f->store.log);
	puppets_set_foreign(f->puppets, bob.id);
	expect_log(f, "member c|irc:net:bob gone\n"
		      "puppet irc:net:bob gone\n"
		      "puppet irc:net:bob={\"v\":1,\"foreign\":true}\n");
	for (int i = 0; i < 2; i++) {
		assert_true(puppets_is_foreign(f->puppets, bob.id));
		assert_false(puppets_get(f->puppets, bob.id, NULL));
		assert_null(puppets_person(f->puppets, bob.id));
		assert_int_equal(puppets_count(f->puppets), 0);
		assert_int_equal(puppets_members(f->puppets, "c"), 0);
		restart(f);
	}
	/* Nothing is kept of such a one. */
	puppets_join(f->puppets, bob.id, "c", true);
	puppets_seen(f->puppets, bob.id, 18700);
	expect_log(f, "");
}

static void on_member(void *arg, const struct puppets_member *member)
{
	struct fixture *f = arg;
	size_t len = strlen(f->log);
	snprintf(f->log + len, sizeof(f->log) - len, "%s%s ", member->puppet.id,
		member->is_made ? "!" : "?");
}

static void test_memberships(void **state)
{
	struct fixture *f = *state;
	puppets_put(f->puppets, &bob);
	buf_clear(&f->store.log);
	puppets_join(f->puppets, bob.id, "c", true);
	puppets_join(f->puppets, bob.id, "d", false);
	expect_log(f, "member c|irc:net:bob=made 1611079200\n"
		      "member d|irc:net:bob=found 1611079200\n");
	/* A rename moves it in memory. */
	const struct puppet renamed = {.id = bob.id, .nick = "Bobby", .sum = 8};
	puppets_put(f->puppets, &renamed);
	for (int i = 0; i < 2; i++) {
		f->log[0] = '\0';
		puppets_each_member(f->puppets, "c", on_member, f);
		puppets_each_member(f->puppets, "d", on_member, f);
		assert_string_equal(f->log, "irc:net:bob! irc:net:bob? ");
		assert_int_equal(
			puppets_member_ms(f->puppets, bob.id, "c"), wall_ms);
		restart(f);
	}
	buf_clear(&f->store.log);
	puppets_leave(f->puppets, bob.id, "c");
	puppets_leave(f->puppets, bob.id, "c");
	expect_log(f, "member c|irc:net:bob gone\n");
	assert_false(puppets_is_member(f->puppets, bob.id, "c"));
	puppets_forget(f->puppets, bob.id);
	puppets_forget(f->puppets, bob.id);
	expect_log(f, "member d|irc:net:bob gone\npuppet irc:net:bob gone\n");
	restart(f);
	assert_int_equal(puppets_count(f->puppets), 0);
}

static void test_memberships_in_doubt(void **state)
{
	struct fixture *f = *state;
	puppets_doubt_member(f->puppets, bob.id, "c");
	puppets_trust_member(f->puppets, bob.id, "c");
	puppets_put(f->puppets, &bob);
	puppets_join(f->puppets, bob.id, "c", true);
	buf_clear(&f->store.log);
	puppets_doubt_member(f->puppets, bob.id, "c");
	puppets_doubt_member(f->puppets, bob.id, "c");
	puppets_doubt_member(f->puppets, bob.id, "d");
	expect_log(f, "member c|irc:net:bob=made 1611079200 in-doubt\n"
		      "member d|irc:net:bob=found 1611079200 in-doubt\n");
	for (int i = 0; i < 2; i++) {
		assert_false(puppets_is_member(f->puppets, bob.id, "c"));
		assert_true(puppets_may_be_member(f->puppets, bob.id, "c"));
		assert_int_equal(
			puppets_member_ms(f->puppets, bob.id, "c"), wall_ms);
		restart(f);
	}
	buf_clear(&f->store.log);
	puppets_trust_member(f->puppets, bob.id, "c");
	puppets_trust_member(f->puppets, bob.id, "c");
	assert_true(puppets_is_member(f->puppets, bob.id, "c"));
	puppets_leave(f->puppets, bob.id, "d");
	assert_false(puppets_may_be_member(f->puppets, bob.id, "d"));
	expect_log(f, "member c|irc:net:bob=made 1611079200\n"
		      "member d|irc:net:bob gone\n");
}

static void test_doubt_and_mind(void **state)
{
	struct fixture *f = *state;
	puppets_set_doubted(f->puppets, bob.id, true);
	assert_false(puppets_is_doubted(f->puppets, bob.id));
	puppets_put(f->puppets, &bob);
	puppets_set_doubted(f->puppets, bob.id, true);
	puppets_put(f->puppets, &bob);
	assert_true(puppets_is_doubted(f->puppets, bob.id));
	puppets_set_doubted(f->puppets, bob.id, false);
	assert_false(puppets_is_doubted(f->puppets, bob.id));
	puppets_mind(f->puppets, "c", true);
	assert_false(puppets_is_minded(f->puppets, bob.id));
	puppets_join(f->puppets, bob.id, "c", true);
	assert_true(puppets_is_minded(f->puppets, bob.id));
}

static void on_puppet(void *arg, const struct puppet *puppet)
{
	struct fixture *f = arg;
	size_t len = strlen(f->log);
	snprintf(f->log + len, sizeof(f->log) - len, "%s ", puppet->nick);
}

static void test_each(void **state)
{
	struct fixture *f = *state;
	puppets_put(f->puppets, &bob);
	puppets_set_foreign(f->puppets, "irc:net:eve");
	puppets_each(f->puppets, on_puppet, f);
	assert_string_equal(f->log, "Bob ");
}

/* What is given may be what goes. */
static void test_put_of_itself(void **state)
{
	struct fixture *f = *state;
	struct puppet puppet;
	puppets_put(f->puppets, &bob);
	assert_true(puppets_get(f->puppets, bob.id, &puppet));
	puppets_put(f->puppets, &puppet);
	expect_bob(f);
	assert_true(puppets_get(f->puppets, bob.id, &puppet));
	puppets_forget(f->puppets, puppet.id);
	assert_int_equal(puppets_count(f->puppets), 0);
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	f->store.is_broken = true;
	restart(f);
	assert_int_equal(puppets_count(f->puppets), 0);
	puppets_free(f->puppets);
	puppets_free(NULL);
	f->puppets = NULL;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_remembers),
		T(test_old_files),
		T(test_long_ids),
		T(test_nick_of_the_id),
		T(test_seen_once_a_day),
		T(test_foreign),
		T(test_memberships),
		T(test_memberships_in_doubt),
		T(test_doubt_and_mind),
		T(test_each),
		T(test_put_of_itself),
		T(test_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
