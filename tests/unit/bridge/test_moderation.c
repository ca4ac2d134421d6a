#include "bridge/moderation.h"

#include "../support/bridge_rig.h"
#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &(struct mapping_params){.window = 1});
	rig.params.mirror = (struct mirror_params){
		.to_irc = MEMBERS_FULL,
		.to_chime = MEMBERS_FULL,
	};
	rig.params.moderation = (struct moderation_params){
		.standings[STANDING_BANNED] = {true, true},
		.max_changes = 1,
		.unban_restores = true,
	};
	rig.irc.has_people = true;
	rig.chime.has_people = true;
	rig.irc.has_standings = true;
	rig.chime.has_standings = true;
	rig_crash(&rig);
	rig_up(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_release(*state);
	return 0;
}

static void wait_ms(struct rig *rig, int64_t ms)
{
	clock_advance(ms);
	rig_turns(rig, 4);
}

/* Everybody whose id is in there, "a" for one, is banned. */
static void bans(struct rig *rig, struct fake_end *end, const char *ids)
{
	struct standing_list list = {
		.kind = STANDING_BANNED,
		.is_whole = true,
		.state = ROSTER_BEGINS,
	};

	end->sink.standings(end->sink.arg, &list);
	for (; *ids; ids++) {
		char id[2] = {*ids, '\0'};
		struct person person = {.id = id, .name = id};
		struct standing standing = {
			.kind = STANDING_BANNED,
			.is_set = true,
			.person = &person,
			.is_native = end == rig->irc_end,
		};

		end->sink.standing(end->sink.arg, &standing);
	}
	list.state = ROSTER_COMPLETE;
	end->sink.standings(end->sink.arg, &list);
	wait_ms(rig, 300);
}

static void here(struct fake_end *end, const char *id)
{
	end->sink.roster(end->sink.arg, ROSTER_BEGINS);
	fake_tell(end, PRESENCE_HERE, id, id);
	end->sink.roster(end->sink.arg, ROSTER_COMPLETE);
}

static void stood(struct fake_end *end, enum mirror_outcome outcome)
{
	struct fake_stand one = fake_stands_take(&end->stands, 0);
	struct standing_receipt receipt = {
		.kind = one.kind,
		.is_set = one.is_set,
		.person_id = one.id,
		.outcome = outcome,
	};

	end->sink.stood(end->sink.arg, &receipt);
}

static void test_a_ban_goes_over_and_its_end_too(void **state)
{
	struct rig *rig = *state;

	here(rig->irc_end, "a");
	bans(rig, rig->irc_end, "a");
	bans(rig, rig->chime_end, "");
	assert_int_equal(1, rig->chime_end->stands.count);
	assert_true(rig->chime_end->stands.calls[0].is_set);
	stood(rig->chime_end, MIRROR_DONE);
	fake_answer(rig->chime_end, MIRROR_REFUSED);
	assert_int_equal(0, rig->chime_end->calls.count);
	bans(rig, rig->irc_end, "");
	assert_false(rig->chime_end->stands.calls[0].is_set);
	stood(rig->chime_end, MIRROR_DONE);
	/* And they are shown again at once. */
	assert_int_equal(1, rig->chime_end->calls.count);
	assert_string_equal("a", rig->chime_end->calls.calls[0].id);
}

static void test_too_many_wait_for_a_word(void **state)
{
	struct rig *rig = *state;
	struct reconcile_stats stats;

	bans(rig, rig->irc_end, "abc");
	bans(rig, rig->chime_end, "");
	assert_int_equal(0, rig->chime_end->stands.count);
	assert_true(mapping_moderation_stats(rig->mapping, &stats));
	assert_int_equal(3, stats.held);
	assert_non_null(strstr(rig->irc.notes, "3 bans would be set"));
	assert_non_null(strstr(rig->chime.notes, "3 bans would be set"));
	assert_int_equal(3, mapping_confirm(rig->mapping));
	wait_ms(rig, 1);
	assert_int_equal(3, rig->chime_end->stands.count);
}

static int order(struct rig *rig, const char *who)
{
	struct reconcile_order one = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.who = who,
		.by = "admin",
	};
	int code = mapping_order(rig->mapping, &one);

	wait_ms(rig, 1);
	return code;
}

static void test_orders_find_people(void **state)
{
	struct rig *rig = *state;

	here(rig->irc_end, "ann");
	here(rig->chime_end, "arn");
	bans(rig, rig->irc_end, "");
	bans(rig, rig->chime_end, "");
	assert_int_equal(-ENOENT, order(rig, "nobody"));
	assert_int_equal(0, order(rig, "ANN"));
	assert_true(rig->irc_end->stands.calls[0].is_native);
	assert_int_equal(0, order(rig, "arn"));
	assert_false(rig->irc_end->stands.calls[1].is_native);
}

static void count(void *arg, const struct reconcile_entry *entry)
{
	size_t *seen = arg;

	(void)entry;
	++*seen;
}

static void test_what_is_known_is_told(void **state)
{
	struct rig *rig = *state;
	size_t seen = 0;

	bans(rig, rig->irc_end, "ab");
	mapping_standings(rig->mapping, STANDING_BANNED, count, &seen);
	assert_int_equal(2, seen);
	mapping_resync(rig->mapping);
	assert_int_equal(2, rig->irc_end->stands.moderated);
}

static void test_nothing_where_nothing_is_wanted(void **state)
{
	struct rig *rig = *state;
	struct reconcile_stats stats;
	size_t seen = 0;

	rig->params.moderation.standings[STANDING_BANNED] =
		(struct reconcile_ways){.to_irc = false};
	rig_crash(rig);
	assert_int_equal(0, rig->irc_end->stands.moderated);
	bans(rig, rig->irc_end, "ab");
	mapping_standings(rig->mapping, STANDING_BANNED, count, &seen);
	assert_int_equal(0, seen);
	assert_false(mapping_moderation_stats(rig->mapping, &stats));
	assert_int_equal(0, mapping_confirm(rig->mapping));
	assert_int_equal(-EOPNOTSUPP, order(rig, "a"));
	mapping_resync(rig->mapping);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ban_goes_over_and_its_end_too),
		TEST(too_many_wait_for_a_word),
		TEST(orders_find_people),
		TEST(what_is_known_is_told),
		TEST(nothing_where_nothing_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
