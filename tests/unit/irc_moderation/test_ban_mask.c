#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/ban_mask.h"

#include <errno.h>
#include <string.h>

static struct irc_isupport server(const char *extban, const char *account)
{
	struct irc_isupport isupport;

	irc_isupport_init(&isupport);
	if (extban)
		assert_true(irc_isupport_apply(&isupport, extban));
	if (account)
		assert_true(irc_isupport_apply(&isupport, account));
	return isupport;
}

static const struct irc_ban_face bob = {
	.nick = "Bob[1]",
	.user = "~bob",
	.host = "10.1.2.3",
	.account = "Robert",
	.is_account_known = true,
};
static const struct irc_ban_face nobody = {
	.nick = "eve",
	.user = "",
	.host = "",
	.account = "",
};
static const struct irc_ban_face guest = {
	.nick = "dan",
	.user = "d",
	.host = "2001:db8::1",
	.account = "",
	.is_account_known = true,
};

struct row {
	const char *mask;
	bool fits_bob, fits_nobody, fits_guest;
};

static void check(const struct irc_isupport *isupport, const struct row *rows,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(irc_ban_fits(isupport, rows[i].mask, &bob),
			rows[i].fits_bob);
		assert_int_equal(irc_ban_fits(isupport, rows[i].mask, &nobody),
			rows[i].fits_nobody);
		assert_int_equal(irc_ban_fits(isupport, rows[i].mask, &guest),
			rows[i].fits_guest);
	}
}

static void test_masks(void **state)
{
	static const struct row rows[] = {
		{"*!*@*", true, true, true},
		{"bob{1}!*@*", true, false, false},
		{"*!*bob@10.*", true, false, false},
		{"*!bob@10.*", false, false, false},
		{"eve", false, true, false},
		{"*!*@10.1.0.0/16", true, false, false},
		{"*!*@10.2.0.0/16", false, false, false},
		{"*!*@10.1.0.0/99", false, false, false},
		{"*!d@2001:db8::/32", false, false, true},
		{"*!x@2001:db8::/32", false, false, false},
		{"*!*@0.0.0.0/0", true, false, false},
		{"bob[1]!*@*$#elsewhere", true, false, false},
		{"", false, false, false},
		{"$a:robert", false, false, false},
		/* As servers keep what was mistyped. */
		{"!@*", false, false, false},
		{"*!@", false, true, false},
		{"eve!@*", false, true, false},
		{"bob[1]!*@", false, false, false},
		{"***!**@***", true, true, true},
		{"bob[1]!", true, false, false},
	};
	struct irc_isupport isupport = server(NULL, NULL);

	(void)state;
	check(&isupport, rows, ARRAY_LEN(rows));
}

static void test_dollar(void **state)
{
	static const struct row rows[] = {
		{"$a:robert", true, false, false},
		{"$a:rob*", true, false, false},
		{"$a", true, false, false},
		{"$~a", false, false, true},
		{"$~a:robert", false, false, true},
		{"$r:robert", false, false, false},
	};
	struct irc_isupport isupport = server("EXTBAN=$,ajr", NULL);

	(void)state;
	check(&isupport, rows, ARRAY_LEN(rows));
}

static void test_others(void **state)
{
	static const struct row inspircd[] = {
		{"R:robert", true, false, false},
		{"!R:robert", false, false, true},
		{"account:robert", true, false, false},
		{"m:*!*@*", false, false, false},
		/* What InspIRCd 3 makes of "!R:robert". */
		{"!R:robert@*", false, false, false},
		{"!U:*!*@*", false, false, false},
	};
	static const struct row unreal[] = {
		{"~a:robert", true, false, false},
		{"~account:robert", true, false, false},
		{"~q:*!*@*", false, false, false},
	};
	struct irc_isupport a = server("EXTBAN=,CRmr", NULL);
	struct irc_isupport b =
		server("EXTBAN=~,aqr", "ACCOUNTEXTBAN=account,a");

	(void)state;
	check(&a, inspircd, ARRAY_LEN(inspircd));
	check(&b, unreal, ARRAY_LEN(unreal));
}

static void test_make(void **state)
{
	struct irc_isupport plain = server(NULL, NULL);
	struct irc_isupport dollar = server("EXTBAN=$,ajr", NULL);
	struct irc_isupport bare = server("EXTBAN=,R", NULL);
	struct irc_isupport named =
		server("EXTBAN=~,aqr", "ACCOUNTEXTBAN=account,a");
	const struct {
		const struct irc_isupport *isupport;
		enum irc_ban_kind kind;
		const char *pattern;
		const struct irc_ban_face *face;
		int error;
		const char *mask;
	} rows[] = {
		{&plain, BAN_ACCOUNT, "", &bob, -ENOENT, NULL},
		{&dollar, BAN_ACCOUNT, "", &bob, 0, "$a:Robert"},
		{&bare, BAN_ACCOUNT, "", &bob, 0, "R:Robert"},
		{&named, BAN_ACCOUNT, "", &bob, 0, "~account:Robert"},
		{&dollar, BAN_ACCOUNT, "", &guest, -ENOENT, NULL},
		{&plain, BAN_ADDRESS, "*!*{user}@{host}", &bob, 0,
			"*!*bob@10.1.2.3"},
		{&plain, BAN_ADDRESS, "*!{user}@{host}", &bob, 0,
			"*!*bob@10.1.2.3"},
		{&plain, BAN_ADDRESS, "{nick}!{x}@*", &guest, 0, "dan!{x}@*"},
		{&plain, BAN_ADDRESS, "*!*@{host}", &nobody, -ENOENT, NULL},
		{&plain, BAN_NICK, "", &nobody, 0, "eve!*@*"},
		{&plain, BAN_ADDRESS, "a b", &bob, -EINVAL, NULL},
	};
	char mask[IRC_MASK_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(irc_ban_make(rows[i].isupport, rows[i].kind,
					 rows[i].pattern, rows[i].face, mask),
			rows[i].error);
		if (rows[i].mask) {
			assert_string_equal(mask, rows[i].mask);
			assert_true(irc_ban_fits(rows[i].isupport, mask,
					    rows[i].face) ||
				    strchr(mask, '{'));
		}
	}
}

static void test_long(void **state)
{
	struct irc_isupport isupport = server(NULL, NULL);
	char pattern[700];
	char mask[IRC_MASK_BYTES];

	(void)state;
	memset(pattern, 'x', sizeof(pattern) - 1);
	pattern[sizeof(pattern) - 1] = '\0';
	assert_int_equal(
		irc_ban_make(&isupport, BAN_ADDRESS, pattern, &bob, mask),
		-E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_dollar),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
