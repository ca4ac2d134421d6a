#include "reconcile/base.h"

#include "util/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fill(struct base *base)
{
	*base = (struct base){
		.is_set = true,
		.home = SIDE_CHIME,
		.name = xstrdup("A \"name\""),
		.own = xstrdup("*!*@own"),
		.by = xstrdup("oper"),
		.reason = xstrdup("why"),
		.at_ms = 5,
		.until_ms = 6,
		.is_doing = true,
		.doing_to = SIDE_CHIME,
		.doing_value = true,
		.is_ordered = true,
		.order_value = true,
	};
	(void)ruleset_add(&base->rules, "*!*@a");
	(void)ruleset_add(&base->exempt, "*!*@b");
}

static void test_is_read_as_it_was_written(void **state)
{
	struct base base, read;
	char *AUTOFREE text = NULL;
	char *AUTOFREE again = NULL;

	(void)state;
	fill(&base);
	text = base_encode(&base);
	assert_int_equal(0, base_decode(text, &read));
	again = base_encode(&read);
	assert_string_equal(text, again);
	assert_true(read.is_set && read.is_doing && read.is_ordered);
	assert_int_equal(SIDE_CHIME, read.home);
	assert_int_equal(SIDE_CHIME, read.doing_to);
	assert_string_equal("A \"name\"", read.name);
	assert_non_null(ruleset_find(&read.rules, "*!*@a"));
	assert_non_null(ruleset_find(&read.exempt, "*!*@b"));
	assert_int_equal(6, read.until_ms);
	base_release(&base);
	base_release(&read);
}

static void test_nothing_is_not_written(void **state)
{
	struct base base = {.home = SIDE_CHIME, .at_ms = 3};

	(void)state;
	assert_true(base_is_empty(&base));
	assert_null(base_encode(&base));
}

static void test_what_is_not_ours_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"home\":\"moon\"}",
		"{\"home\":1}",
		"{\"home\":\"irc\"",
		"1",
	};
	struct base base = {.at_ms = 9};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(-EBADMSG, base_decode(texts[i], &base));
	assert_int_equal(9, base.at_ms);
	assert_int_equal(
		0, base_decode("{\"home\":\"irc\",\"set\":7,\"rules\":[1,null],"
			       "\"until\":-5,\"doing_to\":8}",
			   &base));
	assert_false(base.is_set || base.is_doing);
	assert_int_equal(0, base.until_ms);
	assert_int_equal(0, base.rules.count);
	base_release(&base);
}

static void test_keys(void **state)
{
	char *AUTOFREE key = base_key("m", STANDING_MODERATOR, "net/nick");

	(void)state;
	assert_string_equal("m|moderator|net/nick", key);
	assert_string_equal("ban", base_kind_name(STANDING_BANNED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_read_as_it_was_written),
		cmocka_unit_test(test_nothing_is_not_written),
		cmocka_unit_test(test_what_is_not_ours_is_refused),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
