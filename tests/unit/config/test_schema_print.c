#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/belfry.h"
#include "config/schema_print.h"

#include <stdlib.h>
#include <string.h>

static const struct schema_row group_rows[] = {
	{.name = "id", .type = SCHEMA_STRING, .bare = true, .help = "Bare."},
	{.name = "deep",
		.type = SCHEMA_BOOL,
		.reloadable = true,
		.help = "Deep. Down."},
	{.name = NULL},
};

static const struct schema_row rows[] = {
	{.name = "count",
		.type = SCHEMA_INT,
		.min = -1,
		.max = 9,
		.unit = "ms",
		.fallback = "3",
		.help = "Counts -1."},
	{.name = "secret", .type = SCHEMA_SECRET, .help = "Hush."},
	{.name = "must",
		.type = SCHEMA_STRING,
		.required = true,
		.example = "x",
		.help = "Must."},
	{.name = "group",
		.type = SCHEMA_GROUP,
		.example = "bare",
		.rows = group_rows,
		.help = "Group."},
	{.name = NULL},
};

typedef void print_fn(const struct schema_row *rows, FILE *out);

static char *print(print_fn *fn, const struct schema_row *which)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	fn(which, out);
	fclose(out);
	return text;
}

static void test_example(void **state UNUSED)
{
	char *text = print(schema_print_example, rows);

	assert_string_equal(text,
		"# Counts -1. A whole number from -1 to 9 (ms); default 3.\n"
		"# count = 3;\n"
		"\n"
		"# Hush. A string. Or secret_file: a file whose first line it "
		"is.\n"
		"# secret_file = \"…\";\n"
		"\n"
		"# Must. A string; required.\n"
		"must = \"x\";\n"
		"\n"
		"# Group.\n"
		"group = \"bare\";\n"
		"# or\n"
		"# group = {\n"
		"\t# Deep. Down. True or false; default false; applied by a "
		"reload.\n"
		"\t# deep = false;\n"
		"# };\n");
	free(text);
}

static void test_manual(void **state UNUSED)
{
	char *text = print(schema_print_manual, rows);

	assert_string_equal(text,
		".Bl -tag -width Ds\n"
		".It Ic count\n"
		"Counts \\-1.\n"
		"A whole number from \\-1 to 9 (ms); default 3.\n"
		".It Ic secret\n"
		"Hush.\n"
		"A string.\n"
		"Or secret_file: a file whose first line it is.\n"
		".It Ic must\n"
		"Must.\n"
		"A string; required.\n"
		".It Ic group\n"
		"Group.\n"
		".It Ic group No as a string\n"
		"Bare.\n"
		".It Ic group.deep\n"
		"Deep.\n"
		"Down.\n"
		"True or false; default false; applied by a reload.\n"
		".El\n");
	free(text);
}

/* What is printed for the daemon loads. */

static void test_example_loads(void **state UNUSED)
{
	char *text = print(schema_print_example, belfry_schema.rows);
	struct belfry_config config;
	struct problems problems;

	problems_init(&problems);
	assert_int_equal(
		schema_load_text(&belfry_schema, "f", text, &config, &problems),
		0);
	belfry_config_free(&config);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_example_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
