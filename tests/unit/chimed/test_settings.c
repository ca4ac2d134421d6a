#include "chimed/settings.h"

#include "chimed/db.h"
#include "config/schema_print.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/log.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int load(const char *text, struct settings *settings)
{
	struct problems problems;

	problems_init(&problems);
	int rc = schema_load_text(
		&settings_schema, "test", text, settings, &problems);

	problems_release(&problems);
	return rc;
}

static void test_defaults(void **state)
{
	struct settings settings;

	(void)state;
	schema_defaults(&settings_schema, &settings);
	assert_string_equal(settings.listen, "127.0.0.1:8787");
	assert_null(settings.state);
	assert_string_equal(settings.region, "us-east-1");
	assert_false(settings.no_auth);
	assert_int_equal(settings.max_skew_s, 900);
	assert_int_equal(settings.admin_count, 0);
	assert_int_equal(settings.sync, DB_SYNC_FULL);
	assert_int_equal(settings.log, LOG_LEVEL_INFO);
	schema_free(&settings_schema, &settings);
}

static void test_all_can_be_set(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(
		load("listen = \"[::1]:0\"; state = \"s\"; region = \"eu\";"
		     "account = \"1\"; access_key_id = \"k\";"
		     "secret_access_key = \"x\"; no_auth = true;"
		     "max_skew_s = 0; admins = [ \"ann\", \"bob\" ];"
		     "sync = \"normal\"; log = \"debug\";",
			&settings),
		0);
	assert_string_equal(settings.listen, "[::1]:0");
	assert_string_equal(settings.secret_access_key, "x");
	assert_true(settings.no_auth);
	assert_int_equal(settings.admin_count, 2);
	assert_string_equal(settings.admins[1], "bob");
	assert_int_equal(settings.sync, DB_SYNC_NORMAL);
	assert_int_equal(settings.log, LOG_LEVEL_DEBUG);
	schema_free(&settings_schema, &settings);
	assert_int_equal(
		load("faults = [ \"*:500\", \"*:empty:x1\" ]; fault_seed = 3;",
			&settings),
		0);
	assert_int_equal(settings.limits, LIMITS_NONE);
	assert_int_equal(settings.quotas[QUOTA_CHANNELS], 10000000);
	assert_int_equal(settings.quotas[QUOTA_MEMBERSHIPS_PER_USER], 20000);
	assert_int_equal(settings.fault_count, 2);
	assert_int_equal(settings.fault_seed, 3);
	schema_free(&settings_schema, &settings);
	assert_int_equal(load("faults = [ \"*:501x\" ];", &settings), -EINVAL);
	assert_int_equal(
		load("limits = \"published\";"
		     "quotas = { members_per_channel = 3;"
		     " memberships_per_user = 4; app_instances = 0; };",
			&settings),
		0);
	assert_int_equal(settings.limits, LIMITS_PUBLISHED);
	assert_int_equal(settings.quotas[QUOTA_APP_INSTANCES], 0);
	assert_int_equal(settings.quotas[QUOTA_USERS], 100000);
	assert_int_equal(settings.quotas[QUOTA_MEMBERS_PER_CHANNEL], 3);
	assert_int_equal(settings.quotas[QUOTA_MEMBERSHIPS_PER_USER], 4);
	schema_free(&settings_schema, &settings);
	assert_int_equal(load("quotas = { bots = 3; };", &settings), -EINVAL);
	assert_int_equal(load("max_skew_s = -1;", &settings), -EINVAL);
	assert_int_equal(load("lisen = \"x\";", &settings), -EINVAL);
}

static char *read_file(const char *name)
{
	const char *source = getenv("BELFRY_SOURCE");
	struct buf text;
	struct err err;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s",
		source == NULL ? TEST_DATA_DIR "/../.." : source, name);
	buf_init(&text, 1 << 20);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	return buf_take(&text);
}

typedef void print_fn(const struct schema_row *rows, FILE *out);

/* What the rows print stands in the file as it is. */
static void check_file(const char *name, print_fn *print)
{
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);
	char *text = read_file(name);

	print(settings_schema.rows, out);
	fclose(out);
	assert_non_null(strstr(text, printed));
	free(printed);
	free(text);
}

static void test_example_and_manual_are_up_to_date(void **state)
{
	struct settings settings;

	(void)state;
	check_file("conf/chimed.conf.example", schema_print_example);
	check_file("man/chimed.8", schema_print_manual);
	char *text = read_file("conf/chimed.conf.example");

	assert_int_equal(load(text, &settings), 0);
	assert_string_equal(settings.state, "/var/lib/belfry/chimed.db");
	schema_free(&settings_schema, &settings);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_can_be_set),
		cmocka_unit_test(test_example_and_manual_are_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
