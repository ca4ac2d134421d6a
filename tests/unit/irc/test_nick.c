#include "irc/nick.h"
#include "util/attr.h"
#include "util/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void choose(const char *wanted, unsigned n, unsigned nicklen,
	char ret[IRC_NICK_BYTES])
{
	irc_nick_choice(
		&(struct irc_nick_wish){.wanted = wanted, .nicklen = nicklen},
		n, ret);
}

static void assert_choice(
	const char *wanted, unsigned n, unsigned nicklen, const char *expected)
{
	char choice[IRC_NICK_BYTES];

	choose(wanted, n, nicklen, choice);
	assert_string_equal(choice, expected);
}

static void test_choices(void **state)
{
	(void)state;
	assert_choice("belfry", 0, 0, "belfry");
	assert_choice("belfry", 1, 0, "belfry_");
	assert_choice("belfry", 3, 9, "belfry___");
	assert_choice("belfry", 4, 9, "belfry1");
	assert_choice("belfry", 13, 9, "belfry10");
	assert_choice("belfry", 13, 7, "belfr10");
	assert_choice("belfrybridge", 0, 9, "belfrybri");
	assert_choice("belfrybridge", 1, 9, "belfrybr_");
	assert_choice("belfrybridge", 5, 9, "belfrybr2");
	assert_choice("x", 3, 1, "___");
}

static void test_choices_differ_when_cut(void **state)
{
	char a[IRC_NICK_BYTES];
	char b[IRC_NICK_BYTES];

	(void)state;
	for (unsigned i = 0; i < IRC_NICK_TRIES_MAX; i++)
		for (unsigned k = 0; k < i; k++) {
			choose("abcdefghijkl", i, 9, a);
			choose("abcdefghijkl", k, 9, b);
			assert_string_not_equal(a, b);
			assert_in_range(strlen(a), 1, 9);
		}
}

static void test_never_cuts_a_character(void **state)
{
	char choice[IRC_NICK_BYTES];
	static const char WANTED[] = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x94x";

	(void)state;
	for (unsigned len = 1; len < 12; len++)
		for (unsigned n = 0; n < 6; n++) {
			choose(WANTED, n, len, choice);
			assert_true(utf8_is_valid(choice, strlen(choice)));
		}
}

static void test_long_wishes_are_bounded(void **state)
{
	char wanted[1000];
	char ret[IRC_NICK_BYTES];

	(void)state;
	memset(wanted, 'a', sizeof(wanted) - 1);
	wanted[sizeof(wanted) - 1] = '\0';
	choose(wanted, 1, 0, ret);
	assert_int_equal(strlen(ret), IRC_NICK_BYTES - 1);
	assert_int_equal(ret[IRC_NICK_BYTES - 2], '_');
	irc_nick_tame(wanted, ret);
	assert_int_equal(strlen(ret), IRC_NICK_BYTES - 1);
}

static void test_tame(void **state)
{
	char ret[IRC_NICK_BYTES];

	(void)state;
	irc_nick_tame("1-bel.fry/2", ret);
	assert_string_equal(ret, "belfry2");
	irc_nick_tame("b-[x]`", ret);
	assert_string_equal(ret, "b-[x]`");
	irc_nick_tame("\xc3\xa9", ret);
	assert_string_equal(ret, "guest");
	irc_nick_tame("", ret);
	assert_string_equal(ret, "guest");
}

/* NICKLEN 0: not known. */
static const struct {
	const char *wanted;
	const char *suffix;
	unsigned nicklen;
	enum irc_nick_manner manner;
	unsigned n;
	const char *choice;
} SUFFIXED[] = {
	{"bob", "[c]", 0, IRC_NICK_AS_IS, 0, "bob[c]"},
	{"bob", "[c]", 0, IRC_NICK_AS_IS, 1, "bob2[c]"},
	{"bob", "[c]", 0, IRC_NICK_AS_IS, 9, "bob10[c]"},
	{"bob", "", 0, IRC_NICK_AS_IS, 1, "bob_"},
	{"alexander", "[c]", 9, IRC_NICK_AS_IS, 0, "alexan[c]"},
	{"alexander", "[c]", 9, IRC_NICK_AS_IS, 1, "alexa2[c]"},
	{"alexander", "[c]", 9, IRC_NICK_AS_IS, 9, "alex10[c]"},
	{"alexander-the-great-of-macedonia", "[c]", 0, IRC_NICK_AS_IS, 0,
		"alexander-the-great-of-mace[c]"},
	{"alexander-the-great-of-macedonia", "[c]", 40, IRC_NICK_AS_IS, 0,
		"alexander-the-great-of-macedonia[c]"},
	{"9lives", "[c]", 9, IRC_NICK_AS_IS, 0, "_9live[c]"},
	{"-x", "[c]", 0, IRC_NICK_AS_IS, 1, "_-x2[c]"},
	{"9lives", "[c]", 9, IRC_NICK_TAME, 0, "lives[c]"},
	{"", "[c]", 9, IRC_NICK_AS_IS, 0, "guest[c]"},
	{"b.o_b", "/[c]", 0, IRC_NICK_TAME, 0, "bo_b[c]"},
	{"b.o_b", "/[c]", 0, IRC_NICK_PLAIN, 1, "bob2c"},
	{"\xc3\xa9\xc3\xa9\xc3\xa9", "[c]", 8, IRC_NICK_AS_IS, 0,
		"\xc3\xa9\xc3\xa9[c]"},
	{"\xc3\xa9", "[c]", 9, IRC_NICK_TAME, 0, "guest[c]"},
	/* No room for it. */
	{"bob", "[from-chime]", 9, IRC_NICK_AS_IS, 0, "bob"},
	{"bob", "[from-chime]", 9, IRC_NICK_AS_IS, 1, "bob_"},
	{"alexander", "[chime]", 9, IRC_NICK_AS_IS, 0, "al[chime]"},
	{"alexander", "[chime]", 9, IRC_NICK_AS_IS, 1, "a2[chime]"},
	{"alexander", "[chime]", 9, IRC_NICK_AS_IS, 9, "alexande6"},
};

static void test_a_suffix_is_kept(void **state)
{
	char choice[IRC_NICK_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(SUFFIXED); i++) {
		irc_nick_choice(
			&(struct irc_nick_wish){
				.wanted = SUFFIXED[i].wanted,
				.suffix = SUFFIXED[i].suffix,
				.nicklen = SUFFIXED[i].nicklen,
				.manner = SUFFIXED[i].manner,
			},
			SUFFIXED[i].n, choice);
		assert_string_equal(choice, SUFFIXED[i].choice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_choices_differ_when_cut),
		cmocka_unit_test(test_never_cuts_a_character),
		cmocka_unit_test(test_long_wishes_are_bounded),
		cmocka_unit_test(test_tame),
		cmocka_unit_test(test_a_suffix_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
