#include "chimed/idempotency.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>

static struct db *db;

static int open_db(void **state)
{
	struct err err;

	(void)state;
	if (db_open(":memory:", &db, &err) != 0)
		return -1;
	db_begin(db);
	return 0;
}

static int close_db(void **state)
{
	(void)state;
	bool fine = db_commit(db);

	db_free(db);
	return fine ? 0 : -1;
}

static struct idempotency entry(
	const char *operation, const char *who, const char *token, uint8_t seed)
{
	uint8_t request[SHA256_BYTES] = {seed};
	struct idempotency entry;

	idempotency_init(
		&entry, &(struct idempotency_source){.operation = operation,
				.who = who,
				.token = token,
				.request = request});
	return entry;
}

static enum idempotency_state find(
	const struct idempotency *wanted, int64_t now_ms)
{
	char *answer = NULL;
	enum idempotency_state found =
		idempotency_find(db, wanted, now_ms, &answer);

	if (found == IDEMPOTENCY_REPLAY)
		assert_string_equal(answer, "{\"A\":1}");
	else
		assert_null(answer);
	free(answer);
	return found;
}

static void test_the_same_again(void **state)
{
	struct idempotency first = entry("Send", "me", "tok", 1);
	struct idempotency changed = entry("Send", "me", "tok", 2);

	(void)state;
	assert_int_equal(find(&first, 10), IDEMPOTENCY_NEW);
	idempotency_store(db, &first, "{\"A\":1}", 10);
	assert_int_equal(find(&first, 20), IDEMPOTENCY_REPLAY);
	assert_int_equal(find(&changed, 20), IDEMPOTENCY_CONFLICT);
}

static void test_tokens_are_ones_own(void **state)
{
	struct idempotency first = entry("Send", "me", "tok", 1);
	struct idempotency others[] = {entry("Create", "me", "tok", 1),
		entry("Send", "you", "tok", 1), entry("Send", "me", "tik", 1)};

	(void)state;
	idempotency_store(db, &first, "{\"A\":1}", 10);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(find(&others[i], 10), IDEMPOTENCY_NEW);
}

static void test_they_end_after_a_day(void **state)
{
	struct idempotency first = entry("Send", "me", "tok", 1);
	struct idempotency changed = entry("Send", "me", "tok", 2);

	(void)state;
	idempotency_store(db, &first, "{\"A\":1}", 10);
	assert_int_equal(
		find(&first, IDEMPOTENCY_KEEP_MS + 9), IDEMPOTENCY_REPLAY);
	assert_int_equal(
		find(&changed, IDEMPOTENCY_KEEP_MS + 10), IDEMPOTENCY_NEW);
	idempotency_store(db, &changed, "{\"A\":1}", IDEMPOTENCY_KEEP_MS + 10);
	assert_int_equal(
		find(&changed, IDEMPOTENCY_KEEP_MS + 10), IDEMPOTENCY_REPLAY);
}

static void test_old_ones_are_swept(void **state)
{
	static const char count[] = "SELECT count(*) FROM tokens";
	char token[16];

	(void)state;
	for (int i = 0; i < 320; i++) {
		snprintf(token, sizeof(token), "tok%d", i);
		struct idempotency each = entry("Send", "me", token, 1);

		idempotency_store(db, &each, "{\"A\":1}",
			i < 160 ? 10 : IDEMPOTENCY_KEEP_MS + 10);
	}
	assert_int_equal(db_value(db, -1, count, ""), 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_same_again, open_db, close_db),
		cmocka_unit_test_setup_teardown(
			test_tokens_are_ones_own, open_db, close_db),
		cmocka_unit_test_setup_teardown(
			test_they_end_after_a_day, open_db, close_db),
		cmocka_unit_test_setup_teardown(
			test_old_ones_are_swept, open_db, close_db),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
