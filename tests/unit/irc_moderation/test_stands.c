#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/stands.h"

#include "unit/support/irc_moderation_rig.h"
#include "util/alloc.h"

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

static void begin_with(struct irc_moderation_rig *rig, const char *names,
	const char *const *bans)
{
	irc_moderation_rig_join(rig, "@", names);
	irc_moderation_rig_watch(rig, bans);
	buf_clear(&rig->told);
}

static void stand(struct irc_moderation_rig *rig, const char *what,
	const char *id, const char *name, const char *rule)
{
	const struct standing_change change = {
		.kind = what[1] == 'o' ? STANDING_MODERATOR : STANDING_BANNED,
		.is_set = what[0] == '+',
		.person_id = id,
		.name = name,
		.is_native = strncmp(id, "arn:", 4) != 0,
		.rule = rule,
		.by = "Alice",
		.reason = "spam",
	};

	irc_moderation_stand(rig->moderation, &change);
	rig_expects(rig, "");
	irc_peer_turn(&rig->peer);
}

#define confirms(rig, line, text)                                              \
	do {                                                                   \
		irc_peer_feed(&(rig)->peer, line);                             \
		irc_moderation_rig_fence(rig);                                 \
		irc_peer_pass(&(rig)->peer, 5);                                \
		rig_expects(rig, text);                                        \
	} while (0)

#define AT5 "@time=2020-09-13T12:26:45.000Z "

static void test_ban(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "Bob!~b@h1 carl!c@h2", NULL);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b *!*b@h1");
	confirms(rig, AT5 ":belfry!bel@here MODE #a +b *!*b@h1",
		"ban + net/bob Bob mask=*!*b@h1 by=belfry at=5 auto\n"
		"done ban + net/bob mask=*!*b@h1\n");
	irc_peer_expect(
		&rig->peer, "KICK #a Bob :banned in Chime by Alice: spam");
	irc_peer_expect_none(&rig->peer);
}

/* Another bot is quicker than the loop: what is told last is how it stands. */
static void test_undone_at_once(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "Bob!~b@h1 carl!c@h2", NULL);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b *!*b@h1");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a +b *!*b@h1");
	irc_peer_feed(&rig->peer, AT5 ":bot!o@h MODE #a -b *!*B@h1");
	irc_moderation_rig_fence(rig);
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "ban + net/bob Bob mask=*!*b@h1 by=belfry at=5 auto\n"
			 "ban - mask=*!*b@h1 by=bot at=5\n"
			 "done ban + net/bob mask=*!*b@h1\n"
			 "ban - mask=*!*b@h1\n");
}

/* By account, and all sessions of it go. */
static void test_account(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "", NULL);
	irc_peer_feed(&rig->peer, ":a!a@h1 JOIN #a rob :A");
	irc_peer_feed(&rig->peer, ":b!b@h2 JOIN #a Rob :B");
	buf_clear(&rig->told);
	stand(rig, "+b", "net/@rob", "a", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b $a:rob");
	confirms(rig, AT5 ":belfry!bel@here MODE #a +b $a:rob",
		"ban + net/@rob a mask=$a:rob by=belfry at=5 auto\n"
		"ban + net/@rob b mask=$a:rob by=belfry at=5 auto\n"
		"done ban + net/@rob mask=$a:rob\n");
	irc_peer_expect(
		&rig->peer, "KICK #a a :banned in Chime by Alice: spam");
	irc_peer_expect(
		&rig->peer, "KICK #a b :banned in Chime by Alice: spam");
}

