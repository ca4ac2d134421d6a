#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/doing.h"

#include "unit/support/irc_room.h"
#include "util/alloc.h"

#include <string.h>

struct rig {
	struct irc_peer peer;
	struct irc_folk folk;
	struct irc_doing doing;
};

static int setup(void **state)
{
	static struct rig rig;

	irc_peer_init(&rig.peer);
	irc_peer_make(&rig.peer);
	irc_room_up(&rig.peer, ROOM_CAPS);
	irc_room_folk_init(&rig.folk, &rig.peer);
	irc_peer_feed(&rig.peer, ":bob!b@h JOIN #a");
	irc_doing_init(&rig.doing);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	irc_doing_release(&rig->doing);
	irc_room_folk_release(&rig->folk);
	irc_peer_release(&rig->peer);
	return 0;
}

static void test_setter(void **state)
{
	struct rig *rig = *state;
	static const struct {
		const char *setter;
		const char *by;
		bool is_automatic;
	} rows[] = {
		{"", NULL, false},
		{"bob", "bob", false},
		{"gone", "gone", false},
		{"gone!g@h", "gone", false},
		{"belfry", "belfry", true},
		{"belfry!b@h", "belfry", true},
		{"irc.example", "irc.example", true},
		{"X!x@services.int", "X", true},
	};

	assert_null(irc_doing_by(&rig->doing));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		irc_doing_of_setter(
			&rig->doing, &rig->folk, rows[i].setter, 77);
		if (rows[i].by)
			assert_string_equal(
				irc_doing_by(&rig->doing), rows[i].by);
		else
			assert_null(irc_doing_by(&rig->doing));
		assert_int_equal(rig->doing.is_automatic, rows[i].is_automatic);
		assert_int_equal(rig->doing.at_ms, 77);
	}
}

static void test_message(void **state)
{
	struct rig *rig = *state;
	struct irc_message message = {
		.command = "MODE",
		.numeric = -1,
		.source = {.nick = "bob", .user = "", .host = ""},
	};

	irc_doing_of_message(&rig->doing, &rig->folk, &message);
	assert_string_equal(irc_doing_by(&rig->doing), "bob");
	assert_false(rig->doing.is_automatic);
	assert_int_not_equal(rig->doing.at_ms, 0);
	/* No person that we see, and no address: a server. */
	message.source.nick = "hub";
	irc_doing_of_message(&rig->doing, &rig->folk, &message);
	assert_true(rig->doing.is_automatic);
	message.source.user = "u";
	message.source.host = "h";
	message.tags[0] = (struct irc_tag){
		.key = "time", .value = "2020-09-13T12:26:41.000Z"};
	message.ntags = 1;
	irc_doing_of_message(&rig->doing, &rig->folk, &message);
	assert_false(rig->doing.is_automatic);
	assert_int_equal(rig->doing.at_ms, ROOM_MINUTE_MS + 1000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_setter),
		T(test_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
