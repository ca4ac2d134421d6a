#include "store/intents.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct taken {
	char text[256];
	int fail_at; /* calls before one fails; -1: none does */
};

static void put(
	struct intents *intents, int64_t lane, const char *id, size_t progress)
{
	intents_put(intents, lane,
		&(struct store_record){.kind = STORE_INTENT,
			.source_id = id,
			.progress = progress,
			.at_ms = 7});
}

static int note(int64_t lane, const struct store_record *record, void *arg)
{
	struct taken *taken = arg;
	size_t used = strlen(taken->text);

	if (taken->fail_at-- == 0)
		return -5;
	snprintf(taken->text + used, sizeof(taken->text) - used, "%d %s %zu;",
		(int)lane, record->source_id, record->progress);
	assert_int_equal(record->kind, STORE_INTENT);
	assert_int_equal(record->at_ms, 7);
	return 0;
}

static void test_taken_in_order(void **state)
{
	struct intents intents = {NULL};
	struct taken taken = {.fail_at = -1};

	(void)state;
	assert_int_equal(intents_take(&intents, note, &taken), 0);
	put(&intents, 1, "b", 1);
	put(&intents, 1, "a", 2);
	put(&intents, 2, "b", 3);
	put(&intents, 1, "", 4);
	assert_int_equal(intents_take(&intents, note, &taken), 0);
	assert_string_equal(taken.text, "1 b 1;1 a 2;2 b 3;1  4;");
	assert_int_equal(intents_take(&intents, note, &taken), 0);
	assert_string_equal(taken.text, "1 b 1;1 a 2;2 b 3;1  4;");
}

static void test_dropped_and_replaced(void **state)
{
	struct intents intents = {NULL};
	struct taken taken = {.fail_at = -1};

	(void)state;
	intents_drop(&intents, 1, "a");
	put(&intents, 1, "a", 1);
	put(&intents, 1, "b", 2);
	put(&intents, 2, "a", 3);
	intents_drop(&intents, 1, "a");
	intents_drop(&intents, 2, "b");
	put(&intents, 1, "b", 5);
	assert_int_equal(intents_take(&intents, note, &taken), 0);
	assert_string_equal(taken.text, "2 a 3;1 b 5;");
}

static void test_failure_keeps_the_rest(void **state)
{
	struct intents intents = {NULL};
	struct taken taken = {.fail_at = 1};

	(void)state;
	put(&intents, 1, "a", 1);
	put(&intents, 1, "b", 2);
	put(&intents, 1, "c", 3);
	assert_int_equal(intents_take(&intents, note, &taken), -5);
	assert_string_equal(taken.text, "1 a 1;");
	assert_int_equal(intents_take(&intents, note, &taken), 0);
	assert_string_equal(taken.text, "1 a 1;1 b 2;1 c 3;");
	put(&intents, 1, "d", 4);
	intents_release(&intents);
	assert_null(intents.by_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_in_order),
		cmocka_unit_test(test_dropped_and_replaced),
		cmocka_unit_test(test_failure_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
