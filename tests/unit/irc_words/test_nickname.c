#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_words/nickname.h"

#include <errno.h>
#include <string.h>

static const char arn[] = "arn:aws:chime:us-east-1:1:app-instance/x/user/al-1";

static void test_nicks(void **state)
{
	static const struct {
		const char *template, *name, *base, *suffix;
	} rows[] = {
		{"{name}[c]", "Alice", "Alice", "[c]"},
		{"{name}[c]", "Zo\xc3\xab B. Smith", "Zoe_B_Smith", "[c]"},
		{"{name}", "Alice", "Alice", ""},
		{"c-{name}", "Alice", "c-Alice", ""},
		{"{name}|{id}", "Al", "Al", "|al-1"},
		{"{id}", "Al", "al-1", ""},
		{"{name}[c]", "9lives", "_9lives", "[c]"},
		{"{name}[c]", "-dash", "_-dash", "[c]"},
		{"{name}/c", "Al", "Al", "c"},
		{"{name}[c]", "a!b@c#d e:f,g*h", "abcd_efgh", "[c]"},
		{"{name}[c]", "x\r\nQUIT :y", "xQUIT_y", "[c]"},
		{"{name}[c]", "  Al  ", "Al", "[c]"},
		{"{name}", "[]\\`^{|}", "u", ""}, /* and a hash */
		{"{name}", "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "u", ""},
		{"{name}", "", "u", ""},
		{"***", "Al", "guest", ""},
	};
	struct irc_nickname nick;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		irc_nickname_make(&nick, rows[i].template, arn, rows[i].name);
		assert_string_equal(nick.suffix, rows[i].suffix);
		if (!strcmp(rows[i].base, "u"))
			assert_int_equal(strlen(nick.base), 9);
		else
			assert_string_equal(nick.base, rows[i].base);
	}
}

static void test_long_nicks(void **state)
{
	struct irc_nickname nick;
	char name[5000];
	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	irc_nickname_make(&nick, "{name}[c]", arn, name);
	assert_int_equal(strlen(nick.base), IRC_NICKNAME_LONGEST - 3);
	assert_string_equal(nick.suffix, "[c]");
	/* A suffix without end is none. */
	irc_nickname_make(&nick, "a{name}{name}{name}{name}", arn, name);
	assert_int_equal(strlen(nick.base), IRC_NICKNAME_LONGEST);
	assert_string_equal(nick.suffix, "");
}

static void test_usernames(void **state)
{
	char a[IRC_USERNAME_BYTES], b[IRC_USERNAME_BYTES];
	(void)state;
	irc_nickname_username(a, "{id}", "arn:x/user/alice", "A");
	assert_string_equal(a, "alice");
	/* Those who would be cut alike are told apart. */
	irc_nickname_username(a, "{id}", "arn:x/user/alexander-the-1st", "A");
	irc_nickname_username(b, "{id}", "arn:x/user/alexander-the-2nd", "A");
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 9);
	irc_nickname_username(b, "{id}", "arn:x/user/alexander-the-1st", "B");
	assert_string_equal(a, b);
	irc_nickname_username(a, "{id}", "arn:x/user/Al", "A");
	irc_nickname_username(b, "{id}", "arn:x/user/al", "A");
	assert_string_not_equal(a, b);
	irc_nickname_username(a, "ch_{name}", "arn:x/user/al", "J\xc3\xb6 R");
	assert_string_equal(a, "chjor");
	irc_nickname_username(a, "", "arn:x/user/al", "A");
	assert_string_equal(a, "chime");
}

static void test_realnames(void **state)
{
	char real[IRC_REALNAME_BYTES];
	char name[500];
	(void)state;
	irc_nickname_realname(real, "{name} ({id})", arn, "Zo\xc3\xab\r\n!");
	assert_string_equal(real, "Zo\xc3\xab! (al-1)");
	irc_nickname_realname(real, "{name}", arn, "\x01");
	assert_string_equal(real, "someone");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	irc_nickname_realname(real, "{name}", arn, name);
	assert_int_equal(strlen(real), IRC_REALNAME_BYTES - 1);
}

static void test_hosts(void **state)
{
	char host[IRC_HOST_BYTES];
	(void)state;
	irc_nickname_host(host, "{id}.chime.invalid", arn, "A");
	assert_string_equal(host, "al-1.chime.invalid");
	irc_nickname_host(host, "{name}..x", arn, "A B");
	assert_string_equal(host, "a-b.x");
	irc_nickname_host(host, "{name}", arn, "\xe7\x8e\x8b");
	assert_int_equal(strlen(host), 9);
	irc_nickname_host(host, "", arn, "A");
	assert_string_equal(host, "chime.invalid");
}

static void test_addresses(void **state)
{
	char a[IRC_ADDRESS_BYTES], b[IRC_ADDRESS_BYTES];
	(void)state;
	assert_int_equal(irc_nickname_address(a, "2001:db8:1:2::/64", "x"), 0);
	assert_int_equal(irc_nickname_address(b, "2001:db8:1:2::/64", "x"), 0);
	assert_string_equal(a, b);
	assert_memory_equal(a, "2001:db8:1:2:", 13);
	assert_int_equal(irc_nickname_address(b, "2001:db8:1:2::/64", "y"), 0);
	assert_string_not_equal(a, b);
	assert_int_equal(irc_nickname_address(a, "2001:db8::1/128", "x"), 0);
	assert_string_equal(a, "2001:db8::1");
	assert_int_equal(irc_nickname_address(a, "2001:db8::1/120", "x"), 0);
	assert_memory_equal(a, "2001:db8::", 10);
	assert_int_equal(irc_nickname_address(a, "10.0.0.0/8", "x"), -EINVAL);
	assert_int_equal(irc_nickname_address(a, "::/129", "x"), -EINVAL);
	assert_int_equal(irc_nickname_address(a, "", "x"), -EINVAL);
}

static void test_relay_nicks(void **state)
{
	char nick[IRC_NICK_BYTES];
	(void)state;
	irc_nickname_relay(nick, "/", "Al Ice", 30);
	assert_string_equal(nick, "Al_Ice/c");
	irc_nickname_relay(nick, "|/", "9", 30);
	assert_string_equal(nick, "_9|c");
	irc_nickname_relay(nick, "", "\xe7\x8e\x8b", 30);
	assert_string_equal(nick, "someone/c");
	irc_nickname_relay(nick, "/", "Alexander", 9);
	assert_string_equal(nick, "Alexand/c");
	irc_nickname_relay(nick, "/", "123456789", 9);
	assert_string_equal(nick, "_123456/c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nicks),
		cmocka_unit_test(test_long_nicks),
		cmocka_unit_test(test_usernames),
		cmocka_unit_test(test_realnames),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_relay_nicks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
