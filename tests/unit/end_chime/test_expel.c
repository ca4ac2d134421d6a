#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/expel.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REMOVE "DELETE /channels/APP/channel/c/memberships/APP/user/"
#define PROOF                                                                  \
	"GET /channels/APP/channel/c?scope=app-instance-user-moderated-"       \
	"channel&app-instance-user-arn=APP/user/bridge"
#define AL WORLD_APP "/user/al"

struct fixture {
	struct service s;
	struct users *users;
	struct expel *expel;
	struct buf log;
	bool close_in_note;
};

static void on_note(void *arg, const char *text)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s\n", text);
	if (f->close_in_note)
		expel_close(TAKE(f->expel));
}

static void on_removed(void *arg)
{
	struct fixture *f = arg;
	buf_adds(&f->log, "gone\n");
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.users = service_users(&f.s);
	const struct expel_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
		.note = on_note,
		.removed = on_removed,
		.arg = &f,
	};
	f.expel = expel_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	expel_close(f->expel);
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

static int add(struct fixture *f, const char *arn)
{
	const struct removal removal = {
		.person_id = arn,
		.name = "Al",
		.actor = "bob",
		.reason = "enough",
	};
	return expel_add(f->expel, &removal);
}

static void expect_remove(struct fixture *f, const char *line, int status)
{
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, status, "{}");
}

static void test_removing(void **state)
{
	struct fixture *f = *state;
	const struct removal unknown = {.person_id = WORLD_APP "/user/bo"};
	assert_int_equal(add(f, AL), 0);
	assert_int_equal(add(f, AL), 0); /* once is enough */
	assert_int_equal(expel_add(f->expel, &unknown), 0);
	expect_log(f, "");
	expect_remove(f, REMOVE "al", 204);
	expect_log(f, "gone\nAl was removed by bob (IRC): enough\n");
	expect_remove(f, REMOVE "bo", 404);
	expect_log(f, "gone\nbo was removed by somebody (IRC)\n");
	service_expect_none(&f->s);
	/* They may come again. */
	assert_int_equal(add(f, AL), 0);
	expect_remove(f, REMOVE "al", 204);
	expect_log(f, "gone\nAl was removed by bob (IRC): enough\n");
}

static void test_words_are_cleaned(void **state)
{
	struct fixture *f = *state;
	char reason[2000];
	memset(reason, 'y', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = 0;
	memcpy(reason, "a\nb\x02 \xff", 6);
	const struct removal removal = {
		.person_id = AL,
		.name = "",
		.actor = "",
		.reason = reason,
	};
	assert_int_equal(expel_add(f->expel, &removal), 0);
	expect_remove(f, REMOVE "al", 204);
	service_settle(&f->s);
	assert_non_null(strstr(f->log.data,
		"al was removed by somebody (IRC): ab \xef\xbf\xbd"
		"yyy"));
	assert_in_range(
		f->log.len, EXPEL_REASON_BYTES, EXPEL_REASON_BYTES + 60);
}

static void test_never_our_own(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, WORLD_USER), -EPERM);
	assert_int_equal(add(f, WORLD_APP "/user/irc:net:bob"), -EPERM);
	assert_int_equal(add(f, "net/bob"), -EINVAL);
	service_expect_none(&f->s);
}

static void test_a_moderator_stays(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, AL), 0);
	assert_int_equal(add(f, WORLD_APP "/user/bo"), 0);
	expect_remove(f, REMOVE "al", 403);
	expect_remove(f, PROOF, 200);
	expect_log(f, "Al was to be removed by bob (IRC): enough "
		      "(not possible here)\n");
	expect_remove(f, REMOVE "bo", 204);
	expect_log(f, "gone\nAl was removed by bob (IRC): enough\n");
	assert_int_equal(add(f, AL), -EPERM);
	service_expect_none(&f->s);
	/* Nobody is a moderator for ever. */
	service_pass(&f->s, EXPEL_BARRED_MS);
	assert_int_equal(add(f, AL), 0);
	expect_remove(f, REMOVE "al", 204);
	expect_log(f, "gone\nAl was removed by bob (IRC): enough\n");
}

static void test_no_right(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, AL), 0);
	assert_int_equal(add(f, WORLD_APP "/user/bo"), 0);
	expect_remove(f, REMOVE "al", 403);
	expect_remove(f, PROOF, 403);
	expect_log(f, "Al was to be removed by bob (IRC): enough "
		      "(not possible here)\n"
		      "Al was to be removed by bob (IRC): enough "
		      "(not possible here)\n");
	assert_int_equal(add(f, AL), -EPERM);
	assert_int_equal(add(f, WORLD_APP "/user/cy"), -EPERM);
	service_pass(&f->s, EXPEL_BARRED_MS);
	assert_int_equal(add(f, AL), 0);
	expect_remove(f, REMOVE "al", 204);
}

/* Not the service's last word: nothing is remembered, nothing said. */
static void test_failures(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, AL), 0);
	expect_remove(f, REMOVE "al", 401);
	expect_log(f, "");
	assert_int_equal(add(f, AL), 0);
	expect_remove(f, REMOVE "al", 403);
	expect_remove(f, PROOF, 401);
	expect_log(f, "Al was to be removed by bob (IRC): enough "
		      "(not possible here)\n");
	assert_int_equal(add(f, AL), 0);
}

static void test_bounds(void **state)
{
	struct fixture *f = *state;
	char arn[256];
	for (int i = 0; i < EXPEL_MAX; i++) {
		snprintf(arn, sizeof(arn), WORLD_APP "/user/x%d", i);
		assert_int_equal(add(f, arn), 0);
	}
	assert_int_equal(add(f, AL), -ENOBUFS);
	expect_remove(f, REMOVE "x0", 204);
	service_settle(&f->s);
	assert_int_equal(add(f, AL), 0);
	/* More moderators than are remembered. */
	for (int i = 0; i <= EXPEL_KEPT_MAX; i++) {
		service_expect_any(&f->s);
		service_answer(&f->s, 403, "{}");
		expect_remove(f, PROOF, 200);
		service_settle(&f->s);
		buf_clear(&f->log);
		snprintf(arn, sizeof(arn), WORLD_APP "/user/y%d", i);
		assert_int_equal(add(f, arn), 0);
	}
	assert_int_equal(add(f, WORLD_APP "/user/x1"), -ENOBUFS);
	assert_int_equal(add(f, WORLD_APP "/user/x2"), -EPERM);
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, AL), 0);
	expel_close(TAKE(f->expel));
	service_expect_none(&f->s);
	expel_close(NULL);
}

static void test_closing_inside(void **state)
{
	struct fixture *f = *state;
	f->close_in_note = true;
	assert_int_equal(add(f, AL), 0);
	assert_int_equal(add(f, WORLD_APP "/user/bo"), 0);
	expect_remove(f, REMOVE "al", 204);
	expect_log(f, "gone\nAl was removed by bob (IRC): enough\n");
	service_expect_none(&f->s);
}

static void test_closing_while_asking(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(add(f, AL), 0);
	service_expect(&f->s, REMOVE "al");
	expel_close(TAKE(f->expel));
	service_answer(&f->s, 204, "{}");
	expect_log(f, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_removing),
		T(test_words_are_cleaned),
		T(test_never_our_own),
		T(test_a_moderator_stays),
		T(test_no_right),
		T(test_failures),
		T(test_bounds),
		T(test_closing),
		T(test_closing_inside),
		T(test_closing_while_asking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
