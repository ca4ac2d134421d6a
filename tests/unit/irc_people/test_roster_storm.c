/*
 * Thousands of random things happen to a few people, under each case mapping;
 * a model that knows who they really are holds what the bridge was told against
 * it after each of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people/roster.h"

#include "irc/casemap.h"
#include "irc/channel.h"
#include "unit/support/irc_people_rig.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE = 12, EVENTS = 12000, PRESENT_MAX = 4 * PEOPLE };

/* Few nicks for many people, some the same under some mappings only. */
static const char *const nicks[] = {"a", "A", "b", "c", "bob", "Bob", "BOB",
	"[x]", "{x}", "[x}", "y\\~", "y|^", "y|~", "bob_", "bob2", "d`", "e^",
	"e~", "f-1"};
static const char *const accounts[] = {"al", "Al", "bob", "[x]", "{x}"};

/* A session; two with one account are one person. */
struct body {
	char nick[16];
	char account[16]; /* "" none */
	bool in_a;
	bool in_b; /* another channel that we share */
	/* What they were last, while nothing made them another. */
	char id[IRC_ID_BYTES];
};

/* Somebody the bridge believes to be there. */
struct known {
	char *id;
	char *name;
	UT_hash_handle hh;
};

struct storm {
	struct irc_people_rig *rig;
	enum irc_casemap map;
	uint64_t random;
	struct body bodies[PEOPLE];
	struct known *known;
	bool in_list;
};

static unsigned pick(struct storm *storm, unsigned n)
{
	storm->random ^= storm->random << 13;
	storm->random ^= storm->random >> 7;
	storm->random ^= storm->random << 17;
	return (unsigned)(storm->random % n);
}

/* The bridge. */

static struct known *find_known(struct storm *storm, const char *id)
{
	struct known *known;

	HASH_FIND_STR(storm->known, id, known);
	return known;
}

static void forget(struct storm *storm, struct known *known)
{
	assert_non_null(known);
	HASH_DEL(storm->known, known);
	free(known->id);
	free(known->name);
	free(known);
}

static void forget_all(struct storm *storm)
{
	while (storm->known)
		forget(storm, storm->known);
}

static void is_here(struct storm *storm, const struct presence *presence)
{
	const struct person *person = &presence->person;
	struct known *known;

	if (presence->was_id) {
		assert_string_not_equal(presence->was_id, person->id);
		forget(storm, find_known(storm, presence->was_id));
	}
	known = find_known(storm, person->id);
	if (!known) {
		known = xcalloc(1, sizeof(*known));
		known->id = xstrdup(person->id);
		HASH_ADD_KEYPTR(
			hh, storm->known, known->id, strlen(known->id), known);
	}
	set_string(&known->name, person->name);
}

static void on_told(
	struct irc_people_rig *rig, const struct presence *presence, int state)
{
	struct storm *storm = rig->hook_arg;
	struct known *known;

	buf_clear(&rig->told);
	if (!presence) {
		if (state != ROSTER_COMPLETE)
			forget_all(storm);
		storm->in_list = state == ROSTER_BEGINS;
		return;
	}
	known = find_known(storm, presence->person.id);
	if (presence->kind == PRESENCE_HERE) {
		is_here(storm, presence);
	} else if (presence->kind == PRESENCE_RENAMED) {
		assert_non_null(known);
		assert_string_not_equal(known->name, presence->person.name);
		set_string(&known->name, presence->person.name);
	} else {
		forget(storm, known);
	}
}

/* The server. */

static bool is_seen(const struct body *body)
{
	return body->in_a || body->in_b;
}

static bool is_nick_free(
	struct storm *storm, const char *nick, const struct body *but)
{
	for (int i = 0; i < PEOPLE; i++)
		if (&storm->bodies[i] != but && *storm->bodies[i].nick &&
			irc_casemap_equal(
				storm->map, storm->bodies[i].nick, nick))
			return false;
	return true;
}

static void say(struct storm *storm, const struct body *body, const char *what)
{
	irc_peer_feed(&storm->rig->peer, ":%s!u@h%d %s", body->nick,
		(int)(body - storm->bodies), what);
}

static const char *free_nick(struct storm *storm, const struct body *body)
{
	const char *nick = nicks[pick(storm, ARRAY_LEN(nicks))];

	return is_nick_free(storm, nick, body) ? nick : NULL;
}

