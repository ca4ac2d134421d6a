#include "irc/isupport.h"
#include "irc/message.h"
#include "util/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct irc_isupport fed(const char *line)
{
	char *copy AUTOFREE = xstrdup(line);
	struct irc_message msg;
	struct irc_isupport isupport;
	assert_int_equal(
		irc_message_parse(&msg, copy, strlen(copy)), IRC_PARSE_OK);
	irc_isupport_init(&isupport);
	irc_isupport_feed(&isupport, &msg);
	return isupport;
}

static void test_defaults(void **state UNUSED)
{
	struct irc_isupport is;
	irc_isupport_init(&is);
	assert_string_equal(is.prefix.modes, "ov");
	assert_string_equal(is.chantypes, "#&");
	assert_int_equal(is.linelen, 512);
	assert_int_equal(is.nicklen, 9);
	assert_int_equal(is.modes, 3);
	assert_int_equal(is.casemap, IRC_CASEMAP_RFC1459);
	assert_int_equal(irc_isupport_targmax(&is, "PRIVMSG"), 1);
	assert_true(irc_isupport_allows_tag(&is, "+typing"));
	assert_false(is.extban.known);
}

/* As a large network says it. */
static void test_solanum(void **state UNUSED)
{
	struct irc_isupport is =
		fed(":s 005 me WHOX MONITOR=100 SAFELIST EXCEPTS INVEX=J BOT "
		    "CHANMODES=eIbq,k,flj,CFLMPQRSTcgimnprstuz PREFIX=(ohv)@%+ "
		    "MAXLIST=bqe:100,I:50 MODES=4 NETWORK=Libera\\x20Chat "
		    ":are supported by this server");
	assert_true(is.whox);
	assert_true(is.safelist);
	assert_true(is.monitor.works);
	assert_int_equal(is.monitor.limit, 100);
	assert_int_equal(is.excepts, 'e');
	assert_int_equal(is.invex, 'J');
	assert_int_equal(is.bot, 'B');
	assert_string_equal(is.chanmodes.list, "eIbq");
	assert_string_equal(is.chanmodes.flag, "CFLMPQRSTcgimnprstuz");
	assert_string_equal(is.prefix.symbols, "@%+");
	assert_int_equal(irc_isupport_maxlist(&is, 'q'), 100);
	assert_int_equal(irc_isupport_maxlist(&is, 'I'), 50);
	assert_int_equal(irc_isupport_maxlist(&is, 'x'), 0);
	assert_int_equal(irc_isupport_maxlist(&is, '\0'), 0);
	assert_int_equal(is.modes, 4);
	assert_string_equal(is.network, "Libera Chat");
}

static void test_rest(void **state UNUSED)
{
	struct irc_isupport is = fed(
		":s 005 me CHANTYPES=# STATUSMSG=@+ CASEMAPPING=ascii "
		"NICKLEN=31 USERLEN=10 HOSTLEN=63 CHANNELLEN=50 TOPICLEN=390 "
		"KICKLEN=255 AWAYLEN=200 KEYLEN=23 x");
	assert_string_equal(is.chantypes, "#");
	assert_string_equal(is.statusmsg, "@+");
	assert_int_equal(is.casemap, IRC_CASEMAP_ASCII);
	assert_int_equal(is.nicklen, 31);
	assert_int_equal(is.userlen, 10);
	assert_int_equal(is.hostlen, 63);
	assert_int_equal(is.channellen, 50);
	assert_int_equal(is.topiclen, 390);
	assert_int_equal(is.kicklen, 255);
	assert_int_equal(is.awaylen, 200);
	assert_int_equal(is.keylen, 23);
	is = fed(":s 005 me LINELEN=2048 UTF8ONLY UTF8MAPPING=rfc8265 "
		 "CHATHISTORY=1000 MSGREFTYPES=msgid,timestamp EXTBAN=$,ajr "
		 "ACCOUNTEXTBAN=account,a CLIENTTAGDENY=*,-a MAXTARGETS=4 "
		 "CHANLIMIT=#:100 TARGMAX=KICK:1 MODES x");
	assert_int_equal(is.linelen, 2048);
	assert_true(is.utf8only);
	assert_string_equal(is.utf8mapping, "rfc8265");
	assert_true(is.chathistory.works);
	assert_int_equal(is.chathistory.limit, 1000);
	assert_string_equal(is.msgreftypes, "msgid,timestamp");
	assert_int_equal(is.extban.prefix, '$');
	assert_string_equal(is.extban.types, "ajr");
	assert_string_equal(is.accountextban, "account,a");
	assert_string_equal(is.clienttagdeny, "*,-a");
	assert_int_equal(is.maxtargets, 4);
	assert_string_equal(is.chanlimit, "#:100");
	assert_string_equal(is.targmax, "KICK:1");
	assert_int_equal(is.modes, 0);
}

