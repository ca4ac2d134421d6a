#include "filter/optouts.h"

#include "../support/fake_store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void count_fact(struct store *store, const struct store_record *record)
{
	(void)store;
	(void)record;
}

static void test_out_and_in(void **state)
{
	struct fake_store store;
	struct optouts *optouts;

	(void)state;
	fake_store_init(&store);
	optouts = optouts_new(&store.base);
	assert_non_null(optouts);
	assert_false(optouts_has(optouts, "net/@bob"));
	assert_int_equal(optouts_remove(optouts, "net/@bob"), -ENOENT);
	assert_int_equal(optouts_add(optouts, "net/@bob", "Bob"), 0);
	assert_int_equal(optouts_add(optouts, "net/@bob", "Bob"), -EALREADY);
	assert_int_equal(optouts_add(optouts, "net/carl", "Carl"), 0);
	assert_true(optouts_has(optouts, "net/@bob"));
	assert_false(optouts_has(optouts, "net/bob"));
	assert_int_equal(optouts_remove(optouts, "net/carl"), 0);
	assert_string_equal(store.log.data, "optout net/@bob=Bob\n"
					    "optout net/carl=Carl\n"
					    "optout net/carl gone\n");
	optouts_free(optouts);
	/* The next process knows. */
	optouts = optouts_new(&store.base);
	assert_true(optouts_has(optouts, "net/@bob"));
	assert_false(optouts_has(optouts, "net/carl"));
	optouts_free(optouts);
	optouts_free(NULL);
	fake_store_release(&store);
}

static void test_unreadable(void **state)
{
	struct fake_store store;

	(void)state;
	fake_store_init(&store);
	store.is_broken = true;
	assert_null(optouts_new(&store.base));
	fake_store_release(&store);
}

static void test_too_many(void **state)
{
	struct fake_store store;
	struct store_ops ops;
	struct optouts *optouts;

	(void)state;
	fake_store_init(&store);
	ops = *store.base.ops;
	ops.append = count_fact;
	store.base.ops = &ops;
	optouts = optouts_new(&store.base);
	for (int i = 0; i < OPTOUTS_MAX; i++) {
		char id[32];

		snprintf(id, sizeof(id), "net/%d", i);
		assert_int_equal(optouts_add(optouts, id, id), 0);
	}
	assert_int_equal(optouts_add(optouts, "net/more", "more"), -ENOSPC);
	assert_int_equal(optouts_remove(optouts, "net/0"), 0);
	assert_int_equal(optouts_add(optouts, "net/more", "more"), 0);
	optouts_free(optouts);
	fake_store_release(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out_and_in),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
