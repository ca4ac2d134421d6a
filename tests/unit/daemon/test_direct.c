#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/direct.h"

#include "store/memory.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW_MS = 1000000, WALL_MS = 1600000000 };
static const char PEER[] = "arn:aws:chime:us-east-1:1:app-instance/a/user/al";

/* A room of neither side: it says only that it is there. */
struct stub {
	struct end_room base;
	struct end_sink sink;
	char *what; /* how it was opened */
	int64_t from;
};

struct fixture {
	struct loop *loop;
	struct store *store;
	struct bridge *bridge;
	struct direct *direct;
	struct network_config config;
	bool has_network;
	struct buf log; /* of the rooms */
};

static struct fixture *current;

static void stub_start(struct end_room *room, int64_t position)
{
	((struct stub *)room)->from = position;
}

static void stub_close(struct end_room *room)
{
	struct stub *stub = (struct stub *)room;

	buf_addf(&current->log, "closed %s\n", stub->what);
	free(stub->what);
	free(stub);
}

static const struct end_ops stub_ops = {
	.start = stub_start,
	.close = stub_close,
};

static struct end_room *stub_new(char *what, const struct end_sink *sink)
{
	struct stub *stub = xcalloc(1, sizeof(*stub));

	stub->base.ops = &stub_ops;
	stub->sink = *sink;
	stub->what = what;
	buf_addf(&current->log, "open %s\n", what);
	return &stub->base;
}

struct end_room *__wrap_end_irc_open_direct(struct end_irc *end,
	const struct end_irc_direct_params *params,
	const struct end_sink *sink);
struct end_room *__wrap_end_irc_open_direct(struct end_irc *end,
	const struct end_irc_direct_params *params, const struct end_sink *sink)
{
	assert_null(end);
	assert_true(str_starts(params->mapping, "direct.net."));
	assert_string_equal(params->peer_name, "Alice");
	assert_true(str_starts(params->peer, PEER));
	return stub_new(
		xasprintf("irc %s %s", params->person, params->name), sink);
}

struct end_room *__wrap_end_chime_open(struct end_chime *end,
	const struct end_chime_room_params *params,
	const struct end_sink *sink);
struct end_room *__wrap_end_chime_open(struct end_chime *end,
	const struct end_chime_room_params *params, const struct end_sink *sink)
{
	assert_null(end);
	assert_null(params->channel);
	assert_true(str_starts(params->peer, PEER));
	return stub_new(
		xasprintf("chime %s %s", params->person, params->person_name),
		sink);
}

static bool on_network(void *arg, const char *name, struct direct_network *ret)
{
	struct fixture *f = arg;

	if (!f->has_network || !str_eq(name, "net"))
		return false;
	*ret = (struct direct_network){.config = &f->config};
	return true;
}

static void begin_bridge(struct fixture *f)
{
	const struct direct_params params = {
		.loop = f->loop,
		.store = f->store,
		.network = on_network,
		.arg = f,
	};
	struct direct_params with_bridge = params;

	f->bridge = bridge_new(f->loop, f->store);
	with_bridge.bridge = f->bridge;
	f->direct = direct_new(&with_bridge);
	assert_non_null(f->direct);
}

