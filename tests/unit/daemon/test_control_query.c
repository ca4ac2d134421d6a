#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/control_query.h"

#include <stdio.h>
#include <string.h>

/* The wiring, as far as it is asked. */
struct mapping *wire_mapping(struct wire *wire, const char *name)
{
	return str_eq(name, "a") ? (struct mapping *)wire : NULL;
}

static void test_values(void **state)
{
	struct control_request request = {
		.query = span_of("mapping=a%2Fb&seq=&broken=%zz"),
	};
	static const struct {
		const char *name, *value;
	} cases[] = {
		{"mapping", "a/b"},
		{"seq", ""},
		{"broken", ""},
		{"absent", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTOBUF value;

		buf_init(&value, CONTROL_VALUE_BYTES);
		control_query(&request, cases[i].name, &value);
		assert_string_equal(value.data, cases[i].value);
	}
}

/* What is cut would be another name. */
static void test_too_long(void **state)
{
	char query[CONTROL_VALUE_BYTES + 64];
	struct control_request request;
	struct buf AUTOBUF value;

	(void)state;
	buf_init(&value, CONTROL_VALUE_BYTES);
	snprintf(query, sizeof(query), "mapping=%0*d", CONTROL_VALUE_BYTES + 1,
		1);
	request.query = span_of(query);
	control_query(&request, "mapping", &value);
	assert_string_equal(value.data, "");
}

static void test_mapping(void **state)
{
	char there;
	struct control_request request = {
		.wire = (struct wire *)&there,
		.query = span_of("mapping=a"),
	};

	(void)state;
	assert_ptr_equal(control_query_mapping(&request), &there);
	request.query = span_of("mapping=b");
	assert_null(control_query_mapping(&request));
	request.query = span_of("");
	assert_null(control_query_mapping(&request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
