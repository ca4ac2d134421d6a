#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/opening_memory.h"

#include "unit/support/fake_store.h"

#include <errno.h>
#include <string.h>

static void test_remembers(void **state)
{
	struct fake_store store;
	struct opening_memory memory;
	(void)state;
	fake_store_init(&store);
	opening_remember(&store.base, "m", OPENING_CHANNEL, "c");
	opening_remember(&store.base, "m", OPENING_NAME, "Lounge");
	opening_remember(&store.base, "m", OPENING_JOINED, "c");
	opening_remember(&store.base, "m", OPENING_CREATED, "d");
	opening_remember(&store.base, "m", OPENING_MADE, "e");
	opening_remember(&store.base, "m", "other", "x");
	opening_remember(&store.base, "n", OPENING_FOUND, "f");
	assert_int_equal(opening_recall(&store.base, "m", &memory), 0);
	assert_string_equal(memory.channel, "c");
	assert_string_equal(opening_memory_channel(&memory, "Lounge"), "c");
	assert_string_equal(opening_memory_channel(&memory, NULL), "c");
	assert_null(opening_memory_channel(&memory, "Bar"));
	assert_string_equal(memory.joined, "c");
	assert_string_equal(memory.created, "d");
	assert_string_equal(memory.made, "e");
	assert_null(memory.found);
	opening_memory_release(&memory);
	opening_forget_all(&store.base, "m");
	assert_int_equal(opening_recall(&store.base, "m", &memory), 0);
	assert_null(memory.channel);
	assert_null(memory.made);
	opening_memory_release(&memory);
	assert_int_equal(opening_recall(&store.base, "n", &memory), 0);
	assert_string_equal(memory.found, "f");
	opening_memory_release(&memory);
	assert_non_null(strstr(store.log.data, "room m other gone\n"));
	fake_store_release(&store);
}

static void test_unreadable(void **state)
{
	struct fake_store store;
	struct opening_memory memory;
	(void)state;
	fake_store_init(&store);
	store.is_broken = true;
	assert_int_equal(opening_recall(&store.base, "m", &memory), -EIO);
	opening_memory_release(&memory);
	opening_forget_all(&store.base, "m");
	assert_string_equal(store.log.data, "");
	fake_store_release(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers),
		cmocka_unit_test(test_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
