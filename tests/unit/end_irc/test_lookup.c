#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/lookup.h"

#include "unit/support/irc_room.h"
#include "util/str.h"

struct fixture {
	struct irc_peer peer;
	struct irc_lookup *lookup;
	int done;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.lookup = NULL};
	irc_peer_init(&f.peer);
	irc_peer_make(&f.peer);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	irc_lookup_free(f->lookup);
	irc_peer_turn(&f->peer);
	irc_peer_release(&f->peer);
	return 0;
}

static void on_done(void *arg)
{
	struct fixture *f = arg;

	assert_int_not_equal(irc_lookup_state(f->lookup), IRC_LOOKUP_RUNNING);
	f->done++;
}

static bool is_taken(void *arg, const char *msgid)
{
	(void)arg;
	return str_eq(msgid, "taken");
}

static void look(struct fixture *f)
{
	f->lookup =
		irc_lookup_new(f->peer.loop, &(struct irc_lookup_params){
						     .conn = f->peer.conn,
						     .channel = "#a",
						     .since_ms = ROOM_MINUTE_MS,
						     .is_taken = is_taken,
						     .done = on_done,
						     .arg = f,
					     });
	assert_int_equal(irc_lookup_state(f->lookup), IRC_LOOKUP_RUNNING);
}

static void begin(struct fixture *f)
{
	irc_room_up(&f->peer, ROOM_CAPS);
	look(f);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:21:40.000Z");
}

static void expect_state(struct fixture *f, enum irc_lookup_state state)
{
	irc_peer_turn(&f->peer);
	assert_int_equal(f->done, 1);
	assert_int_equal(irc_lookup_state(f->lookup), state);
}

#define PAGE(f, ...)                                                           \
	irc_room_page(&(f)->peer, (const char *const[]){__VA_ARGS__},          \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void expect_text(
	struct fixture *f, const char *text, int64_t since_s, const char *msgid)
{
	const char *found = "none";

	const struct irc_lookup_text said = {
		.since_ms = ROOM_MINUTE_MS + since_s * 1000,
	};

	assert_int_equal(irc_lookup_find_text(f->lookup, &said, text, &found),
		!str_eq(msgid, "none"));
	assert_string_equal(found, msgid);
}

static void test_texts_in_order(void **state)
{
	struct fixture *f = *state;

	begin(f);
	PAGE(f, "m0 -5 !ok", "m1 1 ok", "taken 1 !ok");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:40.999Z");
	PAGE(f, "taken 1 !ok", "m2 2 !ok", "m3 3 !ok");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:42.999Z");
	PAGE(f, "m3 3 !ok", "m4 4 !no");
	expect_state(f, IRC_LOOKUP_KNOWS);
	/* Not what others said, nor what was said before, nor what is known
	 * for something else; each once. */
	expect_text(f, "ok", 0, "m2");
	expect_text(f, "ok", 4, "none");
	expect_text(f, "ok", 0, "m3");
	expect_text(f, "ok", 0, "none");
	expect_text(f, "no", 0, "m4");
}

static void mark(struct fixture *f, const char *id, const char *text)
{
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s;msgid=x%s;+belfry/id=%s "
		":belfry!u@h PRIVMSG #a :%s",
		irc_room_time(-10), id, id, text);
}

static void test_marks(void **state)
{
	struct fixture *f = *state;
	const char *msgid;
	size_t n;

	begin(f);
	irc_peer_feed(&f->peer, ":s BATCH +p chathistory #a");
	mark(f, "one.10", "a");
	mark(f, "one.20", "b");
	irc_peer_feed(&f->peer, ":s BATCH -p");
	expect_state(f, IRC_LOOKUP_KNOWS);
	/* A mark decides, not the text; and not the time either. */
	expect_text(f, "a", -100, "none");
	assert_false(irc_lookup_find_id(f->lookup, "on", 0, &n, &msgid));
	assert_false(irc_lookup_find_id(f->lookup, "one", 20, &n, &msgid));
	assert_true(irc_lookup_find_id(f->lookup, "one", 10, &n, &msgid));
	assert_int_equal(n, 20);
	assert_string_equal(msgid, "xone.20");
	assert_false(irc_lookup_find_id(f->lookup, "one", 10, &n, &msgid));
	assert_true(irc_lookup_find_id(f->lookup, "one", 0, &n, &msgid));
	assert_int_equal(n, 10);
}

