#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/mode_writer.h"

#include "unit/support/irc_peer.h"
#include "util/alloc.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct rig {
	struct irc_peer peer;
	struct irc_mode_writer *writer;
	struct buf told;
	bool frees;
};

static void on_result(void *arg, const struct irc_mode_result *result)
{
	static const char *const fates[] = {
		[MODE_DONE] = "done",
		[MODE_REFUSED] = "refused",
		[MODE_DENIED] = "denied",
		[MODE_ABSENT] = "absent",
		[MODE_LATER] = "later",
	};
	struct rig *rig = arg;

	buf_addf(&rig->told, "%" PRIu64 " %s", result->ticket,
		fates[result->fate]);
	if (result->param)
		buf_addf(&rig->told, " %s", result->param);
	if (result->why)
		buf_addf(&rig->told, ": %s", result->why);
	buf_addc(&rig->told, '\n');
	if (rig->frees)
		irc_mode_writer_free(TAKE(rig->writer));
}

static void on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct rig *rig = arg;

	(void)conn;
	if (rig->writer)
		irc_mode_writer_take(rig->writer, message);
}

static int setup(void **state)
{
	static struct rig rig;

	memset(&rig, 0, sizeof(rig));
	buf_init(&rig.told, 1 << 20);
	irc_peer_init(&rig.peer);
	rig.peer.params.ping_interval_ms = 3600 * 1000;
	rig.peer.events = (struct irc_conn_events){.message = on_message};
	irc_peer_make_for(&rig.peer, &rig);
	irc_peer_start(&rig.peer);
	irc_peer_welcome(&rig.peer, NULL,
		"CHANTYPES=# PREFIX=(ov)@+ MODES=4 CHANMODES=beI,k,l,imnt");
	irc_peer_join(&rig.peer, "#a");
	irc_peer_feed(&rig.peer, ":bob!b@h JOIN #a");
	rig.writer = irc_mode_writer_new(
		rig.peer.loop, &(struct irc_mode_writer_params){
				       .conn = rig.peer.conn,
				       .channel = "#a",
				       .result = on_result,
				       .arg = &rig,
			       });
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	irc_mode_writer_free(rig->writer);
	irc_peer_release(&rig->peer);
	buf_release(&rig->told);
	return 0;
}

/* "+b mask" */
static void wish(struct rig *rig, uint64_t ticket, const char *text)
{
	irc_mode_writer_add(
		rig->writer, &(struct irc_mode_wish){
				     .add = text[0] == '+',
				     .letter = text[1],
				     .param = text[2] ? text + 3 : NULL,
				     .ticket = ticket,
			     });
}

static void fence(struct rig *rig)
{
	char line[128];

	snprintf(line, sizeof(line), "%s", irc_peer_next(&rig->peer));
	assert_true(str_starts(line, "PING modes-"));
	irc_peer_feed(&rig->peer, ":s PONG s :%s", line + strlen("PING "));
}

#define says(rig, line, text)                                                  \
	do {                                                                   \
		irc_peer_feed(&(rig)->peer, line);                             \
		irc_peer_pass(&(rig)->peer, 20);                               \
		peer_assert_log((rig)->told, text);                            \
	} while (0)

/* As many as MODES says, in one turn. */
static void test_batch(void **state)
{
	struct rig *rig = *state;
	static const char *const wishes[] = {
		"+b a!*@*", "+b b!*@*", "-b c!*@*", "+i", "+b d!*@*", "-m"};

	for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
		wish(rig, i, wishes[i]);
	irc_peer_expect_none(&rig->peer);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "MODE #a +bb-b+ib-m a!*@* b!*@* c!*@* d!*@*");
	says(rig, ":belfry!b@h MODE #a +bb-b+ib-m a!*@* b!*@* c!*@* d!*@*",
		"0 done a!*@*\n1 done b!*@*\n2 done c!*@*\n3 done\n"
		"4 done d!*@*\n5 done\n");
	fence(rig);
	for (size_t i = 0; i < 5; i++) {
		char text[32];
		snprintf(text, sizeof(text), "+b n%zu!*@*", i);
		wish(rig, i, text);
	}
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "MODE #a +bbbb n0!*@* n1!*@* n2!*@* n3!*@*");
	irc_peer_expect(&rig->peer, "MODE #a +b n4!*@*");
}

/* What others do is as good; what is the case already is not told by servers.
 */
static void test_silence(void **state)
{
	struct rig *rig = *state;

	irc_peer_feed(&rig->peer, ":s MODE #a +b old!*@*");
	wish(rig, 1, "+b OLD!*@*");
	wish(rig, 2, "-b gone!*@*");
	wish(rig, 3, "-v bob");
	wish(rig, 4, "+b new!*@*");
	wish(rig, 5, "+b other!*@*");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "MODE #a +b-bv+b OLD!*@* gone!*@* bob new!*@*");
	irc_peer_expect(&rig->peer, "MODE #a +b other!*@*");
	says(rig, ":eve!e@h MODE #a +b other!*@*", "5 done other!*@*\n");
	fence(rig);
	irc_peer_pass(&rig->peer, 20);
	peer_assert_log(rig->told,
		"1 done OLD!*@*\n2 done gone!*@*\n3 done bob\n"
		"4 later new!*@*: the server has not done it, and said "
		"nothing\n");
}

