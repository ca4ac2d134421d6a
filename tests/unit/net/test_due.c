#include "net/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ITEMS = 200 };

static void test_leaves_in_order_of_time(void **state)
{
	struct due_heap heap;
	struct due_item items[ITEMS] = {{.place = 0}};
	uint32_t random = 1;
	int64_t last = -1;

	(void)state;
	due_init(&heap);
	for (size_t i = 0; i < ITEMS; i++) {
		random = random * 1103515245u + 12345u;
		due_add(&heap, &items[i], (random >> 16) % 50);
	}
	for (size_t i = 0; i < ITEMS; i += 3)
		due_remove(&heap, &items[i]);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(due_is_in(&items[i]), i % 3 != 0);
	for (size_t i = ITEMS - (ITEMS + 2) / 3; i > 0; i--) {
		struct due_item *first = due_first(&heap);

		assert_non_null(first);
		assert_true(first->due_ms >= last);
		last = first->due_ms;
		due_remove(&heap, first);
		assert_false(due_is_in(first));
	}
	assert_null(due_first(&heap));
	due_release(&heap);
}

static void test_same_time_keeps_order(void **state)
{
	struct due_heap heap;
	struct due_item items[ITEMS] = {{.place = 0}};

	(void)state;
	due_init(&heap);
	for (size_t i = 0; i < ITEMS; i++)
		due_add(&heap, &items[i], 7);
	for (size_t i = 0; i < ITEMS; i++) {
		assert_ptr_equal(due_first(&heap), &items[i]);
		due_remove(&heap, &items[i]);
	}
	due_release(&heap);
}

static void test_remove_twice_is_harmless(void **state)
{
	struct due_heap heap;
	struct due_item one = {.place = 0};
	struct due_item other = {.place = 0};

	(void)state;
	due_init(&heap);
	due_remove(&heap, &one);
	due_add(&heap, &one, 1);
	due_add(&heap, &other, 2);
	due_remove(&heap, &one);
	due_remove(&heap, &one);
	assert_ptr_equal(due_first(&heap), &other);
	due_remove(&heap, &other);
	due_release(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaves_in_order_of_time),
		cmocka_unit_test(test_same_time_keeps_order),
		cmocka_unit_test(test_remove_twice_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