/* Each of these must change nothing at all. */
static void test_garbage(void **state UNUSED)
{
	static const char *const tokens[] = {"", "=", "-", "-=", "FOO", "FOO=1",
		"nicklen=30", "NICKLEN", "NICKLEN=", "NICKLEN=-1", "NICKLEN=0",
		"NICKLEN=abc", "NICKLEN=9x", "NICKLEN= 9",
		"NICKLEN=99999999999999999999", "LINELEN=511", "LINELEN=-1",
		"MODES=-3", "MODES=x", "PREFIX=ov@+", "PREFIX=(ov)@",
		"PREFIX=(ov@+", "PREFIX=(ov)+@%",
		"PREFIX=(abcdefghijklmnop)ABCDEFGHIJKLMNOP", "PREFIX=(o)\\x20",
		"CHANTYPES=#,", "CHANTYPES=# &", "CHANTYPES=################",
		"STATUSMSG=\\x01", "EXCEPTS=1", "EXCEPTS=ef", "INVEX=+",
		"BOT=!", "EXTBAN=$$,a", "NETWORK=a\\x00b",
		"NETWORK=a\\x0d\\x0aQUIT", "CASEMAPPING", "MONITOR=x",
		"MONITOR=-1", "CHATHISTORY=1x"};
	struct irc_isupport untouched;
	irc_isupport_init(&untouched);
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		struct irc_isupport is;
		irc_isupport_init(&is);
		irc_isupport_apply(&is, tokens[i]);
		if (memcmp(&is, &untouched, sizeof(is)) != 0)
			fail_msg("%s changed something", tokens[i]);
	}
}

static void test_too_long(void **state UNUSED)
{
	static const char *const names[] = {"NETWORK", "CHANMODES", "TARGMAX",
		"CLIENTTAGDENY", "EXTBAN", "ACCOUNTEXTBAN", "UTF8MAPPING"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (int len = 600; len <= 1200; len += 600) {
			char *value AUTOFREE = xcalloc(1, (size_t)len + 1);
			memset(value, 'x', (size_t)len);
			char *token AUTOFREE =
				xasprintf("%s=%s", names[i], value);
			struct irc_isupport is;
			struct irc_isupport untouched;
			irc_isupport_init(&is);
			irc_isupport_init(&untouched);
			assert_true(irc_isupport_apply(&is, token));
			assert_memory_equal(&is, &untouched, sizeof(is));
		}
	}
}

static void test_clamp_and_odd(void **state UNUSED)
{
	struct irc_isupport is = fed(
		":s 005 me LINELEN=1000000 NICKLEN=100000 CASEMAPPING=rfc7613 "
		"PREFIX= CHANTYPES= EXTBAN=,abc MONITOR CHATHISTORY=0 "
		"CHANMODES=b MAXLIST=b:x,:5,q:7,, x");
	assert_int_equal(is.linelen, IRC_LINELEN_MAX);
	assert_int_equal(is.nicklen, 512);
	assert_int_equal(is.casemap, IRC_CASEMAP_ASCII);
	assert_string_equal(is.prefix.modes, "");
	assert_string_equal(is.chantypes, "");
	assert_false(irc_isupport_is_channel(&is, "#a"));
	assert_true(is.extban.known);
	assert_int_equal(is.extban.prefix, 0);
	assert_string_equal(is.extban.types, "abc");
	assert_true(is.monitor.works);
	assert_int_equal(is.monitor.limit, 0);
	assert_true(is.chathistory.works);
	assert_string_equal(is.chanmodes.list, "b");
	assert_string_equal(is.chanmodes.flag, "");
	assert_int_equal(irc_isupport_maxlist(&is, 'q'), 7);
	assert_int_equal(irc_isupport_maxlist(&is, 'b'), 0);
}

static void test_reset(void **state UNUSED)
{
	struct irc_isupport is =
		fed(":s 005 me NICKLEN=30 PREFIX=(v)+ UTF8ONLY "
		    "EXTBAN=$,a CHATHISTORY=5 x");
	struct irc_isupport fresh;
	irc_isupport_init(&fresh);
	irc_isupport_apply(&is, "-NICKLEN");
	irc_isupport_apply(&is, "-PREFIX");
	irc_isupport_apply(&is, "-UTF8ONLY=x");
	irc_isupport_apply(&is, "-EXTBAN");
	irc_isupport_apply(&is, "-CHATHISTORY");
	assert_int_equal(is.nicklen, 9);
	assert_string_equal(is.prefix.modes, "ov");
	assert_false(is.utf8only);
	assert_false(is.extban.known);
	assert_false(is.chathistory.works);
}

