#include "irc/scram.h"
#include "util/attr.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

/* The example of RFC 7677, 3. */
static const char NONCE[] = "rOprNGfwEbeRWgbNEkqO";
static const char SERVER_FIRST[] =
	"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
static const char CLIENT_FINAL[] =
	"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
static const char SERVER_FINAL[] =
	"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

static void init(struct irc_scram *scram)
{
	assert_int_equal(irc_scram_init(scram, "user", "pencil", NONCE), 0);
}

static void test_example_of_rfc_7677(void **state)
{
	struct irc_scram scram;
	struct buf AUTOBUF out;
	const char *why = NULL;

	(void)state;
	buf_init(&out, 4096);
	init(&scram);
	irc_scram_first(&scram, &out);
	assert_string_equal(out.data, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
	buf_clear(&out);
	assert_int_equal(irc_scram_final(&scram, SERVER_FIRST,
				 strlen(SERVER_FIRST), &out, &why),
		0);
	assert_string_equal(out.data, CLIENT_FINAL);
	assert_int_equal(irc_scram_verify(&scram, SERVER_FINAL,
				 strlen(SERVER_FINAL), &why),
		0);
	irc_scram_release(&scram);
}

static void test_wrong_signatures(void **state)
{
	static const char *const FINALS[] = {
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=", "v", "",
		"v=6rri", "v=!!!!",
		"x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
		"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	struct irc_scram scram;
	struct buf AUTOBUF out;
	const char *why = NULL;

	(void)state;
	buf_init(&out, 4096);
	init(&scram);
	/* Before anything is computed none is right. */
	assert_int_equal(irc_scram_verify(&scram, SERVER_FINAL,
				 strlen(SERVER_FINAL), &why),
		-EPROTO);
	assert_int_equal(irc_scram_final(&scram, SERVER_FIRST,
				 strlen(SERVER_FIRST), &out, &why),
		0);
	for (size_t i = 0; i < ARRAY_LEN(FINALS); i++)
		assert_int_equal(irc_scram_verify(&scram, FINALS[i],
					 strlen(FINALS[i]), &why),
			-EPROTO);
	assert_int_equal(
		irc_scram_verify(&scram, "e=invalid-proof", 15, &why), -EACCES);
	irc_scram_release(&scram);
}

static const struct {
	const char *text;
	const char *why; /* a part of it */
} BAD_FIRSTS[] = {
	{"", "nonce"},
	{"r=", "nonce"},
	{"m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=4096", "nonce"},
	{"s=QQ==,r=rOprNGfwEbeRWgbNEkqOx,i=4096", "nonce"},
	{"r=rOprNGfwEbeRWgbNEkqO,s=QQ==,i=4096", "continue"},
	{"r=rOprNGfwEbe,s=QQ==,i=4096", "continue"},
	{"r=XXprNGfwEbeRWgbNEkqOabc,s=QQ==,i=4096", "continue"},
	{"r=rOprNGfwEbeRWgbNEkqOx", "salt"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "salt"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=*&^,i=4096", "salt"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=0", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=4095", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=1000001", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=4294967295", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=99999999999999999999", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=-4096", "iteration"},
	{"r=rOprNGfwEbeRWgbNEkqOx,s=QQ==,i=4096x", "iteration"},
};

static void test_malicious_first_messages(void **state)
{
	struct irc_scram scram;
	struct buf AUTOBUF out;
	const char *why = NULL;

	(void)state;
	buf_init(&out, 4096);
	init(&scram);
	for (size_t i = 0; i < ARRAY_LEN(BAD_FIRSTS); i++) {
		assert_int_equal(
			irc_scram_final(&scram, BAD_FIRSTS[i].text,
				strlen(BAD_FIRSTS[i].text), &out, &why),
			-EPROTO);
		assert_non_null(strstr(why, BAD_FIRSTS[i].why));
		assert_int_equal(out.len, 0);
	}
	irc_scram_release(&scram);
}

static void test_bounds_of_first_messages(void **state)
{
	struct irc_scram scram;
	struct buf AUTOBUF out;
	struct buf AUTOBUF text;
	const char *why = NULL;

	(void)state;
	buf_init(&out, 4096);
	buf_init(&text, 1 << 20);
	init(&scram);
	buf_addf(&text, "r=%s", NONCE);
	for (int i = 0; i < 2000; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, ",s=QQ==,i=4096");
	assert_int_equal(
		irc_scram_final(&scram, text.data, text.len, &out, &why),
		-EPROTO);
	buf_clear(&text);
	buf_addf(&text, "r=%sx,s=", NONCE);
	for (int i = 0; i < 2000; i++)
		buf_adds(&text, "QUFB");
	buf_adds(&text, ",i=4096");
	assert_int_equal(
		irc_scram_final(&scram, text.data, text.len, &out, &why),
		-EPROTO);
	irc_scram_release(&scram);
}

static void test_names_are_escaped_and_checked(void **state)
{
	struct irc_scram scram;
	struct buf AUTOBUF out;

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(irc_scram_init(&scram, "a=b,c", "x", "n"), 0);
	irc_scram_first(&scram, &out);
	assert_string_equal(out.data, "n,,n=a=3Db=2Cc,r=n");
	irc_scram_release(&scram);
	assert_int_equal(
		irc_scram_init(&scram, "\xc3\xa9ric", "p\xc3\xa4ss", "n"), 0);
	irc_scram_release(&scram);
	assert_int_equal(irc_scram_init(&scram, "", "x", "n"), -EINVAL);
	assert_int_equal(irc_scram_init(&scram, "x", "", "n"), -EINVAL);
	assert_int_equal(irc_scram_init(&scram, "a\nb", "x", "n"), -EINVAL);
	assert_int_equal(irc_scram_init(&scram, "a", "\xff", "n"), -EINVAL);
	assert_int_equal(
		irc_scram_init(&scram, "a\xe2\x80\x8b", "x", "n"), -EINVAL);
}

static void test_nonces_are_random(void **state)
{
	struct irc_scram a;
	struct irc_scram b;

	(void)state;
	assert_int_equal(irc_scram_init(&a, "u", "p", NULL), 0);
	assert_int_equal(irc_scram_init(&b, "u", "p", NULL), 0);
	assert_in_range(strlen(a.nonce), 20, 40);
	assert_null(strchr(a.nonce, ','));
	assert_string_not_equal(a.nonce, b.nonce);
	irc_scram_release(&a);
	irc_scram_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_of_rfc_7677),
		cmocka_unit_test(test_wrong_signatures),
		cmocka_unit_test(test_malicious_first_messages),
		cmocka_unit_test(test_bounds_of_first_messages),
		cmocka_unit_test(test_names_are_escaped_and_checked),
		cmocka_unit_test(test_nonces_are_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