static void do_join(struct storm *storm, struct body *body)
{
	bool is_a = pick(storm, 3) > 0;
	bool *in = is_a ? &body->in_a : &body->in_b;
	char line[64];

	if (*in)
		return;
	if (!is_seen(body)) {
		/* Whoever was out of sight is anybody. */
		const char *nick = free_nick(storm, body);
		if (nick)
			snprintf(body->nick, sizeof(body->nick), "%s", nick);
		*body->id = '\0';
	}
	if (!*body->nick)
		return;
	*in = true;
	snprintf(line, sizeof(line), "JOIN #%c %s :x", is_a ? 'a' : 'b',
		*body->account ? body->account : "*");
	say(storm, body, line);
}

static void do_part(struct storm *storm, struct body *body)
{
	bool is_a = pick(storm, 2) > 0;
	bool *in = is_a ? &body->in_a : &body->in_b;

	if (!*in)
		return;
	*in = false;
	say(storm, body, is_a ? "PART #a :x" : "PART #b :x");
}

static void do_kick(struct storm *storm, struct body *body)
{
	if (!body->in_a)
		return;
	body->in_a = false;
	irc_peer_feed(&storm->rig->peer, ":op!o@h KICK #a %s :x", body->nick);
}

static void do_quit(struct storm *storm, struct body *body)
{
	if (!is_seen(body))
		return;
	say(storm, body, pick(storm, 2) ? "QUIT :x" : "QUIT :a.net b.net");
	body->in_a = body->in_b = false;
	if (pick(storm, 2))
		*body->nick = '\0';
}

static void do_nick(struct storm *storm, struct body *body)
{
	const char *nick = free_nick(storm, body);
	char line[64];

	if (!nick || !is_seen(body) || str_eq(nick, body->nick))
		return;
	snprintf(line, sizeof(line), "NICK %s", nick);
	say(storm, body, line);
	snprintf(body->nick, sizeof(body->nick), "%s", nick);
}

static void do_account(struct storm *storm, struct body *body)
{
	const char *account =
		pick(storm, 2) ? accounts[pick(storm, ARRAY_LEN(accounts))]
			       : "";
	char line[64];

	if (is_seen(body)) {
		snprintf(line, sizeof(line), "ACCOUNT %s",
			*account ? account : "*");
		say(storm, body, line);
	}
	if (!str_eq(account, body->account))
		*body->id = '\0';
	snprintf(body->account, sizeof(body->account), "%s", account);
}

static void do_say(struct storm *storm, struct body *body)
{
	if (body->in_a && *body->account)
		irc_peer_feed(&storm->rig->peer,
			"@account=%s :%s!u@h%d PRIVMSG #a :x", body->account,
			body->nick, (int)(body - storm->bodies));
	else if (body->in_a)
		say(storm, body, "PRIVMSG #a :x");
}

/* A new list, of what is true. */
static void do_list(struct storm *storm, struct body *body)
{
	struct irc_peer *peer = &storm->rig->peer;

	(void)body;
	if (pick(storm, 20))
		return;
	irc_roster_watch(storm->rig->roster, true);
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":s 353 belfry = #a :@belfry");
	for (int i = 0; i < PEOPLE; i++)
		if (storm->bodies[i].in_a)
			irc_peer_feed(peer, ":s 353 belfry = #a :%s!u@h%d",
				storm->bodies[i].nick, i);
	irc_peer_feed(peer, ":s 366 belfry #a :End");
	irc_peer_feed(peer, ":s 315 belfry #a :End");
	/* The next line is paced. */
	irc_peer_pass(peer, 10000);
	buf_clear(&peer->written);
}

static void (*const deeds[])(struct storm *storm, struct body *body) = {do_join,
	do_join, do_join, do_part, do_kick, do_quit, do_nick, do_nick, do_nick,
	do_nick, do_account, do_say, do_list};

/* The truth. */

static bool is_same_person(
	const struct storm *storm, const struct body *x, const struct body *y)
{
	return x == y ||
	       (*x->account && *y->account &&
		       irc_casemap_equal(storm->map, x->account, y->account));
}

