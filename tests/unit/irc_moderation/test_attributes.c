#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/attributes.h"

#include "unit/support/irc_moderation_rig.h"
#include "util/alloc.h"
#include "util/log.h"

#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_moderation_rig rig;

	irc_moderation_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	irc_moderation_rig_release(*state);
	return 0;
}

#define AT5 "@time=2020-09-13T12:26:45.000Z "

static void begin(struct irc_moderation_rig *rig)
{
	irc_moderation_rig_join(rig, "@", "op!o@h");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
}

static void set(struct irc_moderation_rig *rig, enum attribute attribute,
	const char *value)
{
	irc_moderation_set(rig->moderation, attribute, value, "Alice");
	rig_expects(rig, "");
	irc_peer_turn(&rig->peer);
}

static void test_first(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "@", "");
	irc_peer_feed(&rig->peer, ":s 332 belfry #a :Welcome \xe9");
	irc_peer_feed(&rig->peer, ":s 333 belfry #a op!o@h 1600000007");
	irc_peer_feed(&rig->peer, ":s 324 belfry #a +nit");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(&rig->peer);
	assert_non_null(
		strstr(rig->told.data, "topic = Welcome \u00e9 by=op at=7\n"
				       "name = #a\n"
				       "restricted = 1\n"));
	/* Said again for who asks again. */
	buf_clear(&rig->told);
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(&rig->peer);
	assert_non_null(strstr(rig->told.data, "restricted = 1\n"));
}

static void test_live(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig, AT5 ":op!o@h TOPIC #a :new", "topic = new by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h TOPIC #a :new", "");
	rig_says(rig, AT5 ":op!o@h TOPIC #a :\x02new\x0f \x03\x30\x34red \xe9",
		"topic = new red \u00e9 by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h TOPIC #a :", "topic =  by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h MODE #a +im", "restricted = 1 by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h MODE #a -m+k secret", "");
	rig_says(rig, AT5 ":op!o@h MODE #a -i", "restricted = 0 by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h TOPIC #b :other", "");
}

static char said[4096];

static void keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(said);

	(void)arg;
	if (level <= LOG_LEVEL_INFO)
		snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

/* Each is told of once, and never the key. */
static void test_secrets(void **state)
{
	struct irc_moderation_rig *rig = *state;

	said[0] = '\0';
	begin(rig);
	log_set_sink(keep_line, NULL);
	rig_says(rig, AT5 ":op!o@h MODE #a +k hunter2", "");
	assert_non_null(strstr(said, "#a has a key on IRC"));
	assert_null(strstr(said, "hunter2"));
	said[0] = '\0';
	rig_says(rig, AT5 ":op!o@h MODE #a -k+k hunter2 hunter3", "");
	assert_string_equal(said, "");
	rig_says(rig, AT5 ":op!o@h MODE #a +s", "");
	assert_non_null(strstr(said, "is secret or private on IRC"));
	assert_null(strstr(said, "hunter"));
	said[0] = '\0';
	rig_says(rig, AT5 ":op!o@h MODE #a -s+p", "");
	assert_string_equal(said, "");
	log_set_sink(NULL, NULL);
}

static void test_set_topic(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC, "one\r\ntwo");
	irc_peer_expect(&rig->peer, "TOPIC #a :one two");
	rig_says(rig, AT5 ":belfry!b@h TOPIC #a :one two",
		"topic = one two by=belfry at=5\nset topic done one two\n");
	/* It is so already. */
	set(rig, ATTRIBUTE_TOPIC, "one two");
	irc_peer_expect_none(&rig->peer);
	rig_expects(rig, "set topic done one two\n");
	set(rig, ATTRIBUTE_TOPIC, "");
	irc_peer_expect(&rig->peer, "TOPIC #a :");
	rig_says(rig, AT5 ":belfry!b@h TOPIC #a :",
		"topic =  by=belfry at=5\nset topic done \n");
}

/* As long as the server takes it, with a mark. */
/* Somebody is quicker than the loop: what is told last is how it stands. */
static void test_undone_at_once(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC, "ours");
	irc_peer_expect(&rig->peer, "TOPIC #a ours");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here TOPIC #a ours");
	rig_says(rig, AT5 ":op!o@h TOPIC #a :theirs",
		"topic = ours by=belfry at=5\ntopic = theirs by=op at=5\n"
		"set topic done ours\ntopic = theirs by=op at=5\n");
	set(rig, ATTRIBUTE_RESTRICTED, "1");
	irc_peer_expect(&rig->peer, "MODE #a +i");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a +i");
	irc_peer_feed(&rig->peer, AT5 ":op!o@h MODE #a -i");
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "restricted = 1 by=belfry at=5\n"
			 "restricted = 0 by=op at=5\n"
			 "set restricted done 1\nrestricted = 0\n");
}

