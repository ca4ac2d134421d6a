/* What stands around the words of a message: its time, and the bridge's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/end_chime_outbound_rig.h"

#include "util/clock.h"

#include <string.h>

static void test_late_line_carries_its_time(void **state)
{
	struct outbound_rig *f = *state;
	f->position = clock_wall_ms() - LATE_MS;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "(17:59 UTC) hi 1");
	assert_non_null(strstr(service_string(&f->s, "Metadata"),
		"\"time\":\"2021-01-19T17:59:00.000Z\""));
	outbound_rig_sent(f, "m1");
	f->position = clock_wall_ms() - LATE_MS + 1;
	outbound_rig_add(f, 2, "", 0);
	outbound_rig_expect_send(f, "hi 2");
	outbound_rig_sent(f, "m2");
	outbound_rig_expect_receipts(f, "1 done m1\n2 done m2\n");
}

/* Late is what was late at its turn: all tries say the same. */
static void test_all_tries_say_the_same(void **state)
{
	struct outbound_rig *f = *state;
	f->position = clock_wall_ms() - LATE_MS + 1000;
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "hi 1");
	clock_advance(2000);
	service_answer(&f->s, 409, "{}");
	outbound_rig_expect_look_up(f, clock_wall_ms());
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

static void test_note(void **state)
{
	struct outbound_rig *f = *state;
	chime_outbound_note(f->outbound, "bridge was *down*");
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "bridge was \\*down\\*");
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_non_null(strstr(service_string(&f->s, "Metadata"),
		"{\"belfry\":{\"v\":1,\"kind\":\"note\",\"tok\":"));
	outbound_rig_sent(f, "m0");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
}

/* Nothing waits for one that fails. */
static void test_note_is_best_effort(void **state)
{
	struct outbound_rig *f = *state;
	chime_outbound_note(f->outbound, "one");
	outbound_rig_add(f, 1, "", 0);
	outbound_rig_expect_send(f, "one");
	service_answer(&f->s, 403, "{}");
	outbound_rig_expect_send(f, "hi 1");
	outbound_rig_sent(f, "m1");
	outbound_rig_expect_receipts(f, "1 done m1\n");
	service_expect_none(&f->s);
}

static void test_notes_are_bounded(void **state)
{
	struct outbound_rig *f = *state;
	for (int i = 0; i < OUTBOUND_NOTES_MAX + 5; i++)
		chime_outbound_note(f->outbound, "one");
	for (int i = 0; i < OUTBOUND_NOTES_MAX; i++) {
		outbound_rig_expect_send(f, "one");
		outbound_rig_sent(f, "m");
	}
	service_expect_none(&f->s);
	chime_outbound_note(f->outbound, "two");
	outbound_rig_expect_send(f, "two");
	outbound_rig_sent(f, "m");
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, outbound_rig_setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_late_line_carries_its_time),
		T(test_all_tries_say_the_same),
		T(test_note),
		T(test_note_is_best_effort),
		T(test_notes_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
