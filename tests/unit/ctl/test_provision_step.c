#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/provision_step.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <stdlib.h>

static char *token_of(enum chime_op op, const char *name)
{
	json_t AUTOJSON *members = json_pack("{s:s}", "Name", name);

	provision_set_token(op, members);
	return xstrdup(json_get_string(members, "ClientRequestToken"));
}

/* Follows from what is asked for, and fits the member. */
static void test_token(void **state UNUSED)
{
	char AUTOFREE *a = token_of(CHIME_CREATE_APP_INSTANCE, "a");
	char AUTOFREE *again = token_of(CHIME_CREATE_APP_INSTANCE, "a");
	char AUTOFREE *b = token_of(CHIME_CREATE_APP_INSTANCE, "b");
	char AUTOFREE *other = token_of(CHIME_CREATE_CHANNEL, "a");
	json_t AUTOJSON *value = json_string(a);
	struct err err = {0};

	assert_string_equal(a, again);
	assert_false(str_eq(a, b));
	assert_false(str_eq(a, other));
	assert_int_equal(
		chime_member_check(
			chime_member(chime_operation(CHIME_CREATE_APP_INSTANCE),
				"ClientRequestToken"),
			value, &err),
		0);
}

static void test_tell(void **state UNUSED)
{
	char *text = NULL;
	size_t len;
	struct provision p = {.progress = open_memstream(&text, &len)};

	buf_init(&p.made, 1024);
	provision_tell(&p, true, "user", "arn:1");
	provision_tell(&p, false, "user", "arn:2");
	provision_tell(&p, true, "channel", "arn:3");
	fclose(p.progress);
	assert_string_equal(text, "user: made (arn:1)\n"
				  "user: there already (arn:2)\n"
				  "channel: made (arn:3)\n");
	assert_string_equal(p.made.data, "arn:1, arn:3");
	buf_release(&p.made);
	free(text);
}

static bool not_asked(struct provision *p UNUSED)
{
	fail_msg("nothing was made");
	return false;
}

/* A failure is no reason to wait when nothing was made. */
static void test_ask(void **state UNUSED)
{
	const struct chime_target target = {
		.region = "us-east-1",
		.messaging_endpoint = "http://127.0.0.1:9",
		.identity_endpoint = "http://127.0.0.1:9",
	};
	struct err err = {0};
	struct provision p = {.session = chime_session_new(&target, &err)};
	struct chime_answered answered;

	buf_init(&p.made, 1024);
	provision_ask(&p, CHIME_LIST_CHANNELS, json_object(), &answered);
	assert_int_equal(answered.error, CHIME_BAD_REQUEST);
	chime_answered_release(&answered);
	provision_make(&p, CHIME_CREATE_APP_INSTANCE, json_object(), not_asked,
		&answered);
	assert_int_equal(answered.error, CHIME_BAD_REQUEST);
	assert_true(provision_failed(&answered, &err) < 0);
	assert_string_equal(err.text, answered.message);
	chime_answered_release(&answered);
	chime_session_free(p.session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_tell),
		cmocka_unit_test(test_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
