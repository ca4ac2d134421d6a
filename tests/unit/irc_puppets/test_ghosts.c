#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/ghosts.h"

static void test_find(void **state)
{
	static const struct {
		const char *nick, *user;
		bool is_ghost;
	} rows[] = {
		{"Bob[c]", "bob", true},
		{"bob{C}", "~bob", true},
		{"Bob[c]", "", true},
		{"Bob[c]", "mallory", false},
		/* Somebody else had the first. */
		{"Bob2[c]", "bob", true},
		{"Bob2[c]", "eve", false},
		{"Bob2[c]", "", false},
		{"Bob9[c]", "bob", false},
		{"Bob", "bob", false},
	};
	const struct irc_puppet_settings settings = {
		.nick = "{name}[c]",
		.username = "{id}",
	};
	struct irc_ghosts ghosts = {NULL};
	struct irc_isupport isupport;
	struct irc_source source;
	(void)state;
	irc_isupport_init(&isupport);
	isupport.nicklen = 30;
	irc_source_init(&source);
	irc_ghosts_add(&ghosts, &settings, "arn:x/user/bob", "Bob");
	irc_ghosts_add(&ghosts, &settings, "arn:x/user/bob", "Bob");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		source.nick = rows[i].nick;
		source.user = rows[i].user;
		const char *id = irc_ghosts_find(&ghosts, &isupport, &source);
		assert_int_equal(id != NULL, rows[i].is_ghost);
		if (id)
			assert_string_equal(id, "arn:x/user/bob");
	}
	irc_ghosts_release(&ghosts);
}

/* Two of one name; another NICKLEN, another case mapping. */
static void test_alike(void **state)
{
	const struct irc_puppet_settings settings = {
		.nick = "{name}[c]",
		.username = "{id}",
	};
	struct irc_ghosts ghosts = {NULL};
	struct irc_isupport isupport;
	struct irc_source source;
	(void)state;
	irc_isupport_init(&isupport);
	isupport.nicklen = 30;
	irc_source_init(&source);
	source.nick = "Christina[c]";
	assert_null(irc_ghosts_find(&ghosts, &isupport, &source));
	irc_ghosts_add(&ghosts, &settings, "arn:x/user/a", "Christina");
	irc_ghosts_add(&ghosts, &settings, "arn:x/user/b", "Christina");
	source.user = "a";
	assert_string_equal(
		irc_ghosts_find(&ghosts, &isupport, &source), "arn:x/user/a");
	source.user = "b";
	assert_string_equal(
		irc_ghosts_find(&ghosts, &isupport, &source), "arn:x/user/b");
	source.user = "c";
	assert_null(irc_ghosts_find(&ghosts, &isupport, &source));
	irc_ghosts_add(&ghosts, &settings, "arn:x/user/c", "Christina");
	assert_string_equal(
		irc_ghosts_find(&ghosts, &isupport, &source), "arn:x/user/c");
	isupport.nicklen = 9;
	isupport.casemap = IRC_CASEMAP_ASCII;
	assert_null(irc_ghosts_find(&ghosts, &isupport, &source));
	source.nick = "christ[c]";
	assert_string_equal(
		irc_ghosts_find(&ghosts, &isupport, &source), "arn:x/user/c");
	source.nick = "christ{c}";
	assert_null(irc_ghosts_find(&ghosts, &isupport, &source));
	irc_ghosts_release(&ghosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
