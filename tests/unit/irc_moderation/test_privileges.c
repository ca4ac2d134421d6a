#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/privileges.h"

#include "unit/support/irc_moderation_rig.h"
#include "util/alloc.h"

#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_moderation_rig rig;

	irc_moderation_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	irc_moderation_rig_release(*state);
	return 0;
}

static void watch(struct irc_moderation_rig *rig)
{
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(&rig->peer);
}

#define NO ": belfry is not an operator in #a\n"
#define RENAME ": channels of this IRC server cannot be renamed\n"
#define STATE                                                                  \
	"topic = \n"                                                           \
	"name = #a\n"                                                          \
	"restricted = 0\n"

static void test_none(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "+", "");
	watch(rig);
	rig_expects(rig,
		"may not bans" NO "may not moderators" NO "may not topic" NO
		"may not name" RENAME "may not restricted" NO STATE);
	/* Ranks above one another, and the lock of the topic. */
	rig_says(rig, ":s MODE #a +h belfry",
		"may bans\nmay topic\nmay restricted\n");
	rig_says(rig, ":s MODE #a +o belfry", "may moderators\n");
	rig_says(rig, ":s MODE #a -oh belfry belfry",
		"may not bans" NO "may not moderators" NO "may not topic" NO
		"may not restricted" NO);
	rig_says(rig, ":s MODE #a -t", "may topic\n");
	rig_says(rig, ":s MODE #a +t", "may not topic" NO);
	rig_says(rig, ":s MODE #a +q belfry",
		"may bans\nmay moderators\nmay topic\nmay restricted\n");
}

/* What is given must not be above us. */
static void test_given(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->settings.moderator_modes = "oa";
	irc_moderation_rig_join(rig, "@", "");
	watch(rig);
	rig_expects(rig, "may bans\n"
			 "may not moderators" NO "may topic\n"
			 "may not name" RENAME "may restricted\n" STATE);
}

static void test_left(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
	rig_says(rig, ":op!o@h KICK #a belfry :out",
		"ban unknown\n"
		"mod unknown\n"
		"topic = ?\n"
		"name = ?\n"
		"restricted = ?\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_none),
		T(test_given),
		T(test_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
