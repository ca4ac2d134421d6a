#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/seats.h"

#include "util/alloc.h"
#include "util/attr.h"
#include "util/buf.h"

#include <string.h>

enum { MANY = 1000 };

static void put(struct seats *seats, const char *channel, const void *who,
	uint32_t since_s)
{
	const struct seat seat = {.who = who, .since_s = since_s};
	seats_put(seats, channel, &seat);
}

static void test_many(void **state)
{
	static char people[MANY];
	struct seats seats = {0};
	(void)state;
	/* In an order that is neither up nor down. */
	for (size_t i = 0; i < MANY; i++)
		put(&seats, "c", &people[i * 7 % MANY], (uint32_t)i);
	assert_int_equal(seats_count(&seats, "c"), MANY);
	for (size_t i = 0; i < MANY; i++) {
		const struct seat *seat =
			seats_find(&seats, "c", &people[i * 7 % MANY]);
		assert_non_null(seat);
		assert_int_equal(seat->since_s, i);
		assert_ptr_equal(seats_at(&seats, "c", i)->who, &people[i]);
		assert_null(seats_find(&seats, "d", &people[i]));
	}
	for (size_t i = 0; i < MANY; i += 2)
		assert_true(seats_drop(&seats, "c", &people[i]));
	assert_false(seats_drop(&seats, "c", &people[0]));
	assert_false(seats_drop(&seats, "d", &people[1]));
	assert_int_equal(seats_count(&seats, "c"), MANY / 2);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(
			seats_find(&seats, "c", &people[i]) != NULL, i % 2);
	seats_release(&seats);
}

static void test_again_replaces(void **state)
{
	struct seats seats = {0};
	(void)state;
	put(&seats, "c", "x", 1);
	const struct seat made = {
		.who = seats_at(&seats, "c", 0)->who,
		.since_s = 2,
		.is_made = true,
	};
	seats_put(&seats, "c", &made);
	assert_int_equal(seats_count(&seats, "c"), 1);
	assert_int_equal(seats_at(&seats, "c", 0)->since_s, 2);
	assert_true(seats_at(&seats, "c", 0)->is_made);
	assert_int_equal(seats_count(&seats, "d"), 0);
	seats_release(&seats);
}

static void on_channel(void *arg, const char *channel)
{
	buf_adds(arg, channel);
}

static void test_moves_and_forgets(void **state)
{
	static char people[3];
	struct seats seats = {0};
	struct buf AUTOBUF told;
	(void)state;
	buf_init(&told, 100);
	for (size_t i = 0; i < 2; i++) {
		put(&seats, "c", &people[i], 5);
		put(&seats, "d", &people[i], 6);
	}
	seats_move(&seats, &people[0], &people[2]);
	assert_null(seats_find(&seats, "c", &people[0]));
	assert_int_equal(seats_find(&seats, "c", &people[2])->since_s, 5);
	assert_int_equal(seats_find(&seats, "d", &people[2])->since_s, 6);
	seats_forget(&seats, &people[2], on_channel, &told);
	assert_int_equal(told.len, 2);
	assert_non_null(strchr(told.data, 'c'));
	assert_non_null(strchr(told.data, 'd'));
	assert_null(seats_find(&seats, "d", &people[2]));
	assert_non_null(seats_find(&seats, "d", &people[1]));
	seats_forget(&seats, &people[2], on_channel, &told);
	assert_int_equal(told.len, 2);
	seats_forget(&seats, &people[1], NULL, NULL);
	assert_int_equal(seats_count(&seats, "d"), 0);
	seats_release(&seats);
}

static void test_minded(void **state)
{
	static char people[2];
	struct seats seats = {0};
	(void)state;
	put(&seats, "c", &people[0], 0);
	put(&seats, "d", &people[1], 0);
	seats_set_minded(&seats, "e", false);
	seats_set_minded(&seats, "c", true);
	assert_true(seats_is_minded(&seats, &people[0]));
	assert_false(seats_is_minded(&seats, &people[1]));
	seats_set_minded(&seats, "c", false);
	assert_false(seats_is_minded(&seats, &people[0]));
	seats_release(&seats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_again_replaces),
		cmocka_unit_test(test_moves_and_forgets),
		cmocka_unit_test(test_minded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
