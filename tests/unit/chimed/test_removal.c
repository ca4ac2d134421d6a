#include "chimed/removal.h"

#include "../support/chimed_rig.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static int64_t rows(struct rig *rig, const char *sql)
{
	return db_value(rig->db, -1, sql, "");
}

static const char seats[] =
	"SELECT (SELECT count(*) FROM members) +"
	" (SELECT count(*) FROM moderators) + (SELECT count(*) FROM bans)";
static const char messages[] = "SELECT count(*) FROM messages";
static const char channel_id[] = "SELECT max(id) FROM channels";

/* A channel with two members, a ban and a message. */
static void build(struct rig *rig, char channel[RIG_ARN_BYTES])
{
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], carol[RIG_ARN_BYTES];
	char id[RIG_ARN_BYTES];

	rig_init(rig);
	rig_user(rig, "alice", alice);
	rig_user(rig, "bobby", bobby);
	rig_user(rig, "carol", carol);
	rig_channel(rig, alice, "UNRESTRICTED", "PUBLIC", channel);
	rig_join(rig, channel, alice, bobby, "DEFAULT");
	rig_send(rig, channel, bobby, "hello", id);
	assert_int_equal(
		rig_call(rig, CHIME_CREATE_CHANNEL_BAN, alice, "{s:s, s:s}",
			"ChannelArn", channel, "MemberArn", carol),
		201);
	db_begin(rig->db);
}

static void test_a_channel_goes_but_for_its_messages(void **state)
{
	char channel[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	build(&rig, channel);
	assert_int_equal(rows(&rig, seats), 4);
	removal_channel(rig.db, rows(&rig, channel_id));
	assert_int_equal(rows(&rig, seats), 0);
	assert_int_equal(rows(&rig, messages), 1);
	assert_int_equal(rows(&rig, "SELECT count(*) FROM doomed"), 1);
	rig_release(&rig);
}

static void test_a_user_goes_but_for_the_name(void **state)
{
	static const char left[] =
		"SELECT count(*) FROM users WHERE deleted_ms IS NULL";
	static const char id[] =
		"SELECT id FROM users WHERE arn LIKE '%/bobby'";
	char channel[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	build(&rig, channel);
	removal_user(rig.db, rows(&rig, id), RIG_NOW_MS);
	assert_int_equal(rows(&rig, seats), 3);
	assert_int_equal(rows(&rig, left), 2);
	assert_int_equal(rows(&rig, "SELECT count(*) FROM users"), 3);
	rig_release(&rig);
}

/* The number of a channel whose messages are still there is not given to a
 * new one, which would then show them. */
static void test_a_new_channel_is_empty(void **state)
{
	char channel[RIG_ARN_BYTES], alice[RIG_ARN_BYTES], next[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	build(&rig, channel);
	rig_user(&rig, "alice2", alice);
	removal_channel(rig.db, rows(&rig, channel_id));
	rig_channel(&rig, alice, "UNRESTRICTED", "PUBLIC", next);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MESSAGES, alice,
				 "{s:s}", "ChannelArn", next),
		200);
	assert_non_null(rig_get(&rig, "ChannelMessages"));
	assert_null(rig_get(&rig, "ChannelMessages.0"));
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_channel_goes_but_for_its_messages),
		cmocka_unit_test(test_a_user_goes_but_for_the_name),
		cmocka_unit_test(test_a_new_channel_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
