#include "end_chime/tokens.h"

#include "util/alloc.h"
#include "util/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void add(struct tokens *tokens, const char *id, const char *token)
{
	char *AUTOFREE metadata =
		xasprintf("{\"belfry\":{\"tok\":\"%s\"}}", token);
	json_t AUTOJSON *page = json_pack("[{s:s, s:s, s:s}]", "MessageId", id,
		"Content", "x", "Metadata", metadata);

	tokens_add_page(tokens, page);
}

static void test_what_is_found(void **state)
{
	struct tokens tokens = {0};
	json_t AUTOJSON *others = json_pack("[{s:s}, {s:s, s:s}]", "MessageId",
		"m1", "MessageId", "m2", "Metadata", "hello");
	(void)state;

	assert_false(tokens_cover(&tokens, 1000));
	tokens_begin(&tokens, 1000, "a");
	tokens_add_page(&tokens, others);
	add(&tokens, "m3", "a");
	add(&tokens, "m4", "b");
	add(&tokens, "m5", "b"); /* the first counts */
	assert_false(tokens_cover(&tokens, 1000));
	tokens_end(&tokens);
	assert_true(tokens_cover(&tokens, 1000));
	assert_false(tokens_cover(&tokens, 999));
	assert_string_equal(tokens_find(&tokens, "a"), "m3");
	assert_string_equal(tokens_find(&tokens, "b"), "m4");
	assert_null(tokens_find(&tokens, "c"));
	tokens_begin(&tokens, 2000, "c");
	assert_null(tokens_find(&tokens, "a"));
	tokens_end(&tokens);
	assert_true(tokens_cover(&tokens, 2000));
	tokens_release(&tokens);
	assert_false(tokens_cover(&tokens, 2000));
}

static void test_too_many(void **state)
{
	struct tokens tokens = {0};
	char token[16];
	(void)state;

	tokens_begin(&tokens, 1000, "wanted");
	for (int i = 0; i <= TOKENS_MAX; i++) {
		snprintf(token, sizeof(token), "t%d", i);
		add(&tokens, "m", token);
	}
	add(&tokens, "m1", "wanted");
	tokens_end(&tokens);
	assert_string_equal(tokens_find(&tokens, "wanted"), "m1");
	assert_null(tokens_find(&tokens, token));
	assert_false(tokens_cover(&tokens, 1000));
	tokens_release(&tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_found),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