static void test_forged_marks(void **state)
{
	struct fixture *f = *state;
	const char *msgid;
	size_t n;

	begin(f);
	irc_peer_feed(&f->peer, ":s BATCH +p chathistory #a");
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s;+belfry/id=one.5 :eve!u@h PRIVMSG #a :x",
		irc_room_time(-10));
	mark(f, "one.x", "a");
	irc_peer_feed(&f->peer, ":s BATCH -p");
	expect_state(f, IRC_LOOKUP_KNOWS);
	assert_false(irc_lookup_find_id(f->lookup, "one", 0, &n, &msgid));
}

/* Nothing before the moment in the pages: is there anything at all? */
static void test_reaches_back(void **state)
{
	struct fixture *f = *state;

	begin(f);
	PAGE(f, "m1 1 !ok");
	irc_peer_turn(&f->peer);
	assert_int_equal(f->done, 0);
	irc_peer_expect(&f->peer, "CHATHISTORY BEFORE #a "
				  "timestamp=2020-09-13T12:26:40.000Z 3");
	PAGE(f, "m0 -9000 something");
	expect_state(f, IRC_LOOKUP_KNOWS);
	expect_text(f, "ok", 0, "m1");
	assert_true(irc_lookup_covers(f->lookup, ROOM_MINUTE_MS));
	assert_false(irc_lookup_covers(f->lookup, ROOM_MINUTE_MS - 1));
}

static void test_too_short(void **state)
{
	struct fixture *f = *state;

	begin(f);
	PAGE(f, "m1 1 !ok");
	irc_peer_turn(&f->peer);
	(void)irc_peer_next(&f->peer);
	irc_room_page(&f->peer, NULL, 0);
	expect_state(f, IRC_LOOKUP_UNSURE);
	assert_string_equal(irc_lookup_why(f->lookup),
		"the server's history does not reach back so far");
	expect_text(f, "ok", 0, "m1");
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	begin(f);
	irc_peer_feed(&f->peer, ":s FAIL CHATHISTORY INVALID_TARGET :no");
	expect_state(f, IRC_LOOKUP_UNSURE);
}

static void test_clocks_differ(void **state)
{
	struct fixture *f = *state;

	irc_room_up(&f->peer, ROOM_CAPS);
	/* The server is an hour ahead. */
	irc_peer_feed(&f->peer, "@time=%s :belfry!bel@here NOTICE x :y",
		irc_room_time(3600));
	look(f);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T13:21:40.000Z");
	PAGE(f, "m0 3599 !ok", "m1 3600 !ok");
	expect_state(f, IRC_LOOKUP_KNOWS);
	expect_text(f, "ok", 0, "m1");
	expect_text(f, "ok", 0, "none");
}

static void expect_asked(struct fixture *f)
{
	const char *line;

	do
		line = irc_peer_next(&f->peer);
	while (*line && !str_starts(line, "CHATHISTORY"));
	assert_string_not_equal(line, "");
}

/* Our nick is somebody else's: maybe our own session of before. */
static void test_ghost(void **state)
{
	struct fixture *f = *state;

	irc_room_up(&f->peer, ROOM_CAPS);
	irc_peer_feed(&f->peer, ":belfry!bel@here NICK belfry_");
	irc_peer_feed(&f->peer, ":belfry!bel@old JOIN #a");
	look(f);
	irc_peer_pass(&f->peer, 5000);
	irc_peer_expect_none(&f->peer);
	irc_peer_feed(&f->peer, ":belfry!bel@old QUIT :Ping timeout");
	irc_peer_pass(&f->peer, 1000);
	expect_asked(f);
}

static void test_lasting_ghost(void **state)
{
	struct fixture *f = *state;

	irc_room_up(&f->peer, ROOM_CAPS);
	irc_peer_feed(&f->peer, ":belfry!bel@here NICK belfry_");
	irc_peer_feed(&f->peer, ":belfry!bel@old JOIN #a");
	look(f);
	irc_peer_pass(&f->peer, IRC_LOOKUP_GHOST_MS);
	expect_asked(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_texts_in_order),
		T(test_marks),
		T(test_forged_marks),
		T(test_reaches_back),
		T(test_too_short),
		T(test_refused),
		T(test_clocks_differ),
		T(test_ghost),
		T(test_lasting_ghost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
