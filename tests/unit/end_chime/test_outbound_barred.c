/* People who may not speak, and whether that is about them or about us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_outbound_rig.h"
#include "util/alloc.h"

#include <string.h>

#define READS "GET /channels/APP/channel/c/messages?max-results=1"
#define MODERATES                                                              \
	"GET /channels/APP/channel/c?scope=app-instance-user-moderated-"       \
	"channel&app-instance-user-arn=APP/user/bridge"
#define DENIED "{\"Code\":\"AccessDeniedException\",\"Message\":\"policy\"}"

/* Bob exists, but cannot be made a member. */
static void refuse_join(struct outbound_rig *f)
{
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 403, "{\"Message\":\"banned\"}");
	service_expect(&f->s, ASK_BOB);
	service_answer(&f->s, 200, IS_BOB);
}

/* It is tried again before anybody is given up, but not for ever. */
static void refuse_joins(struct outbound_rig *f)
{
	int64_t passed_ms = 0;
	for (int i = 0; i < 3; i++) {
		outbound_rig_expect_receipts(f, "");
		passed_ms += service_pass_until_asked(&f->s, 5000);
		refuse_join(f);
	}
	assert_in_range(passed_ms, 3000, 8000);
}

/* The known Bob's second line; he was removed and cannot come back. */
static void refuse_bob(struct outbound_rig *f)
{
	outbound_rig_know_bob(f);
	outbound_rig_add(f, 1, BOB, 0);
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	service_answer(&f->s, 403, "{}");
	refuse_join(f);
	refuse_joins(f);
	service_expect(&f->s, READS);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

/* The message is refused, its sender is told, others go on. */
static void test_banned(void **state)
{
	struct outbound_rig *f = *state;
	refuse_bob(f);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 refused\n2 done m2\n");
	assert_non_null(strstr(f->why, "Bob may not speak"));
	assert_non_null(strstr(f->why, "banned"));
}

/* Nobody waits for the banned again, until they got in. */
static void test_patience_is_for_the_first_time(void **state)
{
	struct outbound_rig *f = *state;
	refuse_bob(f);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 refused\n2 done m2\n");
	outbound_rig_add(f, 3, BOB, 0);
	refuse_join(f);
	service_expect(&f->s, MODERATES);
	service_answer(&f->s, 200, "{}");
	outbound_rig_expect_receipts(f, "3 refused\n");
	outbound_rig_add(f, 4, BOB, 0);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 4");
	outbound_rig_sent(f, "m4");
	outbound_rig_expect_receipts(f, "4 done m4\n");
	assert_false(users_is_barred(f->users, "net/bob", WORLD_CHANNEL));
}

static void test_member_who_may_not_speak(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_know_bob(f);
	outbound_rig_add(f, 3, BOB, 0);
	outbound_rig_expect_send(f, "hi 3");
	service_answer(&f->s, 403, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 3");
	service_answer(&f->s, 403, "{}");
	for (int i = 0; i < 3; i++) {
		service_pass_until_asked(&f->s, 5000);
		outbound_rig_expect_send(f, "hi 3");
		service_answer(&f->s, 403, "{}");
	}
	service_expect(&f->s, READS);
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_receipts(f, "3 refused\n");
}

/* The channel is gone, or not ours any more: nothing is given up. */
static void test_channel_is_closed_to_us(void **state)
{
	struct outbound_rig *f = *state;
	refuse_bob(f);
	service_answer(&f->s, 403, "{\"Message\":\"no such channel\"}");
	outbound_rig_expect_receipts(f, "1 later\n2 later\n");
	assert_int_equal(f->retry_ms, 30000);
	service_expect_none(&f->s);
}

static void first_words(struct outbound_rig *f, uint64_t ticket)
{
	outbound_rig_add(f, ticket, BOB, 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
}

/* Just made, and not yet known to all of the service. */
static void test_hiccup(void **state)
{
	struct outbound_rig *f = *state;
	first_words(f, 1);
	outbound_rig_add(f, 2, "", 0);
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_receipts(f, "");
	assert_in_range(service_pass_until_asked(&f->s, 5000), 500, 1100);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 done m1\n2 done m2\n");
}

/* "It exists", and it does not: it is made after all. */
static void test_false_conflict(void **state)
{
	struct outbound_rig *f = *state;
	outbound_rig_add(f, 1, BOB, 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, ASK_BOB);
	service_answer(&f->s, 404, "{}");
	assert_in_range(service_pass_until_asked(&f->s, 5000), 1000, 2100);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_closing_while_patient(void **state)
{
	struct outbound_rig *f = *state;
	first_words(f, 1);
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_receipts(f, "");
	chime_outbound_close(TAKE(f->outbound));
	service_pass(&f->s, 10000);
	outbound_rig_expect_receipts(f, "");
}

/* Whoever moderates can add everybody, but for the banned. */
static void test_banned_before_the_first_word(void **state)
{
	struct outbound_rig *f = *state;
	first_words(f, 1);
	service_answer(&f->s, 403, "{}");
	refuse_joins(f);
	service_expect(&f->s, MODERATES);
	service_answer(&f->s, 200, "{}");
	outbound_rig_expect_receipts(f, "1 refused\n");
	assert_non_null(strstr(f->why, "Bob may not speak"));
}

static void test_bridge_cannot_add(void **state)
{
	struct outbound_rig *f = *state;
	first_words(f, 1);
	service_answer(&f->s, 403, "{}");
	refuse_joins(f);
	service_expect(&f->s, MODERATES);
	service_answer(&f->s, 403, "{\"Message\":\"no moderator\"}");
	outbound_rig_expect_receipts(f, "1 later\n");
	assert_int_equal(f->retry_ms, 30000);
}

/* It is the keys that lack a right, whoever speaks. */
static void test_policy(void **state)
{
	struct outbound_rig *f = *state;
	first_words(f, 1);
	service_answer(&f->s, 403, DENIED);
	outbound_rig_expect_receipts(f, "1 later\n");
	assert_non_null(strstr(f->why, "policy"));
	service_expect_none(&f->s);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_banned),
		T(test_patience_is_for_the_first_time),
		T(test_member_who_may_not_speak),
		T(test_channel_is_closed_to_us),
		T(test_hiccup),
		T(test_false_conflict),
		T(test_closing_while_patient),
		T(test_banned_before_the_first_word),
		T(test_bridge_cannot_add),
		T(test_policy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
