#include "../support/chimed_rig.h"

#include "chimed/call.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

struct stage {
	struct rig rig;
	struct call call;
	struct answer answer;
	struct realm realm;
	char alice[RIG_ARN_BYTES], bobby[RIG_ARN_BYTES], room[RIG_ARN_BYTES];
};

static const char *const admins[] = {"alice", NULL};

static int build(void **state)
{
	static struct stage stage;

	rig_init(&stage.rig);
	rig_user(&stage.rig, "alice", stage.alice);
	rig_user(&stage.rig, "bobby", stage.bobby);
	rig_channel(
		&stage.rig, stage.alice, "RESTRICTED", "PUBLIC", stage.room);
	stage.realm = (struct realm){
		.region = "us-east-1", .account = "1", .admins = admins};
	answer_init(&stage.answer);
	stage.call = (struct call){
		.db = stage.rig.db,
		.realm = &stage.realm,
		.operation = chime_operation(CHIME_DESCRIBE_CHANNEL),
		.args = {json_object()},
		.answer = &stage.answer,
	};
	*state = &stage;
	return 0;
}

static int wreck(void **state)
{
	struct stage *stage = *state;

	args_release(&stage->call.args);
	answer_release(&stage->answer);
	rig_release(&stage->rig);
	return 0;
}

static void test_bearer(void **state)
{
	struct stage *stage = *state;
	struct call *call = &stage->call;

	assert_false(call_load_bearer(call, NULL));
	assert_int_equal(stage->answer.status, 400);
	assert_false(call_load_bearer(call, "nobody"));
	assert_int_equal(stage->answer.status, 401);
	assert_false(call_load_bearer(call, stage->room));
	assert_true(call_load_bearer(call, stage->bobby));
	assert_int_equal(call->roles.held, 1u << ROLE_USER);
	assert_true(call_load_bearer(call, stage->alice));
	assert_int_equal(call->roles.held, 1u << ROLE_USER | 1u << ROLE_ADMIN);
}

static void test_channel(void **state)
{
	struct stage *stage = *state;
	struct call *call = &stage->call;

	assert_true(call_load_bearer(call, stage->bobby));
	assert_false(call_load_channel(call, stage->bobby));
	assert_int_equal(stage->answer.status, 403);
	assert_true(call_load_channel(call, stage->room));
	assert_true(call->roles.public);
	assert_false(call->roles.unrestricted);
	assert_int_equal(call->roles.held, 1u << ROLE_USER);
	assert_true(call_load_bearer(call, stage->alice));
	assert_true(call_load_channel(call, stage->room));
	assert_true(roles_has(&call->roles, ROLE_MEMBER));
	assert_true(roles_has(&call->roles, ROLE_MODERATOR));
	assert_false(roles_has(&call->roles, ROLE_HIDDEN));
	assert_true(call_is_seated(
		call, SEAT_MODERATOR, &(struct user){.id = call->bearer.id}));
	assert_false(call_is_seated(
		call, SEAT_BAN, &(struct user){.id = call->bearer.id}));
}

static void test_subject(void **state)
{
	struct stage *stage = *state;
	struct call *call = &stage->call;
	struct user user;

	assert_true(call_load_bearer(call, stage->bobby));
	assert_true(call_subject(call, "MemberArn", &user));
	assert_int_equal(user.id, call->bearer.id);
	json_object_set_new(
		call->args.values, "MemberArn", json_string(stage->alice));
	assert_true(call_subject(call, "MemberArn", &user));
	assert_int_not_equal(user.id, call->bearer.id);
	json_object_set_new(
		call->args.values, "MemberArn", json_string("nobody"));
	assert_false(call_subject(call, "MemberArn", &user));
	assert_int_equal(stage->answer.status, 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bearer, build, wreck),
		cmocka_unit_test_setup_teardown(test_channel, build, wreck),
		cmocka_unit_test_setup_teardown(test_subject, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
