#include "chimed/page.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <string.h>

static const uint8_t secret[PAGE_SECRET_BYTES] = {1, 2, 3};
static const uint8_t scope[PAGE_SCOPE_BYTES] = {9, 8};
static const struct page_position place = {1611079200123, 77};

static void test_what_is_sealed_opens(void **state)
{
	static const struct page_position places[] = {
		{0, 0}, {-1, -1}, {INT64_MAX, INT64_MIN}, {1611079200123, 77}};
	char token[PAGE_TOKEN_BYTES];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct page_position got;

		page_seal(secret, scope, &places[i], token);
		assert_true(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "abcdefghijklmnopqrstuvwxyz"
					  "0123456789-_") == strlen(token));
		assert_int_equal(page_unseal(secret, scope, token, &got), 0);
		assert_int_equal(got.time_ms, places[i].time_ms);
		assert_int_equal(got.id, places[i].id);
	}
}

static void test_any_other_character_is_noticed(void **state)
{
	char token[PAGE_TOKEN_BYTES];
	struct page_position got = {5, 5};

	(void)state;
	page_seal(secret, scope, &place, token);
	for (size_t i = 0; token[i] != '\0'; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(
			page_unseal(secret, scope, token, &got), -EINVAL);
		token[i] = was;
	}
	assert_int_equal(got.id, 5);
}

static void test_foreign_tokens_are_refused(void **state)
{
	static const uint8_t other[PAGE_SECRET_BYTES] = {4};
	static const uint8_t elsewhere[PAGE_SCOPE_BYTES] = {9, 9};
	char token[PAGE_TOKEN_BYTES];
	char longer[PAGE_TOKEN_BYTES * 3];
	struct page_position got;

	(void)state;
	page_seal(secret, scope, &place, token);
	assert_int_equal(page_unseal(other, scope, token, &got), -EINVAL);
	assert_int_equal(page_unseal(secret, elsewhere, token, &got), -EINVAL);
	token[strlen(token) - 1] = '\0';
	assert_int_equal(page_unseal(secret, scope, token, &got), -EINVAL);
	assert_int_equal(page_unseal(secret, scope, "", &got), -EINVAL);
	assert_int_equal(page_unseal(secret, scope, "!", &got), -EINVAL);
	memset(longer, 'A', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(page_unseal(secret, scope, longer, &got), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sealed_opens),
		cmocka_unit_test(test_any_other_character_is_noticed),
		cmocka_unit_test(test_foreign_tokens_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