/* Without accounts in bans: one mask for each address. */
static void test_addresses(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->isupport = "CHANTYPES=# WHOX PREFIX=(ov)@+ MODES=4";
	rig->settings.ban_mask = "*!*@{host}";
	begin_with(rig, "", NULL);
	irc_peer_feed(&rig->peer, ":a!a@h1 JOIN #a rob :A");
	irc_peer_feed(&rig->peer, ":b!b@h1 JOIN #a rob :B");
	irc_peer_feed(&rig->peer, ":c!c@h3 JOIN #a rob :C");
	buf_clear(&rig->told);
	stand(rig, "+b", "net/@rob", "a", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +bb *!*@h1 *!*@h3");
}

/* Never a mask that fits us or ours. */
static void test_not_us(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->settings.ban_mask = "*!*@{host}";
	begin_with(rig, "eve!e@here joe!j@puppets", NULL);
	stand(rig, "+b", "net/eve", "eve", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b eve!*@*");
	irc_moderation_rig_fence(rig);
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "later ban + net/eve mask=eve!*@*: the server has not "
			 "done it, and said nothing\n");
	stand(rig, "+b", "net/belfry", "belfry", NULL);
	irc_peer_expect_none(&rig->peer);
	rig_expects(rig, "refused ban + net/belfry: there is no mask that fits "
			 "this person and not us\n");
}

/* Not seen in this session: what is known is the name. */
static void test_absent(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "", NULL);
	stand(rig, "+b", "net/zed", "Zed", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b Zed!*@*");
	confirms(rig, AT5 ":belfry!bel@here MODE #a +b Zed!*@*",
		"ban + mask=Zed!*@* by=belfry at=5 auto\n"
		"done ban + net/zed mask=Zed!*@*\n");
	stand(rig, "+b", "net/@zoe", "zoe", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b $a:zoe");
}

static void test_refused(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "Bob!~b@h1", NULL);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b *!*b@h1");
	confirms(rig, ":s 478 belfry #a *!*b@h1 :Channel ban list is full",
		"refused ban + net/bob mask=*!*b@h1: Channel ban list is "
		"full\n");
	irc_peer_expect_none(&rig->peer);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +b *!*b@h1");
	confirms(rig, ":s 482 belfry #a :You're not channel operator",
		"refused ban + net/bob mask=*!*b@h1: You're not channel "
		"operator\n");
}

static void test_lift(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {
		"*!*@h1 op 1600000005",
		"*!*@h* op 1600000005",
		"bob!*@* op 1600000005",
		NULL,
	};

	begin_with(rig, "Bob!~b@h1 carl!c@h2", bans);
	stand(rig, "-b", "net/bob", "Bob", "*!*@h1");
	irc_peer_expect(&rig->peer, "MODE #a -b *!*@h1");
	confirms(rig, AT5 ":belfry!bel@here MODE #a -b *!*@h1",
		"ban - mask=*!*@h1 by=belfry at=5 auto\n"
		"done ban - net/bob mask=*!*@h1\n");
	/* Not there any more. */
	stand(rig, "-b", "net/bob", "Bob", "*!*@h1");
	irc_peer_expect_none(&rig->peer);
	rig_expects(rig, "done ban - net/bob mask=*!*@h1\n");
	/* All that fit nobody else. */
	stand(rig, "-b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a -b bob!*@*");
	confirms(rig, AT5 ":belfry!bel@here MODE #a -b bob!*@*",
		"ban - mask=bob!*@* by=belfry at=5 auto\n"
		"refused ban - net/bob: the ban fits others too\n");
}

/* Who is shown here is dismissed, which others do; bans of theirs are lifted.
 */
static void test_shown(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {"joe!*@* op 1600000005", NULL};

	begin_with(rig, "joe!j@puppets", bans);
	stand(rig, "+b", "arn:joe", "Joe", NULL);
	irc_peer_expect_none(&rig->peer);
	rig_expects(rig, "not shown ban + arn:joe: who is shown here is "
			 "dismissed, not banned\n");
	stand(rig, "-b", "arn:joe", "Joe", "joe!*@*");
	irc_peer_expect(&rig->peer, "MODE #a -b joe!*@*");
}

static void test_rank(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "Bob!~b@h1 &@carl!c@h2 joe!j@puppets", NULL);
	stand(rig, "+o", "net/bob", "Bob", NULL);
	stand(rig, "+o", "arn:joe", "Joe", NULL);
	stand(rig, "-o", "net/carl", "carl", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +o Bob");
	irc_peer_feed(&rig->peer,
		AT5 ":belfry!bel@here MODE #a +oo-ao Bob joe carl carl");
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "mod + net/bob Bob by=belfry at=5 auto\n"
			 "mod + arn:joe joe by=belfry at=5 auto shown\n"
			 "mod - net/carl carl by=belfry at=5 auto\n"
			 "done mod + net/bob\n"
			 "done mod + arn:joe\n"
			 "done mod - net/carl\n");
}

/* The same with ranks, both ways; and of one who is still one by another
 * session nothing is told. */
/* Lifted by us, and set by somebody before we have told that it is done. */
static void test_lift_undone_at_once(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {"*!*b@h1 op!o@h 1600000005", NULL};

	begin_with(rig, "Bob!~b@h1 carl!c@h2", bans);
	stand(rig, "-b", "net/bob", "Bob", "*!*b@h1");
	irc_peer_expect(&rig->peer, "MODE #a -b *!*b@h1");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a -b *!*b@h1");
	irc_peer_feed(&rig->peer, AT5 ":bot!o@h MODE #a +b *!*B@h1");
	irc_moderation_rig_fence(rig);
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "ban - mask=*!*b@h1 by=belfry at=5 auto\n"
			 "ban + net/bob Bob mask=*!*B@h1 by=bot at=5\n"
			 "done ban - net/bob mask=*!*b@h1\n"
			 "ban + net/bob Bob mask=*!*B@h1 by=bot at=5\n");
	/* All that fit them. */
	stand(rig, "-b", "net/bob", "Bob", NULL);
	irc_peer_expect(&rig->peer, "MODE #a -b *!*B@h1");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a -b *!*B@h1");
	irc_peer_feed(&rig->peer, AT5 ":bot!o@h MODE #a +b Bob!*@*");
	irc_moderation_rig_fence(rig);
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "ban - mask=*!*B@h1 by=belfry at=5 auto\n"
			 "ban + net/bob Bob mask=Bob!*@* by=bot at=5\n"
			 "done ban - net/bob\n"
			 "ban + net/bob Bob mask=Bob!*@* by=bot at=5\n");
}

