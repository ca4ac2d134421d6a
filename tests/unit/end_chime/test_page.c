#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/page.h"

#include "util/clock.h"
#include "util/json.h"

#include <string.h>

/* "a1 b2": the messages, and the second at which each was made; 0: not said. */
static json_t *make(const char *words)
{
	json_t *page = json_array();
	for (; *words; words += words[2] ? 3 : 2) {
		char id[2] = {words[0]};
		char time[CLOCK_ISO8601_BYTES];
		json_t *item = json_pack("{s:s}", "MessageId", id);
		if (words[1] != '0') {
			clock_format_iso8601((words[1] - '0') * 1000, time);
			json_set_string(item, "CreatedTimestamp", time);
		}
		json_array_append_new(page, item);
	}
	return page;
}

static void expect(const char *words, const char *ids)
{
	json_t AUTOJSON *page = make(words);
	page_order(page);
	assert_int_equal(json_array_size(page), strlen(ids));
	for (size_t i = 0; ids[i]; i++)
		assert_int_equal(json_get_string(json_array_get(page, i),
					 "MessageId")[0],
			ids[i]);
}

static void test_order(void **state)
{
	(void)state;
	expect("", "");
	expect("a1 b2 c3", "abc");
	expect("c3 b2 a1", "abc");
	expect("b2 c3 a1 d4", "abcd");
}

static void test_what_stays(void **state)
{
	(void)state;
	expect("a1 b1 c1", "abc");
	expect("b2 a1 x0 c3", "abxc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_what_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
