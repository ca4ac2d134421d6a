#include "bridge/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct item *item(int64_t position)
{
	return item_new(NULL,
		&(struct parcel){.source_id = "id",
			.token = "token",
			.payload = "p",
			.payload_len = 1,
			.position = position},
		"Bob");
}

static void test_empty(void **state)
{
	struct queue queue;

	(void)state;
	queue_init(&queue);
	assert_null(queue_head(&queue));
	assert_null(queue_tail(&queue));
	assert_null(queue_find(&queue, 0));
	assert_null(queue_find(&queue, 1));
	queue_release(&queue);
}

static void test_tickets_run_on(void **state)
{
	struct queue queue;

	(void)state;
	queue_init(&queue);
	for (int i = 1; i <= 100; i++) {
		queue_push(&queue, item(i));
		assert_int_equal(i, queue_tail(&queue)->parcel.ticket);
	}
	for (uint64_t t = 1; t <= 100; t++)
		assert_int_equal(t, queue_find(&queue, t)->parcel.position);
	assert_null(queue_find(&queue, 101));
	for (uint64_t t = 1; t <= 60; t++) {
		assert_int_equal(t, queue_head(&queue)->parcel.ticket);
		queue_pop(&queue);
		assert_null(queue_find(&queue, t));
	}
	assert_int_equal(40, queue.count);
	queue_release(&queue);
}

/* The ring turns and grows while its head is somewhere in the middle. */
static void test_ring(void **state)
{
	struct queue queue;
	uint64_t next = 1;

	(void)state;
	queue_init(&queue);
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 7; i++)
			queue_push(&queue, item((int64_t)next++));
		for (int i = 0; i < 5; i++) {
			assert_int_equal(queue_head(&queue)->parcel.ticket,
				queue_head(&queue)->parcel.position);
			queue_pop(&queue);
		}
	}
	assert_int_equal(100, queue.count);
	assert_int_equal(next - 1, queue_tail(&queue)->parcel.position);
	queue_release(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_tickets_run_on),
		cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
