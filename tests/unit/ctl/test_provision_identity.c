#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/provision_identity.h"

#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

static json_t *parse(const char *text)
{
	struct err err = {0};
	json_t *value = json_parse_repaired(text, strlen(text), &err);

	assert_non_null(value);
	return value;
}

static void test_find(void **state UNUSED)
{
	json_t AUTOJSON *list =
		parse("[{\"Name\":\"A\"},"
		      "{\"Name\":\"A\",\"AppInstanceArn\":\"arn:1\"},"
		      "{\"Name\":\"B\",\"AppInstanceArn\":\"arn:2\"},"
		      "{\"Name\":\"B\",\"AppInstanceArn\":\"arn:3\"}]");
	const char *arn = NULL;
	struct err err = {0};

	assert_int_equal(provision_find_instance(list, "A", &arn, &err), 0);
	assert_string_equal(arn, "arn:1");
	assert_int_equal(provision_find_instance(list, "C", &arn, &err), 0);
	assert_null(arn);
	assert_int_equal(
		provision_find_instance(list, "B", &arn, &err), -EEXIST);
	assert_non_null(strstr(err.text, "arn:2 and arn:3"));
}

/* One that is given by its ARN is believed to be there. */
static void test_by_arn(void **state UNUSED)
{
	const struct plan plan = {.app_instance = AI};
	struct provisioned there = {.app_instance = NULL};
	char *text = NULL;
	size_t len;
	struct provision p = {
		.plan = &plan,
		.there = &there,
		.progress = open_memstream(&text, &len),
	};
	struct err err = {0};

	buf_init(&p.made, 1024);
	assert_int_equal(provision_instance(&p, &err), 0);
	/* No admin is wanted. */
	assert_int_equal(provision_admin(&p, &err), 0);
	fclose(p.progress);
	assert_string_equal(there.app_instance, AI);
	assert_string_equal(text, "app instance: there already (" AI ")\n");
	assert_int_equal(p.made.len, 0);
	free(text);
	provisioned_release(&there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_by_arn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
