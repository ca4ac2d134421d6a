#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/enc.h"

#include <errno.h>
#include <string.h>

/* RFC 4648, section 10, and bytes that differ between the alphabets. */
static const struct {
	const char *plain;
	const char *base64;
	const char *url;
} vectors[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foob", "Zm9vYg==", "Zm9vYg"},
	{"fooba", "Zm9vYmE=", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	{"\xFB\xEF\xFF", "++//", "--__"},
};

static void test_hex(void **state)
{
	(void)state;
	char out[9];
	enc_hex("\x00\x1F\xAB\xFF", 4, out);
	assert_string_equal(out, "001fabff");
	enc_hex("", 0, out);
	assert_string_equal(out, "");
}

static void test_base64(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		size_t len = strlen(vectors[i].plain);
		buf_clear(&b);
		enc_base64(&b, vectors[i].plain, len);
		assert_string_equal(b.data, vectors[i].base64);
		buf_clear(&b);
		enc_base64url(&b, vectors[i].plain, len);
		assert_string_equal(b.data, vectors[i].url);
	}
}

static void check_decode(const char *text, const char *want)
{
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	buf_adds(&b, "=");
	assert_int_equal(enc_base64_decode(&b, text, strlen(text)), 0);
	assert_int_equal(b.len, 1 + strlen(want));
	assert_memory_equal(b.data + 1, want, strlen(want));
}

static void test_base64_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		check_decode(vectors[i].base64, vectors[i].plain);
		check_decode(vectors[i].url, vectors[i].plain);
	}
}

static void test_base64_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {"Z", "Zm9vY", "Zg=", "Zg===", "=",
		"==", "====", "Z===", "Zg==Zg==", "Zm9v=", "Zm 9v", "Zm9v\n",
		"Zh==", "Zm9=", "Zh", "Zm\xFFv"};
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	buf_adds(&b, "kept");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i]);
		assert_int_equal(enc_base64_decode(&b, rows[i], len), -EINVAL);
		assert_string_equal(b.data, "kept");
	}
}

static void test_percent(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	enc_percent(&b, "aZ09-._~", 8);
	assert_string_equal(b.data, "aZ09-._~");
	buf_clear(&b);
	enc_percent(&b, "/a b+%\xC3\xA4\0", 9);
	assert_string_equal(b.data, "%2Fa%20b%2B%25%C3%A4%00");
	buf_clear(&b);
	enc_percent_path(&b, "/a:b/\0", 6);
	assert_string_equal(b.data, "/a%3Ab/%00");
}

static void test_percent_decode(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	assert_int_equal(enc_percent_decode(&b, "a%2fB%2F+%00z", 13), 0);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data, "a/B/+\0z", 8);
	static const char *const rows[] = {
		"%", "x%4", "%4", "%4g", "%g4", "a%%41"};
	buf_clear(&b);
	buf_adds(&b, "kept");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i]);
		assert_int_equal(enc_percent_decode(&b, rows[i], len), -EINVAL);
		assert_string_equal(b.data, "kept");
	}
}

static void test_round_trips(void **state)
{
	(void)state;
	unsigned char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	struct buf AUTOBUF text;
	struct buf AUTOBUF back;
	buf_init(&text, 1000);
	buf_init(&back, 1000);
	for (size_t len = 254; len <= 256; len++) {
		buf_clear(&text);
		buf_clear(&back);
		enc_base64url(&text, all, len);
		assert_int_equal(
			enc_base64_decode(&back, text.data, text.len), 0);
		assert_int_equal(back.len, len);
		assert_memory_equal(back.data, all, len);
	}
	buf_clear(&text);
	buf_clear(&back);
	enc_percent(&text, (const char *)all, 256);
	assert_int_equal(enc_percent_decode(&back, text.data, text.len), 0);
	assert_int_equal(back.len, 256);
	assert_memory_equal(back.data, all, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_decode),
		cmocka_unit_test(test_base64_refuses),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_percent_decode),
		cmocka_unit_test(test_round_trips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