/* The one id of this body, which must be the same wherever one asks. */
static void check_body(struct storm *storm, struct body *body)
{
	const char *id = irc_people_rig_id(storm->rig, body->nick);
	const struct irc_user *found;

	assert_int_equal(strchr(id, '/')[1] == '@', *body->account != '\0');
	/* While they are seen it never changes without a cause. */
	if (*body->id)
		assert_string_equal(id, body->id);
	snprintf(body->id, sizeof(body->id), "%s", id);
	found = irc_identity_find(storm->rig->folk.identity, id);
	assert_non_null(found);
	assert_true(*body->account ||
		    irc_casemap_equal(storm->map, found->nick, body->nick));
	assert_int_equal(find_known(storm, id) != NULL, body->in_a);
}

static void check_two(
	struct storm *storm, const struct body *x, const struct body *y)
{
	assert_int_equal(str_eq(x->id, y->id), is_same_person(storm, x, y));
}

/* The name is that of one of their sessions in the channel. */
static void check_name(struct storm *storm, const struct known *known)
{
	for (int i = 0; i < PEOPLE; i++) {
		const struct body *body = &storm->bodies[i];
		if (body->in_a && str_eq(body->id, known->id) &&
			str_eq(body->nick, known->name))
			return;
	}
	fail_msg("%s is not called %s", known->id, known->name);
}

static void check(struct storm *storm)
{
	struct known *known, *next;
	size_t people = 0;

	for (int i = 0; i < PEOPLE; i++) {
		if (!is_seen(&storm->bodies[i]))
			continue;
		/* Known only once they are seen in #a, or by two. */
		if (storm->bodies[i].in_a)
			check_body(storm, &storm->bodies[i]);
	}
	for (int i = 0; i < PEOPLE; i++) {
		bool is_first = storm->bodies[i].in_a;
		for (int j = 0; j < i && storm->bodies[i].in_a; j++) {
			if (!storm->bodies[j].in_a)
				continue;
			check_two(storm, &storm->bodies[i], &storm->bodies[j]);
			is_first = is_first &&
				   !is_same_person(storm, &storm->bodies[i],
					   &storm->bodies[j]);
		}
		people += is_first;
	}
	assert_false(storm->in_list);
	assert_int_equal(HASH_COUNT(storm->known), people);
	assert_int_equal(irc_roster_count(storm->rig->roster), people);
	HASH_ITER (hh, storm->known, known, next)
		check_name(storm, known);
}

static void rage(struct irc_people_rig *rig, enum irc_casemap map,
	const char *isupport, uint64_t seed)
{
	struct storm storm = {.rig = rig, .map = map, .random = seed};

	rig->isupport = isupport;
	rig->hook = on_told;
	rig->hook_arg = &storm;
	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "");
	irc_people_rig_watch(rig);
	irc_conn_join(rig->peer.conn, "#b", NULL);
	irc_peer_turn(&rig->peer);
	irc_peer_feed(&rig->peer, ":belfry!bel@here JOIN #b * :x");
	irc_peer_feed(&rig->peer, ":s 366 belfry #b :End of NAMES");
	for (int i = 0; i < EVENTS; i++) {
		struct body *body = &storm.bodies[pick(&storm, PEOPLE)];
		deeds[pick(&storm, ARRAY_LEN(deeds))](&storm, body);
		check(&storm);
	}
	forget_all(&storm);
	rig->hook = NULL;
}

static void storm_under(
	enum irc_casemap map, const char *isupport, uint64_t seed)
{
	static struct irc_people_rig rig;

	irc_people_rig_init(&rig);
	rage(&rig, map, isupport, seed);
	buf_clear(&rig.peer.written);
	irc_people_rig_release(&rig);
}

static void test_rfc1459(void **state)
{
	(void)state;
	storm_under(IRC_CASEMAP_RFC1459, "CHANTYPES=# WHOX", 1);
	storm_under(IRC_CASEMAP_RFC1459, "CHANTYPES=# WHOX", 2);
}

static void test_strict(void **state)
{
	(void)state;
	storm_under(IRC_CASEMAP_RFC1459_STRICT,
		"CHANTYPES=# WHOX CASEMAPPING=rfc1459-strict", 3);
}

static void test_ascii(void **state)
{
	(void)state;
	storm_under(IRC_CASEMAP_ASCII, "CHANTYPES=# WHOX CASEMAPPING=ascii", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc1459),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