static void test_cut(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC,
		"0123456789012345678901234567890123456\u00e9\u00e9\u00e9");
	irc_peer_expect(&rig->peer,
		"TOPIC #a 0123456789012345678901234567890123456\u2026");
	/* Cut by the server too: that is what stands. */
	rig_says(rig, AT5 ":belfry!b@h TOPIC #a 0123",
		"topic = 0123 by=belfry at=5\nset topic done 0123\n");
}

static void test_refused(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC, "x");
	irc_peer_expect(&rig->peer, "TOPIC #a x");
	rig_says(rig, ":s 482 belfry #b :You're not channel operator", "");
	rig_says(rig, ":s 482 belfry #a :You're not channel operator",
		"set topic refused: You're not channel operator\n");
	set(rig, ATTRIBUTE_TOPIC, "x");
	irc_peer_pass(&rig->peer, ATTRIBUTE_ANSWER_MS + 1000);
	rig_expects(rig, "set topic later: the server has not answered\n");
}

static void test_set_restricted(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->settings.restricted_modes = "mi";
	begin(rig);
	set(rig, ATTRIBUTE_RESTRICTED, "0");
	irc_peer_expect_none(&rig->peer);
	rig_expects(rig, "set restricted done 0\n");
	set(rig, ATTRIBUTE_RESTRICTED, "1");
	irc_peer_expect(&rig->peer, "MODE #a +m");
	rig_says(rig, AT5 ":belfry!b@h MODE #a +m",
		"restricted = 1 by=belfry at=5\nset restricted done 1\n");
	irc_moderation_rig_fence(rig);
	rig_says(rig, AT5 ":op!o@h MODE #a +i", "");
	set(rig, ATTRIBUTE_RESTRICTED, "0");
	irc_peer_expect(&rig->peer, "MODE #a -mi");
	irc_peer_feed(&rig->peer, AT5 ":belfry!b@h MODE #a -mi");
	irc_peer_pass(&rig->peer, 5);
	rig_expects(
		rig, "restricted = 0 by=belfry at=5\nset restricted done 0\n");
	irc_moderation_rig_fence(rig);
	set(rig, ATTRIBUTE_RESTRICTED, "1");
	irc_peer_expect(&rig->peer, "MODE #a +m");
	irc_peer_feed(&rig->peer, ":s 482 belfry #a :Not an operator");
	irc_moderation_rig_fence(rig);
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "set restricted refused: Not an operator\n");
}

/* Each is answered, once. */
static void test_twice(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC, "x");
	set(rig, ATTRIBUTE_TOPIC, "y");
	rig_says(rig, AT5 ":belfry!b@h TOPIC #a y",
		"topic = y by=belfry at=5\nset topic done y\nset topic done "
		"y\n");
}

static void test_set_left(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_TOPIC, "x");
	irc_peer_feed(&rig->peer, ":op!o@h KICK #a belfry :out");
	assert_non_null(strstr(
		rig->told.data, "set topic later: the channel was left\n"));
	buf_clear(&rig->told);
	set(rig, ATTRIBUTE_RESTRICTED, "1");
	rig_expects(rig, "set restricted later: the bridge is not in the "
			 "channel\n");
}

/* Where the server can: the channel is known by its old name still. */
static void test_rename(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->caps = MODERATION_RENAME_CAPS;
	begin(rig);
	set(rig, ATTRIBUTE_NAME, "new name");
	irc_peer_expect(&rig->peer, "RENAME #a #new-name");
	rig_says(rig,
		":s FAIL RENAME CHANNEL_NAME_IN_USE #a #new-name :It is taken",
		"set name refused: It is taken\n");
	set(rig, ATTRIBUTE_NAME, "#b");
	irc_peer_expect(&rig->peer, "RENAME #a #b");
	rig_says(rig, AT5 ":belfry!b@h RENAME #a #b :",
		"name = #b by=belfry at=5\nset name done #b\n");
	rig_says(rig, AT5 ":op!o@h TOPIC #b :hi", "topic = hi by=op at=5\n");
	set(rig, ATTRIBUTE_TOPIC, "x");
	irc_peer_expect(&rig->peer, "TOPIC #b x");
	rig_says(
		rig, AT5 ":op!o@h RENAME #b #c :why", "name = #c by=op at=5\n");
	set(rig, ATTRIBUTE_RESTRICTED, "1");
	irc_peer_expect(&rig->peer, "MODE #c +i");
}

static void test_name(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	set(rig, ATTRIBUTE_NAME, "#a");
	rig_expects(rig, "set name done #a\n");
	set(rig, ATTRIBUTE_NAME, "#b");
	rig_expects(rig, "set name not shown: channels of this IRC server "
			 "cannot be renamed\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first),
		T(test_live),
		T(test_secrets),
		T(test_set_topic),
		T(test_undone_at_once),
		T(test_cut),
		T(test_refused),
		T(test_set_restricted),
		T(test_twice),
		T(test_set_left),
		T(test_name),
		T(test_rename),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
