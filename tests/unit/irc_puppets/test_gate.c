#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/gate.h"

#include "unit/support/log_catch.h"
#include "util/str.h"

enum { MINUTE_MS = 60 * 1000 };

static const struct irc_puppet_settings settings = {
	.max = 3,
	.connect_interval_ms = 2000,
};

static struct irc_gate make(void)
{
	log_catch_start();
	return (struct irc_gate){
		.object = "irc net",
		.settings = &settings,
		.next_ms = 1000,
	};
}

static void test_one_after_the_other(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	assert_int_equal(irc_gate_opens_ms(&gate), 1000);
	irc_gate_pass(&gate, 1500);
	assert_int_equal(irc_gate_opens_ms(&gate), 3500);
	assert_false(irc_gate_is_barred(&gate, 1500));
	log_catch_stop();
}

static void test_limit(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	assert_null(irc_gate_obstacle(&gate, 2, 1000));
	assert_non_null(irc_gate_obstacle(&gate, 3, 1000));
	assert_non_null(irc_gate_obstacle(&gate, 3, 1001));
	assert_int_equal(log_catch_count("puppets.max"), 1);
	log_catch_stop();
}

static void test_too_many(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	irc_gate_on_too_many(&gate, 1, 1000, "Too many connections");
	irc_gate_on_too_many(&gate, 1, 2000, "Too many connections");
	assert_int_equal(log_catch_count("Too many connections"), 1);
	assert_int_equal(irc_gate_limit(&gate, 2000), 1);
	assert_non_null(irc_gate_obstacle(&gate, 1, 2000));
	/* What the server does not take is no fault of the setting. */
	assert_int_equal(log_catch_count("puppets.max"), 0);
	assert_int_equal(irc_gate_limit(&gate, 11 * MINUTE_MS), 3);
	/* More than is allowed it is never. */
	irc_gate_on_too_many(&gate, 5, 20 * MINUTE_MS, "no more");
	assert_int_equal(irc_gate_limit(&gate, 20 * MINUTE_MS), 3);
	log_catch_stop();
}

static void test_throttled(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	irc_gate_on_throttled(&gate, 1000);
	assert_true(irc_gate_is_barred(&gate, 30999));
	assert_false(irc_gate_is_barred(&gate, 31000));
	assert_int_equal(irc_gate_opens_ms(&gate), 31000);
	/* That is worth waiting for. */
	assert_null(irc_gate_obstacle(&gate, 0, 1000));
	log_catch_stop();
}

/* Said at the first: it may be the only one. */
static void test_refused(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	irc_gate_on_refused(&gate, 1000, "no WEBIRC");
	assert_int_equal(log_catch_count("not let in (no WEBIRC)"), 1);
	irc_gate_on_refused(&gate, 1000, "no WEBIRC");
	assert_false(irc_gate_is_barred(&gate, 1000));
	irc_gate_on_refused(&gate, 1000, "no WEBIRC");
	assert_true(irc_gate_is_barred(&gate, 1000));
	assert_int_equal(log_catch_count("is not let in"), 1);
	log_catch_stop();
}

static void test_banned(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	irc_gate_on_banned(&gate, 1000, "K-lined");
	irc_gate_on_banned(&gate, 1000, "K-lined");
	irc_gate_on_ready(&gate);
	irc_gate_on_banned(&gate, 1000, "K-lined");
	irc_gate_on_banned(&gate, 1000, "K-lined");
	assert_false(irc_gate_is_barred(&gate, 1000));
	irc_gate_on_banned(&gate, 1000, "K-lined");
	assert_true(irc_gate_is_barred(&gate, 10 * MINUTE_MS));
	assert_false(irc_gate_is_barred(&gate, 10 * MINUTE_MS + 1000));
	assert_non_null(irc_gate_obstacle(&gate, 0, 1000));
	assert_int_equal(log_catch_count("K-lined"), 1);
	/* What is sooner over does not shorten it. */
	irc_gate_on_throttled(&gate, 1000);
	assert_true(irc_gate_is_barred(&gate, 10 * MINUTE_MS));
	log_catch_stop();
}

static void test_failed(void **state)
{
	struct irc_gate gate = make();
	(void)state;
	irc_gate_on_failed(&gate, "no such address");
	irc_gate_on_failed(&gate, "no such address");
	irc_gate_on_ready(&gate);
	irc_gate_on_failed(&gate, "no such address");
	irc_gate_on_failed(&gate, "no such address");
	assert_int_equal(log_catch_count("no such address"), 0);
	irc_gate_on_failed(&gate, "no such address");
	for (int i = 0; i < 5; i++)
		irc_gate_on_failed(&gate, "no such address");
	assert_int_equal(log_catch_count("(no such address)"), 1);
	/* It is tried again all the same. */
	assert_null(irc_gate_obstacle(&gate, 0, 1000));
	log_catch_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_banned),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_failed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
