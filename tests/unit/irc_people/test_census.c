#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people/census.h"

#include "unit/support/irc_peer.h"

#include <string.h>

struct fixture {
	struct irc_peer peer;
	struct irc_census *census;
	struct buf told;
};

static void on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct fixture *f = arg;

	(void)conn;
	irc_census_take(f->census, message);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	f.peer.params.ping_interval_ms = 3600 * 1000;
	f.peer.events = (struct irc_conn_events){.message = on_message};
	irc_peer_make_for(&f.peer, &f);
	f.census = irc_census_new(f.peer.loop, f.peer.conn);
	buf_init(&f.told, 1000);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	irc_census_free(f->census);
	irc_peer_release(&f->peer);
	buf_release(&f->told);
	return 0;
}

static void go_up(struct fixture *f)
{
	irc_peer_start(&f->peer);
	irc_peer_welcome(&f->peer, NULL, "CHANTYPES=#");
}

struct asker {
	struct fixture *f;
	const char *name;
	struct irc_census_request *request;
};

static void on_census(void *arg, bool is_complete)
{
	struct asker *asker = arg;

	asker->request = NULL;
	buf_addf(&asker->f->told, "%s %s\n", asker->name,
		is_complete ? "complete" : "goes without");
}

static void ask(struct fixture *f, struct asker *asker, const char *channel,
	enum irc_census_want want)
{
	*asker = (struct asker){.f = f, .name = channel};
	asker->request =
		irc_census_ask(f->census, channel, want, on_census, asker);
}

static void test_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct asker a, b, c;

	go_up(f);
	ask(f, &a, "#a", CENSUS_WHO);
	ask(f, &b, "#b", CENSUS_NAMES);
	ask(f, &c, "#c", CENSUS_WHO);
	irc_peer_expect_none(&f->peer);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #a");
	irc_peer_expect_none(&f->peer);
	irc_peer_feed(&f->peer, ":s 315 belfry #b :End");
	irc_peer_feed(&f->peer, ":s 366 belfry #a :End");
	peer_assert_log(f->told, "");
	irc_peer_feed(&f->peer, ":s 315 belfry #A :End");
	peer_assert_log(f->told, "#a complete\n");
	irc_peer_expect(&f->peer, "NAMES #b");
	irc_peer_feed(&f->peer, ":s 315 belfry #b :End");
	irc_peer_feed(&f->peer, ":s 366 belfry #b :End");
	irc_peer_expect(&f->peer, "WHO #b");
	irc_peer_feed(&f->peer, ":s 315 belfry #b :End");
	peer_assert_log(f->told, "#b complete\n");
	irc_peer_expect(&f->peer, "WHO #c");
	irc_peer_feed(&f->peer, ":s 315 belfry #c :End");
	peer_assert_log(f->told, "#c complete\n");
	irc_peer_feed(&f->peer, ":s 315 belfry #c :End");
	peer_assert_log(f->told, "");
}

static void test_no_answer(void **state)
{
	struct fixture *f = *state;
	struct asker a, b, c;

	go_up(f);
	ask(f, &a, "#a", CENSUS_WHO);
	ask(f, &b, "#b", CENSUS_WHO);
	ask(f, &c, "#c", CENSUS_WHO);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #a");
	irc_peer_pass(&f->peer, CENSUS_ANSWER_MS - 1);
	peer_assert_log(f->told, "");
	irc_peer_pass(&f->peer, 1);
	peer_assert_log(f->told, "#a goes without\n");
	irc_peer_expect(&f->peer, "WHO #b");
	irc_peer_feed(&f->peer, ":s 263 belfry NAMES :Try again");
	peer_assert_log(f->told, "");
	irc_peer_feed(&f->peer, ":s 263 belfry WHO :Try again");
	peer_assert_log(f->told, "#b goes without\n");
	irc_peer_expect(&f->peer, "WHO #c");
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct asker a, b;

	go_up(f);
	irc_census_cancel(f->census, NULL);
	ask(f, &a, "#a", CENSUS_WHO);
	ask(f, &b, "#b", CENSUS_WHO);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #a");
	irc_census_cancel(f->census, a.request);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #b");
	irc_peer_feed(&f->peer, ":s 315 belfry #a :End");
	peer_assert_log(f->told, "");
	irc_census_cancel(f->census, b.request);
	irc_peer_pass(&f->peer, CENSUS_ANSWER_MS);
	peer_assert_log(f->told, "");
}

static void test_cannot_ask(void **state)
{
	struct fixture *f = *state;
	struct asker a, b;

	ask(f, &a, "#a", CENSUS_WHO);
	ask(f, &b, "#b", CENSUS_NAMES);
	peer_assert_log(f->told, "");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "#a goes without\n#b goes without\n");
}

/* What one has been told another need not ask for. */
static void test_known(void **state)
{
	struct fixture *f = *state;
	struct asker a, b, c, d;

	go_up(f);
	irc_peer_join(&f->peer, "#a");
	irc_peer_drain(&f->peer);
	ask(f, &a, "#a", CENSUS_KNOWN);
	ask(f, &b, "#b", CENSUS_WHO);
	ask(f, &c, "#a", CENSUS_KNOWN);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #a");
	irc_peer_feed(&f->peer, ":s 315 belfry #a :End");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "#a complete\n#a complete\n");
	irc_peer_expect(&f->peer, "WHO #b");
	ask(f, &a, "#a", CENSUS_KNOWN);
	peer_assert_log(f->told, "");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "#a complete\n");
	irc_peer_expect_none(&f->peer);
	ask(f, &d, "#a", CENSUS_WHO);
	irc_peer_feed(&f->peer, ":s 315 belfry #b :End");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "#b complete\n");
	irc_peer_expect(&f->peer, "WHO #a");
}

/* Who was refused is not known. */
static void test_not_known(void **state)
{
	struct fixture *f = *state;
	struct asker a, b;

	go_up(f);
	irc_peer_join(&f->peer, "#a");
	irc_peer_drain(&f->peer);
	ask(f, &a, "#a", CENSUS_KNOWN);
	ask(f, &b, "#a", CENSUS_KNOWN);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "WHO #a");
	irc_peer_feed(&f->peer, ":s 263 belfry WHO :Try again");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "#a goes without\n");
	irc_peer_expect(&f->peer, "WHO #a");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_after_the_other),
		T(test_no_answer),
		T(test_cancel),
		T(test_cannot_ask),
		T(test_known),
		T(test_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