static void end_bridge(struct fixture *f)
{
	direct_free(TAKE(f->direct));
	bridge_free(TAKE(f->bridge));
	buf_clear(&f->log);
	loop_turn(f->loop, 0);
	loop_turn(f->loop, 0);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	clock_freeze(NOW_MS, WALL_MS);
	f.loop = loop_new();
	f.store = store_memory_new(f.loop);
	f.config.presence = PRESENCE_CONFIG_PUPPETS;
	f.config.puppets.is_private = true;
	f.config.puppets.private_max = 2;
	f.config.window = 1;
	f.has_network = true;
	buf_init(&f.log, 1 << 16);
	current = &f;
	begin_bridge(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	end_bridge(f);
	store_close(f->store);
	loop_free(f->loop);
	buf_release(&f->log);
	clock_unfreeze();
	return 0;
}

/* Somebody writes to a puppet, a second later. */
static void write_to(struct fixture *f, const char *person, const char *nick,
	const char *suffix)
{
	char *AUTOFREE peer = xasprintf("%s%s", PEER, suffix);
	const struct person from = {.id = person, .name = nick};
	const struct irc_direct begun = {
		.network = "net",
		.from = &from,
		.to = peer,
		.to_name = "Alice",
	};

	clock_advance(1000);
	loop_turn(f->loop, 0);
	direct_begin(f->direct, &begun);
	loop_turn(f->loop, 0);
	loop_turn(f->loop, 0);
}

static void expect(struct fixture *f, const char *text)
{
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void test_one_for_two(void **state)
{
	struct fixture *f = *state;

	write_to(f, "net/bob", "bob", "");
	expect(f, "open irc net/bob bob\nopen chime net/bob bob\n");
	assert_int_equal(direct_count(f->direct), 1);
	/* Said again it is the same. */
	write_to(f, "net/bob", "bob", "");
	expect(f, "");
	/* Somebody else's, and with somebody else. */
	write_to(f, "net/eve", "eve", "");
	expect(f, "open irc net/eve eve\nopen chime net/eve eve\n");
	f->config.puppets.private_max = 3;
	write_to(f, "net/bob", "bob", "2");
	expect(f, "open irc net/bob bob\nopen chime net/bob bob\n");
	assert_int_equal(direct_count(f->direct), 3);
}

static void test_restart(void **state)
{
	struct fixture *f = *state;

	write_to(f, "net/bob", "bob", "");
	end_bridge(f);
	begin_bridge(f);
	expect(f, "open irc net/bob bob\nopen chime net/bob bob\n");
	assert_int_equal(direct_count(f->direct), 1);
	write_to(f, "net/bob", "bob", "");
	expect(f, "");
}

static void test_the_silent_one_goes(void **state)
{
	struct fixture *f = *state;

	write_to(f, "net/a", "a", "");
	write_to(f, "net/b", "b", "");
	buf_clear(&f->log);
	write_to(f, "net/c", "c", "");
	expect(f, "closed irc net/a a\nclosed chime net/a a\n"
		  "open irc net/c c\nopen chime net/c c\n");
	assert_int_equal(direct_count(f->direct), 2);
	/* And comes back, under its present nick. */
	write_to(f, "net/a", "A2", "");
	expect(f, "closed irc net/b b\nclosed chime net/b b\n"
		  "open irc net/a A2\nopen chime net/a A2\n");
	end_bridge(f);
	/* After a restart those who were used last. */
	begin_bridge(f);
	expect(f, "open irc net/a A2\nopen chime net/a A2\n"
		  "open irc net/c c\nopen chime net/c c\n");
}

static void test_switched_off(void **state)
{
	struct fixture *f = *state;

	write_to(f, "net/a", "a", "");
	buf_clear(&f->log);
	f->config.puppets.is_private = false;
	write_to(f, "net/b", "b", "");
	expect(f, "");
	end_bridge(f);
	begin_bridge(f);
	expect(f, "");
	f->config.puppets.is_private = true;
	f->config.puppets.private_max = 0;
	write_to(f, "net/b", "b", "");
	expect(f, "");
	f->config.puppets.private_max = 1;
	f->config.presence = PRESENCE_CONFIG_RELAY;
	write_to(f, "net/b", "b", "");
	expect(f, "");
	f->config.presence = PRESENCE_CONFIG_PUPPETS;
	f->has_network = false;
	write_to(f, "net/b", "b", "");
	expect(f, "");
	assert_int_equal(direct_count(f->direct), 0);
}

static void test_facts_of_others(void **state)
{
	struct fixture *f = *state;
	static const char *const values[] = {"", "{", "{}", "7",
		"{\"network\":\"net\",\"person\":\"net/x\"}"};

	end_bridge(f);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char *AUTOFREE key = xasprintf("direct.net.%zu", i);
		const struct store_record record = {
			.kind = STORE_FACT,
			.space = "direct",
			.key = key,
			.value = values[i],
		};

		store_append(f->store, &record);
	}
	loop_turn(f->loop, 0);
	loop_turn(f->loop, 0);
	begin_bridge(f);
	expect(f, "");
	assert_int_equal(direct_count(f->direct), 0);
}

static void test_a_name_that_is_taken(void **state)
{
	struct fixture *f = *state;
	struct mapping_params params = {.window = 1};
	int error = 0;

	/* What is in the way is told, and nothing else happens. */
	params.name = "direct.net.010ad1548077d7a1";
	assert_non_null(bridge_add(f->bridge, &params, &error));
	write_to(f, "net/bob", "bob", "");
	expect(f, "");
	assert_int_equal(direct_count(f->direct), 0);
	write_to(f, "net/eve", "eve", "");
	assert_int_equal(direct_count(f->direct), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_one_for_two, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_the_silent_one_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_switched_off, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_facts_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_name_that_is_taken, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
