#include "bridge/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void token_of(char out[IDENT_TOKEN_BYTES], enum lane_way way,
	const char *mapping, const char *id)
{
	struct ident ident;

	ident_of(&ident, way, mapping, id);
	ident_token(&ident, out);
}

/* Tokens are on disk and at the service: they must stay what they are. The
 * value is that of: printf 'to_chime\0project\0message-1' | openssl dgst
 * -sha256 -binary | basenc --base64url */
static void test_token_is_stable(void **state)
{
	char token[IDENT_TOKEN_BYTES];

	(void)state;
	token_of(token, LANE_TO_CHIME, "project", "message-1");
	assert_string_equal(
		"OzPSB-_Q01eKPGArvezeSCZZ42CgHxQpLJhbZIcqqQY", token);
	assert_int_equal(43, strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "abcdefghijklmnopqrstuvwxyz"
					   "0123456789-_"));
}

static void test_every_part_counts(void **state)
{
	char tokens[5][IDENT_TOKEN_BYTES];

	(void)state;
	token_of(tokens[0], LANE_TO_CHIME, "ab", "c");
	token_of(tokens[1], LANE_TO_IRC, "ab", "c");
	token_of(tokens[2], LANE_TO_CHIME, "a", "bc");
	token_of(tokens[3], LANE_TO_CHIME, "abc", "");
	token_of(tokens[4], LANE_TO_CHIME, "ab", "d");
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(tokens[i], tokens[j]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_is_stable),
		cmocka_unit_test(test_every_part_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
