#include "../support/irc_parsed.h"

#include "irc/cap.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct irc_caps caps;
static struct buf request;

static int setup(void **state)
{
	(void)state;
	irc_caps_init(&caps);
	buf_init(&request, 512);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_caps_release(&caps);
	buf_release(&request);
	return 0;
}

static void take(const char *line)
{
	assert_true(irc_caps_take(&caps, irc_parsed(line)));
}

static void assert_request(const char *expected)
{
	bool is_there = irc_caps_request(&caps, &request);

	assert_string_equal(request.data, expected);
	assert_int_equal(is_there, *expected != '\0');
}

static void test_list_request_acknowledge(void **state)
{
	(void)state;
	assert_false(irc_caps_is_settled(&caps));
	take(":s CAP * LS :multi-prefix sasl=PLAIN,EXTERNAL x/y tls");
	assert_false(irc_caps_is_settled(&caps));
	assert_request("multi-prefix sasl");
	assert_false(irc_caps_is_settled(&caps));
	assert_request(""); /* one at a time */
	take(":s CAP * ACK :multi-prefix sasl");
	assert_true(irc_caps_is_settled(&caps));
	assert_request("");
	assert_true(irc_caps_has(&caps, IRC_CAP_MULTI_PREFIX));
	assert_true(irc_caps_has_name(&caps, "sasl"));
	assert_false(irc_caps_has_name(&caps, "tls"));
	assert_false(irc_caps_has(&caps, IRC_CAP_BATCH));
	assert_string_equal(
		irc_caps_value(&caps, IRC_CAP_SASL), "PLAIN,EXTERNAL");
	assert_string_equal(irc_caps_value(&caps, IRC_CAP_MULTI_PREFIX), "");
	assert_null(irc_caps_value(&caps, IRC_CAP_BATCH));
}

static void test_list_of_several_lines(void **state)
{
	(void)state;
	take("CAP * LS * :batch echo-message");
	assert_request("");
	take("CAP * LS * :");
	assert_false(irc_caps_is_settled(&caps));
	take("CAP * LS :server-time");
	assert_request("batch echo-message server-time");
}

/* With and without colon, target, trailing space: as seen on real servers. */
static void test_forms_of_acknowledgement(void **state)
{
	static const char *const FORMS[] = {"CAP nick ACK :batch chghost",
		":s CAP * ACK :batch chghost ", ":s CAP * ACK : batch  chghost",
		":s CAP nick ACK :chghost batch"};

	(void)state;
	for (size_t i = 0; i < sizeof(FORMS) / sizeof(*FORMS); i++) {
		irc_caps_release(&caps);
		take("CAP * LS :batch chghost");
		assert_request("batch chghost");
		take(FORMS[i]);
		assert_true(irc_caps_is_settled(&caps));
		assert_true(irc_caps_has(&caps, IRC_CAP_BATCH));
		assert_true(irc_caps_has(&caps, IRC_CAP_CHGHOST));
	}
	irc_caps_release(&caps);
	take("CAP * LS batch");
	assert_request("batch");
	take("CAP * ACK batch");
	assert_true(irc_caps_has(&caps, IRC_CAP_BATCH));
}

static void test_acknowledged_in_parts(void **state)
{
	(void)state;
	take("CAP * LS :batch chghost");
	assert_request("batch chghost");
	take("CAP * ACK :batch");
	assert_false(irc_caps_is_settled(&caps));
	take("CAP * ACK :chghost");
	assert_true(irc_caps_is_settled(&caps));
}

/* What is refused in company is asked for alone, once. */
static void test_refused(void **state)
{
	(void)state;
	take("CAP * LS :batch chghost sasl");
	assert_request("batch chghost sasl");
	take("CAP * NAK :batch chghost sasl");
	assert_request("batch");
	take("CAP * ACK :batch");
	assert_request("chghost");
	take("CAP * ACK :chghost");
	assert_request("sasl");
	take("CAP * NAK :sas"); /* cut by the server */
	assert_true(irc_caps_is_settled(&caps));
	assert_request("");
	assert_false(irc_caps_has(&caps, IRC_CAP_SASL));
	/* Offered anew, asked for anew. */
	take("CAP n NEW :sasl=PLAIN");
	assert_request("sasl");
}

static void test_new_and_del(void **state)
{
	(void)state;
	take("CAP * LS :batch");
	assert_request("batch");
	take("CAP * ACK :batch");
	take("CAP n NEW :echo-message sasl=EXTERNAL");
	assert_false(irc_caps_is_settled(&caps));
	assert_request("echo-message sasl");
	take("CAP n ACK :echo-message sasl");
	assert_true(irc_caps_has(&caps, IRC_CAP_ECHO_MESSAGE));
	take("CAP n DEL :echo-message nothing");
	assert_false(irc_caps_has(&caps, IRC_CAP_ECHO_MESSAGE));
	assert_request("");
	/* Taken away while asked for: not waited for. */
	take("CAP n NEW :setname");
	assert_request("setname");
	take("CAP n DEL :setname");
	assert_true(irc_caps_is_settled(&caps));
	take("CAP n ACK :-batch");
	assert_false(irc_caps_has(&caps, IRC_CAP_BATCH));
}

static void test_sasl_only_when_wanted(void **state)
{
	(void)state;
	irc_caps_unwant(&caps, IRC_CAP_SASL);
	take("CAP * LS :sasl");
	assert_true(irc_caps_is_settled(&caps));
	assert_request("");
}

static void test_everything_fits_a_line(void **state)
{
	struct buf AUTOBUF line;
	size_t total = 0;

	(void)state;
	buf_init(&line, 4096);
	buf_adds(&line, "CAP * LS :");
	for (int i = 0; i < IRC_CAP_COUNT; i++) {
		buf_addf(&line, "%s ", irc_cap_name((enum irc_cap)i));
		total += strlen(irc_cap_name((enum irc_cap)i)) + 1;
	}
	take(line.data);
	while (irc_caps_request(&caps, &request)) {
		assert_in_range(request.len, 1, 500);
		total -= request.len + 1;
		buf_clear(&line);
		buf_addf(&line, "CAP * ACK :%s", request.data);
		take(line.data);
	}
	assert_int_equal(total, 0);
	assert_true(irc_caps_is_settled(&caps));
}

static void test_nonsense(void **state)
{
	(void)state;
	assert_false(irc_caps_take(&caps, irc_parsed("PING x")));
	take("CAP");
	take("CAP *");
	take("CAP * LS");
	assert_true(caps.is_listed);
	assert_true(irc_caps_is_settled(&caps));
	take("CAP * FOO :bar");
	take("CAP * NAK");
	take("CAP * ACK :- ~ = -=");
	take("CAP * DEL :batch batch batch");
	take("CAP * LS * :");
	assert_true(irc_caps_is_settled(&caps));
}

static void test_long_values_are_cut(void **state)
{
	struct buf AUTOBUF line;

	(void)state;
	buf_init(&line, 8192);
	buf_adds(&line, "CAP * LS :sasl=");
	for (int i = 0; i < 2000; i++)
		buf_addc(&line, 'x');
	take(line.data);
	assert_int_equal(strlen(irc_caps_value(&caps, IRC_CAP_SASL)),
		IRC_CAP_VALUE_BYTES - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_list_request_acknowledge),
		TEST(test_list_of_several_lines),
		TEST(test_forms_of_acknowledgement),
		TEST(test_acknowledged_in_parts),
		TEST(test_refused),
		TEST(test_new_and_del),
		TEST(test_sasl_only_when_wanted),
		TEST(test_everything_fits_a_line),
		TEST(test_nonsense),
		TEST(test_long_values_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
