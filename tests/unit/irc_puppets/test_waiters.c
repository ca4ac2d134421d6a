#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/waiters.h"
#include "util/alloc.h"

#include <stdio.h>
#include <stdlib.h>

static void assert_next(struct irc_waiters *waiters, const char *id)
{
	char *AUTOFREE next = irc_waiters_take(waiters);

	if (!id) {
		assert_null(next);
		return;
	}
	assert_non_null(next);
	assert_string_equal(id, next);
}

static void test_order(void **state)
{
	struct irc_waiters waiters = {NULL};

	(void)state;
	irc_waiters_add(&waiters, "ann");
	irc_waiters_add(&waiters, "bob");
	irc_waiters_add(&waiters, "cat");
	irc_waiters_add(&waiters, "ann");
	irc_waiters_remove(&waiters, "bob");
	irc_waiters_remove(&waiters, "nobody");
	assert_next(&waiters, "ann");
	irc_waiters_add(&waiters, "ann");
	assert_next(&waiters, "cat");
	assert_next(&waiters, "ann");
	assert_next(&waiters, NULL);
}

static void test_bound(void **state)
{
	struct irc_waiters waiters = {NULL};
	char id[16];
	size_t count = 0;

	(void)state;
	for (int i = 0; i < WAITERS_MAX + 2; i++) {
		(void)snprintf(id, sizeof(id), "p%d", i);
		irc_waiters_add(&waiters, id);
	}
	for (char *one; (one = irc_waiters_take(&waiters)); count++)
		free(one);
	assert_int_equal(WAITERS_MAX, count);
	irc_waiters_add(&waiters, "ann");
	irc_waiters_release(&waiters);
	assert_next(&waiters, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
