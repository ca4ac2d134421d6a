#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/digest.h"

#include "util/attr.h"
#include "util/enc.h"

#include <string.h>

/* FIPS 180-4 examples. */
static void test_sha256(void **state)
{
	(void)state;
	char hex[SHA256_HEX_BYTES];
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	sha256_hex(NULL, 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
}

static void check_hmac(
	const char *key, size_t key_len, const char *data, const char *want)
{
	uint8_t out[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	hmac_sha256(key, key_len, data, strlen(data), out);
	enc_hex(out, sizeof(out), hex);
	assert_string_equal(hex, want);
}

/* RFC 4231, cases 1, 2 and 6; the empty key as Python's hmac says. */
static void test_hmac(void **state)
{
	(void)state;
	char key[131];
	memset(key, 0x0B, 20);
	check_hmac(key, 20, "Hi There",
		"b0344c61d8db38535ca8afceaf0bf12b"
		"881dc200c9833da726e9376c2e32cff7");
	check_hmac("Jefe", 4, "what do ya want for nothing?",
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843");
	memset(key, 0xAA, sizeof(key));
	check_hmac(key, sizeof(key),
		"Test Using Larger Than Block-Size Key - Hash Key First",
		"60e431591ee0b67f0d8a26aacbf5b77f"
		"8e0bc6213728c5140546040f0ee37f54");
	/* After a long key, lest the empty one mean "the key before". */
	check_hmac(NULL, 0, "",
		"b613679a0814d9ec772f95d778c35fc5"
		"ff1697c493715653c6c712144292c5ad");
	check_hmac("", 0, "",
		"b613679a0814d9ec772f95d778c35fc5"
		"ff1697c493715653c6c712144292c5ad");
}

/* RFC 7914, section 11 (first 32 bytes), and the exchange of RFC 7677. */
static void test_pbkdf2(void **state)
{
	(void)state;
	uint8_t out[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	pbkdf2_sha256("passwd", 6, "salt", 4, 1, out);
	enc_hex(out, sizeof(out), hex);
	assert_string_equal(hex, "55ac046e56e3089fec1691c22544b605"
				 "f94185216dde0465e68b9d57c20dacbc");
	static const uint8_t salt[] = {0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35,
		0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36, 0xFA, 0x81};
	pbkdf2_sha256("pencil", 6, salt, sizeof(salt), 4096, out);
	enc_hex(out, sizeof(out), hex);
	assert_string_equal(hex, "c4a49510323ab4f952cac1fa99441939"
				 "e78ea74d6be81ddf7096e87513dc615d");
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(digest_equal("abc", "abc", 3));
	assert_false(digest_equal("abc", "abd", 3));
	assert_true(digest_equal("abc", "abd", 2));
	assert_true(digest_equal("", "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_pbkdf2),
		cmocka_unit_test(test_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
