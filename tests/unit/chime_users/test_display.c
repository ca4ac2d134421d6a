#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_users/display.h"

#include "util/attr.h"

#include <stdlib.h>
#include <string.h>

static void test_marks(void **state)
{
	static const struct {
		const char *metadata;
		enum display_owner owner;
	} rows[] = {
		{NULL, DISPLAY_UNKNOWN},
		{"", DISPLAY_UNKNOWN},
		{"not json", DISPLAY_UNKNOWN},
		{"{\"belfry\":1}", DISPLAY_UNKNOWN},
		{"{\"belfry\":{\"person\":\"net%2Frob\"}}", DISPLAY_OTHERS},
		{"{\"belfry\":{\"person\":\"net%2Fbob\"}}", DISPLAY_OURS},
		{"{\"x\":2,\"belfry\":{\"v\":1,\"person\":\"net%2Fbob\"}}",
			DISPLAY_OURS},
	};
	char *mark = display_mark("net/bob");
	(void)state;
	assert_string_equal(
		mark, "{\"belfry\":{\"v\":1,\"person\":\"net%2Fbob\"}}");
	assert_int_equal(display_owner(mark, "net/bob"), DISPLAY_OURS);
	assert_int_equal(display_owner(mark, "net/Bob"), DISPLAY_OTHERS);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(display_owner(rows[i].metadata, "net/bob"),
			rows[i].owner);
	free(mark);
}

static void test_long_person(void **state)
{
	char person[2000], other[2000];
	(void)state;
	memset(person, '/', sizeof(person));
	person[sizeof(person) - 1] = '\0';
	memcpy(other, person, sizeof(person));
	other[1000] = 'x';
	char *mark = display_mark(person);
	assert_in_range(strlen(mark), 64, 1024);
	assert_int_equal(display_owner(mark, person), DISPLAY_OURS);
	assert_int_equal(display_owner(mark, other), DISPLAY_OTHERS);
	free(mark);
}

static void test_names(void **state)
{
	(void)state;
	char *name = display_name("{nick} of {network}", "net/bob", "B\x07ob");
	assert_string_equal(name, "Bob of net");
	assert_int_not_equal(display_sum(name), display_sum("Bob"));
	assert_int_not_equal(display_sum(""), 0);
	free(name);
	name = display_name("{network}", "no slash", "x");
	assert_string_equal(name, "someone");
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_long_person),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
