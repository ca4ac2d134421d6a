#include "irc/sendq.h"
#include "util/buf.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct world {
	struct irc_sendq q;
	struct buf written; /* lines without CRLF, ';' behind each */
	struct buf fates;   /* "owner:fate;" of lines with an owner */
	bool is_full;
	bool pings; /* a TEXT line that is written pushes a LINK line */
};

static int on_write(const char *bytes, size_t len, void *arg)
{
	struct world *world = arg;

	if (world->is_full)
		return -ENOBUFS;
	buf_add(&world->written, bytes, len - 2);
	buf_addc(&world->written, ';');
	return 0;
}

static int push(struct world *world, enum irc_priority priority,
	const char *target, const char *text, int64_t now_ms)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "%s\r\n", text);

	return irc_sendq_push(&world->q,
		&(struct irc_sendq_entry){
			.priority = priority,
			.target = target,
			.owner = (void *)(uintptr_t)text,
			.bytes = line,
			.len = (size_t)len,
		},
		now_ms, NULL);
}

static void on_fate(
	const struct irc_queued *line, enum irc_sendq_fate fate, void *arg)
{
	static const char *const NAMES[] = {"written", "expired", "purged"};
	struct world *world = arg;

	buf_addf(&world->fates, "%s:%s;", (const char *)line->owner,
		NAMES[fate]);
	if (world->pings && line->priority == IRC_PRIO_TEXT &&
		fate == IRC_SENDQ_WRITTEN)
		assert_int_equal(
			push(world, IRC_PRIO_LINK, NULL, "PING", 0), 0);
}

static void init(struct world *world, unsigned burst, size_t max_lines,
	int64_t max_age_ms)
{
	*world = (struct world){.is_full = false};
	buf_init(&world->written, 65536);
	buf_init(&world->fates, 65536);
	irc_sendq_init(&world->q,
		&(struct irc_sendq_params){
			.burst = burst,
			.interval_ms = 2000,
			.max_lines = max_lines,
			.max_age_ms = max_age_ms,
			.write = on_write,
			.fate = on_fate,
			.arg = world,
		},
		0);
}

static void release(struct world *world)
{
	irc_sendq_release(&world->q);
	buf_release(&world->written);
	buf_release(&world->fates);
}

static void assert_written(struct world *world, const char *text)
{
	assert_string_equal(world->written.data, text);
	buf_clear(&world->written);
}

static void test_urgent_lines_first(void **state)
{
	struct world world;

	(void)state;
	init(&world, 0, 0, 0);
	assert_int_equal(push(&world, IRC_PRIO_BULK, NULL, "b1", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t1", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_COMMAND, NULL, "c1", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t2", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_LINK, NULL, "l1", 0), 0);
	assert_int_equal(irc_sendq_length(&world.q), 4);
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "l1;c1;t1;t2;b1;");
	assert_int_equal(irc_sendq_length(&world.q), 0);
	release(&world);
}