/* The server has its own idea of a mask. */
static void test_altered(void **state)
{
	struct rig *rig = *state;

	wish(rig, 1, "+b *!averyveryverylongname@h");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "MODE #a +b *!averyveryverylongname@h");
	says(rig, ":eve!e@h MODE #a +b *!x@y", "");
	says(rig, ":belfry!b@h MODE #a +b *!averyver*@h", "");
	fence(rig);
	irc_peer_pass(&rig->peer, 20);
	peer_assert_log(rig->told, "1 done *!averyver*@h\n");
}

static void test_refusals(void **state)
{
	struct rig *rig = *state;
	static const struct {
		const char *wish;
		const char *line;
		const char *told;
	} rows[] = {
		{"+b x!*@*", ":s 478 belfry #a x!*@* :Channel ban list is full",
			"1 refused x!*@*: Channel ban list is full\n"},
		{"+b x!*@*", ":s 478 belfry #a b :List is full",
			"1 refused x!*@*: List is full\n"},
		{"+b x!*@*", ":s 482 belfry #a :You're not channel operator",
			"1 denied x!*@*: You're not channel operator\n"},
		{"+b x!*@*", ":s 481 belfry :Permission Denied",
			"1 denied x!*@*: Permission Denied\n"},
		{"+o eve", ":s 401 belfry eve :No such nick",
			"1 absent eve: No such nick\n"},
		{"+o eve", ":s 441 belfry eve #a :They aren't there",
			"1 absent eve: They aren't there\n"},
		{"+Z", ":s 472 belfry Z :is unknown mode char to me",
			"1 refused: is unknown mode char to me\n"},
		{"+b x!*@*", ":s 696 belfry #a b x!*@* :Bad mask",
			"1 refused x!*@*: Bad mask\n"},
		{"+b x!*@*", ":s 697 belfry #a x!*@* b :Is there",
			"1 done x!*@*\n"},
		{"-b x!*@*", ":s 698 belfry #a x!*@* b :Is not there",
			"1 done x!*@*\n"},
		/* About somebody else. */
		{"+o eve", ":s 401 belfry dan :No such nick",
			"1 later eve: the server has not done it, and said "
			"nothing\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		wish(rig, 1, rows[i].wish);
		irc_peer_turn(&rig->peer);
		assert_true(str_starts(irc_peer_next(&rig->peer), "MODE #a "));
		irc_peer_feed(&rig->peer, "%s", rows[i].line);
		fence(rig);
		irc_peer_pass(&rig->peer, 20);
		peer_assert_log(rig->told, rows[i].told);
	}
}

static void test_overdue(void **state)
{
	struct rig *rig = *state;

	wish(rig, 1, "+b x!*@*");
	irc_peer_pass(&rig->peer, MODE_WRITER_ANSWER_MS - 1000);
	peer_assert_log(rig->told, "");
	irc_peer_pass(&rig->peer, 2000);
	peer_assert_log(
		rig->told, "1 later x!*@*: the server has not answered\n");
}

static void test_left(void **state)
{
	struct rig *rig = *state;

	wish(rig, 1, "+b x!*@*");
	irc_peer_turn(&rig->peer);
	wish(rig, 2, "+b y!*@*");
	irc_mode_writer_left(rig->writer);
	irc_peer_pass(&rig->peer, 20);
	peer_assert_log(rig->told, "1 later x!*@*: the channel was left\n"
				   "2 later y!*@*: the channel was left\n");
}

static void test_bad(void **state)
{
	struct rig *rig = *state;

	wish(rig, 1, "+b x y");
	wish(rig, 2, "+b :x");
	wish(rig, 3, "+b x!*@*");
	irc_peer_pass(&rig->peer, 20);
	irc_peer_expect(&rig->peer, "MODE #a +b x!*@*");
	peer_assert_log(rig->told,
		"1 refused x y: it cannot be put into a line of IRC\n"
		"2 refused :x: it cannot be put into a line of IRC\n");
}

static void test_too_many(void **state)
{
	struct rig *rig = *state;

	for (uint64_t i = 0; i < MODE_WRITER_MAX; i++)
		wish(rig, i, "+i");
	wish(rig, 7777, "+m");
	irc_mode_writer_left(rig->writer);
	irc_peer_pass(&rig->peer, 400 * 1000);
	assert_non_null(strstr(rig->told.data,
		"7777 later: there are too many changes at once\n"));
}

static void test_free_within(void **state)
{
	struct rig *rig = *state;

	rig->frees = true;
	wish(rig, 1, "+b x y");
	wish(rig, 2, "+b z y");
	irc_peer_pass(&rig->peer, 20);
	peer_assert_log(rig->told,
		"1 refused x y: it cannot be put into a line of IRC\n");
	assert_null(rig->writer);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_batch),
		T(test_silence),
		T(test_altered),
		T(test_refusals),
		T(test_overdue),
		T(test_left),
		T(test_bad),
		T(test_too_many),
		T(test_free_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
