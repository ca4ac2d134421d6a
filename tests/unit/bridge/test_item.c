#include "bridge/item.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_copies_what_it_is_given(void **state)
{
	char id[] = "id";
	char token[] = "token";
	char payload[] = "pay\0load";
	struct item *item = item_new(NULL,
		&(struct parcel){
			.source_id = id,
			.token = token,
			.payload = payload,
			.payload_len = 8,
			.progress = 3,
			.position = 44,
			.first_sent_ms = 5,
			.accepted_ms = 6,
		},
		"Bob");

	(void)state;
	memset(id, 'x', 2);
	memset(token, 'x', 5);
	memset(payload, 'x', 8);
	assert_string_equal("id", item->parcel.source_id);
	assert_string_equal("token", item->parcel.token);
	assert_int_equal(8, item->parcel.payload_len);
	assert_memory_equal("pay\0load", item->parcel.payload, 9);
	assert_int_equal(3, item->parcel.progress);
	assert_int_equal(44, item->parcel.position);
	assert_int_equal(44, item->through);
	assert_int_equal(5, item->parcel.first_sent_ms);
	assert_int_equal(6, item->parcel.accepted_ms);
	item_free(item);
	item_free(NULL);
}

static void test_empty_payload(void **state)
{
	struct item *item = item_new(NULL,
		&(struct parcel){
			.source_id = "", .token = "t", .payload = NULL},
		"Bob");

	(void)state;
	assert_string_equal("", item->parcel.source_id);
	assert_string_equal("", item->parcel.payload);
	item_free(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_what_it_is_given),
		cmocka_unit_test(test_empty_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