static void test_pacing_with_a_frozen_clock(void **state)
{
	struct world world;

	(void)state;
	init(&world, 2, 0, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t", 0), 0);
	assert_int_equal(irc_sendq_pump(&world.q, 0), 2000);
	assert_written(&world, "t;t;");
	assert_in_range(irc_sendq_pump(&world.q, 1999), 1, 2);
	assert_written(&world, "");
	assert_int_equal(irc_sendq_pump(&world.q, 2001), 1999);
	assert_written(&world, "t;");
	/* What is urgent does not wait, and takes nothing from the others. */
	assert_int_equal(push(&world, IRC_PRIO_LINK, NULL, "PONG", 2001), 0);
	assert_int_equal(irc_sendq_pump(&world.q, 2001), 1999);
	assert_written(&world, "PONG;");
	assert_int_equal(irc_sendq_pump(&world.q, 4000), 2000);
	assert_written(&world, "t;");
	irc_sendq_purge(&world.q, NULL);
	irc_sendq_restart(&world.q, 4000);
	for (int i = 0; i < 5; i++)
		assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t", 0), 0);
	(void)irc_sendq_pump(&world.q, 4000);
	assert_written(&world, "t;t;");
	release(&world);
}

static void test_count_is_bounded(void **state)
{
	struct world world;

	(void)state;
	init(&world, 1, 3, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t", 0), 0);
	assert_int_equal(
		push(&world, IRC_PRIO_COMMAND, NULL, "c", 0), -ENOBUFS);
	for (int i = 0; i < IRC_SENDQ_LINK_MAX; i++)
		assert_int_equal(push(&world, IRC_PRIO_LINK, NULL, "l", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_LINK, NULL, "l", 0), -ENOBUFS);
	assert_string_equal(world.fates.data, "");
	release(&world);
}

static void test_default_bound(void **state)
{
	struct world world;

	(void)state;
	init(&world, 1, 0, 0);
	for (int i = 0; i < IRC_SENDQ_DEFAULT_LINES; i++)
		assert_int_equal(push(&world, IRC_PRIO_BULK, NULL, "t", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "t", 0), -ENOBUFS);
	release(&world);
}

static void test_old_text_expires_commands_do_not(void **state)
{
	struct world world;

	(void)state;
	init(&world, 1, 0, 1000);
	world.is_full = true;
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "a", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "b", 500), 0);
	assert_int_equal(push(&world, IRC_PRIO_BULK, NULL, "w", 600), 0);
	assert_int_equal(push(&world, IRC_PRIO_COMMAND, NULL, "j", 0), 0);
	/* Blocked, but the age still has to be looked after. */
	assert_int_equal(irc_sendq_pump(&world.q, 600), 400);
	assert_true(world.q.blocked);
	assert_int_equal(irc_sendq_pump(&world.q, 1000), 500);
	assert_string_equal(world.fates.data, "a:expired;");
	assert_int_equal(irc_sendq_pump(&world.q, 5000), -1);
	assert_string_equal(world.fates.data, "a:expired;b:expired;w:expired;");
	world.is_full = false;
	irc_sendq_unblock(&world.q);
	assert_int_equal(irc_sendq_pump(&world.q, 5000), -1);
	assert_written(&world, "j;");
	release(&world);
}

static void test_a_full_stream_keeps_the_line(void **state)
{
	struct world world;

	(void)state;
	init(&world, 0, 0, 0);
	world.is_full = true;
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "a", 0), 0);
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_string_equal(world.fates.data, "");
	world.is_full = false;
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "");
	irc_sendq_unblock(&world.q);
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "a;");
	assert_string_equal(world.fates.data, "a:written;");
	release(&world);
}

static void test_purge_takes_one_target_only(void **state)
{
	struct world world;

	(void)state;
	init(&world, 0, 0, 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, "#a", "1", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, "#b", "2", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_COMMAND, "#a", "3", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "4", 0), 0);
	irc_sendq_purge(&world.q, "#a");
	assert_string_equal(world.fates.data, "3:purged;1:purged;");
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "2;4;");
	release(&world);
}

static void test_take_back(void **state)
{
	struct world world;
	struct irc_queued *handle = NULL;

	(void)state;
	init(&world, 0, 0, 0);
	assert_int_equal(irc_sendq_push(&world.q,
				 &(struct irc_sendq_entry){
					 .priority = IRC_PRIO_TEXT,
					 .bytes = "x\r\n",
					 .len = 3,
				 },
				 0, &handle),
		0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "y", 0), 0);
	irc_sendq_take_back(&world.q, handle);
	assert_int_equal(irc_sendq_length(&world.q), 1);
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "y;");
	release(&world);
}

/* What the fate of a line pushes goes out right behind it. */
static void test_a_barrier_follows_its_line(void **state)
{
	struct world world;

	(void)state;
	init(&world, 0, 0, 0);
	world.pings = true;
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "a", 0), 0);
	assert_int_equal(push(&world, IRC_PRIO_TEXT, NULL, "b", 0), 0);
	assert_int_equal(irc_sendq_pump(&world.q, 0), -1);
	assert_written(&world, "a;PING;b;PING;");
	release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urgent_lines_first),
		cmocka_unit_test(test_pacing_with_a_frozen_clock),
		cmocka_unit_test(test_count_is_bounded),
		cmocka_unit_test(test_default_bound),
		cmocka_unit_test(test_old_text_expires_commands_do_not),
		cmocka_unit_test(test_a_full_stream_keeps_the_line),
		cmocka_unit_test(test_purge_takes_one_target_only),
		cmocka_unit_test(test_take_back),
		cmocka_unit_test(test_a_barrier_follows_its_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
