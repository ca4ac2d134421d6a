#include "people/announce.h"

#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct room {
	struct loop *loop;
	struct announce announce;
	const char *shown; /* an id that is no news */
	char said[4096];
};

static bool is_news(void *arg, const char *person_id)
{
	struct room *room = arg;

	return !room->shown || strcmp(person_id, room->shown) != 0;
}

static void say(void *arg, const char *text)
{
	struct room *room = arg;
	size_t len = strlen(room->said);

	snprintf(room->said + len, sizeof(room->said) - len, "%s\n", text);
}

static int setup(void **state)
{
	static struct room room;

	memset(&room, 0, sizeof(room));
	clock_freeze(1000, 1000);
	room.loop = loop_new();
	announce_init(&room.announce, room.loop);
	room.announce.is_news = is_news;
	room.announce.say = say;
	room.announce.arg = &room;
	*state = &room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	announce_release(&room->announce);
	loop_free(room->loop);
	clock_unfreeze();
	return 0;
}

static void pass(struct room *room, int64_t ms)
{
	clock_advance(ms);
	loop_turn(room->loop, 0);
}

static void test_one(void **state)
{
	struct room *room = *state;

	announce_joined(&room->announce, "a", "Ann");
	pass(room, ANNOUNCE_MS - 1);
	assert_string_equal("", room->said);
	pass(room, 1);
	assert_string_equal("Ann has joined in Chime\n", room->said);
	pass(room, 10 * ANNOUNCE_MS);
	announce_left(&room->announce, "a", "Ann");
	pass(room, ANNOUNCE_MS);
	assert_string_equal(
		"Ann has joined in Chime\nAnn has left Chime\n", room->said);
}

static void test_several(void **state)
{
	struct room *room = *state;

	announce_joined(&room->announce, "a", "Ann");
	announce_joined(&room->announce, "b", "Bob");
	announce_left(&room->announce, "c", "Cid");
	pass(room, ANNOUNCE_MS);
	assert_string_equal(
		"Ann and Bob have joined in Chime; Cid has left Chime\n",
		room->said);
}

static void test_many(void **state)
{
	struct room *room = *state;
	char name[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "P%d", i);
		announce_joined(&room->announce, name, name);
	}
	pass(room, ANNOUNCE_MS);
	assert_string_equal(
		"P0, P1, P2 and 997 others have joined in Chime\n", room->said);
}

static void test_what_is_over_is_not_said(void **state)
{
	struct room *room = *state;

	announce_joined(&room->announce, "a", "Ann");
	announce_left(&room->announce, "a", "Ann");
	announce_left(&room->announce, "b", "Bob");
	announce_joined(&room->announce, "b", "Bob");
	pass(room, ANNOUNCE_MS);
	assert_string_equal("", room->said);
}

static void test_who_is_shown_is_no_news(void **state)
{
	struct room *room = *state;

	announce_joined(&room->announce, "a", "Ann");
	announce_joined(&room->announce, "b", "Bob");
	room->shown = "a";
	pass(room, ANNOUNCE_MS);
	assert_string_equal("Bob has joined in Chime\n", room->said);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one),
		TEST(several),
		TEST(many),
		TEST(what_is_over_is_not_said),
		TEST(who_is_shown_is_no_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
