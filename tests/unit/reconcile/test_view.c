#include "reconcile/view.h"

#include "../support/reconcile_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void lists(struct reconcile_rig *rig, const char *irc, const char *chime)
{
	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, irc);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, chime);
	reconcile_rig_wait(rig, 800);
}

struct seen {
	size_t count;
	char text[256];
};

static void on_entry(void *arg, const struct reconcile_entry *entry)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	seen->count++;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s %s %d%d%d %s;",
		entry->person_id ? entry->person_id : "-",
		entry->rule ? entry->rule : "-", entry->on[SIDE_IRC],
		entry->on[SIDE_CHIME], entry->base,
		entry->pending ? entry->pending : "-");
}

static void test_entries_and_rules(void **state)
{
	struct reconcile_rig *rig = *state;
	struct seen seen = {.count = 0};
	struct reconcile_stats stats;

	lists(rig, "i1=a =lonely", "");
	reconcile_each(rig->reconcile, STANDING_BANNED, on_entry, &seen);
	assert_string_equal(
		"i1 a 100 to chime: set;- lonely 1-1-1 -;", seen.text);
	reconcile_get_stats(rig->reconcile, &stats);
	assert_int_equal(1, stats.pending);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	seen = (struct seen){.count = 0};
	reconcile_each(rig->reconcile, STANDING_BANNED, on_entry, &seen);
	assert_string_equal("i1 a 111 -;- lonely 1-1-1 -;", seen.text);
	reconcile_get_stats(rig->reconcile, &stats);
	assert_int_equal(0, stats.pending);
	assert_int_equal(1, stats.changed);
}

static void on_attribute(void *arg, const struct reconcile_attribute *one)
{
	struct seen *seen = arg;

	seen->count++;
	if (one->attribute == ATTRIBUTE_TOPIC)
		snprintf(seen->text, sizeof(seen->text), "%s %s %s%s%s",
			one->on[SIDE_IRC], one->on[SIDE_CHIME],
			one->pending ? one->pending : "-", one->why ? ": " : "",
			one->why ? one->why : "");
}

static void test_attributes(void **state)
{
	struct reconcile_rig *rig = *state;
	struct seen seen = {.count = 0};
	struct attribute_state topic = {
		.attribute = ATTRIBUTE_TOPIC,
		.value = "x",
	};

	reconcile_on_attribute(rig->reconcile, SIDE_IRC, &topic);
	topic.value = "y";
	reconcile_on_attribute(rig->reconcile, SIDE_CHIME, &topic);
	reconcile_rig_wait(rig, 800);
	reconcile_each_attribute(rig->reconcile, on_attribute, &seen);
	assert_int_equal(ATTRIBUTES, seen.count);
	assert_string_equal("x y to chime", seen.text);
}

static void set_topic(
	struct reconcile_rig *rig, enum reconcile_side side, const char *value)
{
	const struct attribute_state topic = {
		.attribute = ATTRIBUTE_TOPIC,
		.value = value,
	};

	reconcile_on_attribute(rig->reconcile, side, &topic);
	reconcile_rig_wait(rig, 800);
}

/* What differs, and is left alone, is told with the reason. */
static void test_a_war(void **state)
{
	struct reconcile_rig *rig = *state;
	struct seen seen = {.count = 0};
	struct attribute_receipt receipt = {
		.attribute = ATTRIBUTE_TOPIC,
		.outcome = MIRROR_DONE,
	};
	char value[] = "a";

	set_topic(rig, SIDE_CHIME, "");
	for (int i = 0; i <= RECONCILE_BOUNCES; i++, value[0]++) {
		set_topic(rig, SIDE_IRC, value);
		(void)fake_sets_take(&rig->ends[SIDE_CHIME]);
		reconcile_on_attribute_set(
			rig->reconcile, SIDE_CHIME, &receipt);
	}
	reconcile_each_attribute(rig->reconcile, on_attribute, &seen);
	assert_string_equal("f f -", seen.text);
	set_topic(rig, SIDE_IRC, "x");
	reconcile_each_attribute(rig->reconcile, on_attribute, &seen);
	assert_string_equal("x f to chime: it went to and fro", seen.text);
}

static void test_denials(void **state)
{
	struct reconcile_rig *rig = *state;
	struct reconcile_stats stats;

	reconcile_on_right(rig->reconcile, SIDE_IRC, RIGHT_TOPIC, false, "no");
	reconcile_get_stats(rig->reconcile, &stats);
	assert_string_equal("no", stats.denied[SIDE_IRC][RIGHT_TOPIC]);
	assert_null(stats.denied[SIDE_CHIME][RIGHT_TOPIC]);
	/* What is not to be changed there is not lacking. */
	rig->params.attributes[ATTRIBUTE_TOPIC].to_irc = false;
	reconcile_rig_crash(rig);
	reconcile_on_right(rig->reconcile, SIDE_IRC, RIGHT_TOPIC, false, "no");
	reconcile_get_stats(rig->reconcile, &stats);
	assert_null(stats.denied[SIDE_IRC][RIGHT_TOPIC]);
}

static int setup(void **state)
{
	struct reconcile_rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	reconcile_rig_init(rig);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	reconcile_rig_release(*state);
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_and_rules),
		TEST(attributes),
		TEST(a_war),
		TEST(denials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