static void test_channels(void **state UNUSED)
{
	struct irc_isupport is = fed(":s 005 me CHANTYPES=#+ STATUSMSG=@+ x");
	assert_true(irc_isupport_is_channel(&is, "#a"));
	assert_true(irc_isupport_is_channel(&is, "+a"));
	assert_false(irc_isupport_is_channel(&is, "&a"));
	assert_false(irc_isupport_is_channel(&is, "@#a"));
	assert_false(irc_isupport_is_channel(&is, ""));
	assert_string_equal(irc_isupport_statusmsg(&is, "#a"), "#a");
	assert_string_equal(irc_isupport_statusmsg(&is, "@#a"), "#a");
	assert_string_equal(irc_isupport_statusmsg(&is, "@+#a"), "#a");
	assert_string_equal(irc_isupport_statusmsg(&is, "+a"), "+a");
	assert_null(irc_isupport_statusmsg(&is, "nick"));
	assert_null(irc_isupport_statusmsg(&is, "@nick"));
	assert_null(irc_isupport_statusmsg(&is, ""));
}

static void test_modes(void **state UNUSED)
{
	struct irc_isupport is = fed(":s 005 me PREFIX=(qaohv)~&@%+ "
				     "CHANMODES=beI,k,l,imnt x");
	assert_int_equal(irc_isupport_prefix_of_mode(&is, 'o'), '@');
	assert_int_equal(irc_isupport_prefix_of_mode(&is, 'b'), 0);
	assert_int_equal(irc_isupport_prefix_of_mode(&is, '\0'), 0);
	assert_int_equal(irc_isupport_mode_of_prefix(&is, '~'), 'q');
	assert_int_equal(irc_isupport_mode_of_prefix(&is, '!'), 0);
	assert_int_equal(irc_isupport_rank_of_mode(&is, 'q'), 0);
	assert_int_equal(irc_isupport_rank_of_mode(&is, 'v'), 4);
	assert_int_equal(irc_isupport_rank_of_mode(&is, 'b'), -1);
	static const struct {
		char mode;
		enum irc_mode_class class;
	} rows[] = {
		{'b', IRC_MODE_LIST},
		{'k', IRC_MODE_ALWAYS_PARAM},
		{'l', IRC_MODE_PARAM_WHEN_SET},
		{'t', IRC_MODE_FLAG},
		{'q', IRC_MODE_PREFIX},
		{'z', IRC_MODE_UNKNOWN},
		{'\0', IRC_MODE_UNKNOWN},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(irc_isupport_mode_class(&is, rows[i].mode),
			rows[i].class);
}

static void test_targets(void **state UNUSED)
{
	struct irc_isupport is =
		fed(":s 005 me TARGMAX=PRIVMSG:4,JOIN:,KICK:x,WHO:0 x");
	assert_int_equal(irc_isupport_targmax(&is, "privmsg"), 4);
	assert_int_equal(irc_isupport_targmax(&is, "JOIN"), UINT32_MAX);
	assert_int_equal(irc_isupport_targmax(&is, "KICK"), 1);
	assert_int_equal(irc_isupport_targmax(&is, "WHO"), 1);
	assert_int_equal(irc_isupport_targmax(&is, "NOTICE"), 1);
	is = fed(":s 005 me MAXTARGETS=20 x");
	assert_int_equal(irc_isupport_targmax(&is, "NOTICE"), 20);
	assert_int_equal(irc_isupport_targmax(&is, "KICK"), 1);
}

static void test_client_tags(void **state UNUSED)
{
	static const struct {
		const char *token, *key;
		bool allowed;
	} rows[] = {
		{"CLIENTTAGDENY=*", "+typing", false},
		{"CLIENTTAGDENY=*,-typing", "+typing", true},
		{"CLIENTTAGDENY=*,-draft/reply,-typing", "+draft/react", false},
		{"CLIENTTAGDENY=typing", "+typing", false},
		{"CLIENTTAGDENY=typing", "+typings", true},
		{"CLIENTTAGDENY=", "+typing", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct irc_isupport is;
		irc_isupport_init(&is);
		assert_true(irc_isupport_apply(&is, rows[i].token));
		assert_int_equal(irc_isupport_allows_tag(&is, rows[i].key),
			rows[i].allowed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_solanum),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_clamp_and_odd),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_client_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