static void test_rank_undone_at_once(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "@carl!c@h2 joe!j@puppets", NULL);
	stand(rig, "+o", "arn:joe", "Joe", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +o joe");
	irc_peer_expect(&rig->peer, "PING modes-1-#a");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a +o joe");
	irc_peer_feed(&rig->peer, AT5 ":bot!o@h MODE #a -o joe");
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "mod + arn:joe joe by=belfry at=5 auto shown\n"
			 "mod - arn:joe joe by=bot at=5 shown\n"
			 "done mod + arn:joe\n"
			 "mod - arn:joe joe at=0 shown\n");
	stand(rig, "-o", "net/carl", "carl", NULL);
	irc_peer_expect(&rig->peer, "MODE #a -o carl");
	irc_moderation_rig_feed(rig, AT5 ":belfry!bel@here MODE #a -o carl");
	irc_peer_feed(&rig->peer, AT5 ":bot!o@h MODE #a +o carl");
	irc_peer_pass(&rig->peer, 5);
	rig_expects(rig, "mod - net/carl carl by=belfry at=5 auto\n"
			 "mod + net/carl carl by=bot at=5\n"
			 "done mod - net/carl\n"
			 "mod + net/carl carl at=0\n");
}

static void test_rank_none(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "@Bob!~b@h1 carl!c@h2", NULL);
	stand(rig, "+o", "net/bob", "Bob", NULL);
	rig_expects(rig, "done mod + net/bob\n");
	stand(rig, "-o", "net/carl", "carl", NULL);
	rig_expects(rig, "done mod - net/carl\n");
	stand(rig, "+o", "net/zed", "Zed", NULL);
	rig_expects(rig, "not shown mod + net/zed: is not there now\n");
	irc_peer_expect_none(&rig->peer);
	stand(rig, "+o", "net/carl", "carl", NULL);
	irc_peer_expect(&rig->peer, "MODE #a +o carl");
	confirms(rig, ":s 441 belfry carl #a :They aren't on that channel",
		"not shown mod + net/carl: They aren't on that channel\n");
}

/* All of one turn in as few lines as can be. */
static void test_batch(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "a!a@h1 b!b@h2 c!c@h3", NULL);
	for (int i = 0; i < 3; i++) {
		char id[16];
		snprintf(id, sizeof(id), "net/%c", 'a' + i);
		irc_moderation_stand(
			rig->moderation, &(struct standing_change){
						 .kind = STANDING_BANNED,
						 .is_set = true,
						 .person_id = id,
						 .name = id + 4,
						 .is_native = true,
					 });
	}
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "MODE #a +bbb *!*a@h1 *!*b@h2 *!*c@h3");
}

static void test_left(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "Bob!~b@h1", NULL);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	irc_peer_feed(&rig->peer, ":op!o@h KICK #a belfry :out");
	irc_peer_pass(&rig->peer, 5);
	assert_non_null(strstr(rig->told.data,
		"later ban + net/bob mask=*!*b@h1: the channel was left\n"));
	buf_clear(&rig->told);
	stand(rig, "+b", "net/bob", "Bob", NULL);
	rig_expects(rig, "later ban + net/bob: the bridge is not in the "
			 "channel\n");
}

static void test_close_within(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin_with(rig, "@Bob!~b@h1 @carl!c@h2", NULL);
	stand(rig, "+o", "net/bob", "Bob", NULL);
	buf_clear(&rig->told);
	irc_moderation_stand(
		rig->moderation, &(struct standing_change){
					 .kind = STANDING_MODERATOR,
					 .is_set = true,
					 .person_id = "net/carl",
					 .is_native = true,
				 });
	rig->closes = true;
	irc_peer_turn(&rig->peer);
	rig_expects(rig, "done mod + net/carl\n");
	assert_null(rig->moderation);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ban),
		T(test_undone_at_once),
		T(test_account),
		T(test_addresses),
		T(test_not_us),
		T(test_absent),
		T(test_refused),
		T(test_lift),
		T(test_shown),
		T(test_rank),
		T(test_lift_undone_at_once),
		T(test_rank_undone_at_once),
		T(test_rank_none),
		T(test_batch),
		T(test_left),
		T(test_close_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
