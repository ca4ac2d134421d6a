#include "irc/light.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* To "me[c]", who wants "me". */
static const struct {
	const char *line;
	bool is_of_others;
} LINES[] = {
	{":n!u@h PRIVMSG #a :hello", true},
	{":n!u@h PRIVMSG #a hello", true},
	{"@time=2020-01-01T00:00:00.000Z;msgid=x :n!u@h PRIVMSG #a :hello",
		true},
	{"@time=x  :n!u@h  PRIVMSG  #a  :hello", true},
	{":n!u@h PRIVMSG me[c] :hello", false},
	{":n!u@h PRIVMSG ME{c} :hello", false},
	{":n!u@h PRIVMSG :me[c]", false},
	{":n!u@h PRIVMSG #me[c] :me[c]", true},
	{":n!u@h PRIVMSG @#a :hello", true},
	{":me[c]!u@h PRIVMSG #a :hello", false},
	{":Me{C} PRIVMSG #a :hello", false},
	{":me[c]@h PRIVMSG #a :hello", false},
	{":me[c]x!u@h PRIVMSG #a :hello", true},
	{":n!u@h NOTICE #a :hello", true},
	{":s.example NOTICE me[c] :hello", false},
	{":n!u@h TAGMSG #a", true},
	{":n!u@h JOIN #a", true},
	{":n!u@h JOIN me[c]", true},
	{":me[c]!u@h JOIN #a", false},
	{":n!u@h PART #a :me[c]", true},
	{":n!u@h QUIT :me[c]", true},
	{":n!u@h NICK :m", true},
	{":me!u@h NICK :m", false}, /* the nick we want is free */
	{":me!u@h QUIT :m", false},
	{":n!u@h MODE #a +o me[c]", true},
	{":s.example MODE me[c] +i", false},
	{":n!u@h TOPIC #a :me[c]", true},
	{":n!u@h KICK #a m :me[c]", true},
	{":n!u@h KICK #a me[c] :out", false},
	{":n!u@h KICK #a :me[c]", false},
	{":n!u@h KICK :#a me[c]", true},
	{":n!u@h AWAY", true},
	{":n!u@h ACCOUNT a", true},
	{":n!u@h CHGHOST a b", true},
	{":n!u@h SETNAME :a b", true},
	{":n!u@h INVITE m #a", true},
	{":n!u@h INVITE me[c] #a", false},
	{":s.example 353 me[c] = #a :a b c", true},
	{":s.example 366 me[c] #a :End", false},
	{":s.example 404 me[c] #a :No", false},
	{"@label=1 :n!u@h PRIVMSG #a :hello", false},
	{"@time=x;label=1 :n!u@h PRIVMSG #a :hello", false},
	{"@nolabel=1 :n!u@h PRIVMSG #a :hello", true},
	{"@draft/relaymsg=me :n!u@h PRIVMSG #a :hello", false},
	{"PING :x", false},
	{"ERROR :x", false},
	{"PRIVMSG #a :who says so?", false},
	{":s FAIL PRIVMSG X :y", false},
	{":s BATCH +x netsplit a b", false},
	{":n!u@h FOO #a", false},
	{":n!u@h privmsg #a :hello", true},
	{"", false},
	{" ", false},
	{":", false},
	{"@", false},
	{"@a", false},
	{":n", false},
	{":n ", false},
	{": PRIVMSG #a :x", false},
	{":!u@h PRIVMSG #a :x", true},
	{":n!u@h PRIVMSG", true},
	{":n!u@h KICK #a", true},
};

static void test_lines(void **state)
{
	const struct irc_light light = {
		.map = IRC_CASEMAP_RFC1459,
		.own_nick = "me[c]",
		.wanted_nick = "me",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(LINES); i++)
		if (irc_light_is_of_others(&light, LINES[i].line,
			    strlen(LINES[i].line)) != LINES[i].is_of_others)
			fail_msg("wrong about \"%s\"", LINES[i].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
