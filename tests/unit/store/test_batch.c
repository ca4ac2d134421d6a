#include "store/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 5000 };

static void test_empty(void **state)
{
	struct batch *batch = batch_new(7);
	struct store_record record;
	size_t offset = 0;

	(void)state;
	assert_int_equal(7, batch->number);
	assert_false(batch_next(batch, &offset, &record));
	batch_free(batch);
	batch_free(NULL);
	batch_free_all(NULL);
}

static void test_every_field_comes_back(void **state)
{
	struct batch *batch = batch_new(1);
	struct store_record got;
	struct store_record in = {
		.kind = STORE_OUTBOX_ADD,
		.way = LANE_TO_CHIME,
		.complete = true,
		.mapping = "m",
		.source_id = "",
		.dest_id = NULL,
		.token = "token",
		.payload = "p\0q",
		.payload_len = 3,
		.seq = UINT64_MAX,
		.progress = 12,
		.position = -5,
		.at_ms = 99,
		.space = "space",
		.key = "k",
		.value = "v",
	};
	size_t offset = 0;

	(void)state;
	batch_add(batch, &in);
	assert_int_equal(1, batch->count);
	assert_true(batch_next(batch, &offset, &got));
	assert_int_equal(in.kind, got.kind);
	assert_int_equal(in.way, got.way);
	assert_true(got.complete);
	assert_string_equal("m", got.mapping);
	assert_ptr_not_equal(in.mapping, got.mapping);
	assert_string_equal("", got.source_id);
	assert_null(got.dest_id);
	assert_string_equal("token", got.token);
	assert_int_equal(3, got.payload_len);
	assert_memory_equal("p\0q", got.payload, 3);
	assert_true(got.seq == UINT64_MAX);
	assert_int_equal(12, got.progress);
	assert_int_equal(-5, got.position);
	assert_int_equal(99, got.at_ms);
	assert_string_equal("space", got.space);
	assert_string_equal("k", got.key);
	assert_string_equal("v", got.value);
	assert_false(batch_next(batch, &offset, &got));
	batch_free(batch);
}

static void test_many_keep_their_order(void **state)
{
	struct batch *batch = batch_new(1);
	struct store_record got;
	char payload[40];
	size_t offset = 0;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	for (uint64_t i = 0; i < MANY; i++)
		batch_add(batch, &(struct store_record){.kind = STORE_DONE,
					 .seq = i,
					 .payload = payload,
					 .payload_len = i % sizeof(payload),
					 .mapping = "mapping"});
	for (uint64_t i = 0; i < MANY; i++) {
		assert_true(batch_next(batch, &offset, &got));
		assert_int_equal(i, got.seq);
		assert_int_equal(i % sizeof(payload), got.payload_len);
		assert_string_equal("mapping", got.mapping);
	}
	assert_false(batch_next(batch, &offset, &got));
	batch->next = batch_new(2);
	batch_free_all(batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_every_field_comes_back),
		cmocka_unit_test(test_many_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
