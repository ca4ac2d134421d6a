#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/schema.h"
#include "util/alloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum colour { RED, GREEN, BLUE };

struct sub {
	char *id;
	char *label;
	bool make;
};

struct item {
	char *name;
	int size;
	struct sub sub;
};

struct sample {
	char *title;
	char *secret;
	char *file;
	bool on;
	int count;
	int64_t big;
	double rate;
	enum colour colour;
	char **words;
	size_t word_count;
	struct sub group;
	struct item *items;
	size_t item_count;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct schema_row sub_rows[] = {
	{.name = "id",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct sub, id),
		.bare = true},
	{.name = "label",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct sub, label),
		.required = true,
		.max = 8},
	{.name = "make",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct sub, make),
		.fallback = "true"},
	{.name = NULL},
};

static const struct schema_row item_rows[] = {
	{.name = "name",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct item, name),
		.required = true},
	{.name = "size",
		.type = SCHEMA_INT,
		.offset = offsetof(struct item, size),
		.min = 1,
		.max = 9,
		.fallback = "3"},
	{.name = "sub",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct item, sub),
		.required = true,
		.rows = sub_rows},
	{.name = NULL},
};

static const struct schema_row rows[] = {
	{.name = "title",
		.type = SCHEMA_STRING,
		.offset = offsetof(struct sample, title),
		.fallback = "untitled"},
	{.name = "secret",
		.type = SCHEMA_SECRET,
		.offset = offsetof(struct sample, secret)},
	{.name = "file",
		.type = SCHEMA_PATH,
		.offset = offsetof(struct sample, file)},
	{.name = "on",
		.type = SCHEMA_BOOL,
		.offset = offsetof(struct sample, on)},
	{.name = "count",
		.type = SCHEMA_INT,
		.offset = offsetof(struct sample, count),
		.min = 1,
		.max = 50,
		.fallback = "5"},
	{.name = "big",
		.type = SCHEMA_INT64,
		.offset = offsetof(struct sample, big),
		.fallback = "5000000000"},
	{.name = "rate",
		.type = SCHEMA_FLOAT,
		.offset = offsetof(struct sample, rate),
		.max = 100,
		.fallback = "2.5"},
	{.name = "colour",
		.type = SCHEMA_CHOICE,
		.offset = offsetof(struct sample, colour),
		.choices = colours,
		.fallback = "green"},
	{.name = "words",
		.type = SCHEMA_STRINGS,
		.offset = offsetof(struct sample, words),
		.count_offset = offsetof(struct sample, word_count),
		.max = 3},
	{.name = "group",
		.type = SCHEMA_GROUP,
		.offset = offsetof(struct sample, group),
		.rows = sub_rows},
	{.name = "items",
		.type = SCHEMA_LIST,
		.offset = offsetof(struct sample, items),
		.count_offset = offsetof(struct sample, item_count),
		.size = sizeof(struct item),
		.rows = item_rows},
	{.name = NULL},
};

static void check(struct schema_load *load, const void *config)
{
	const struct sample *sample = config;

	for (size_t i = 0; i < sample->item_count; i++) {
		char *where = xasprintf("items[%zu].sub.label", i);

		if (sample->items[i].name &&
			!strcmp(sample->items[i].name, "forbidden"))
			schema_problem(load, where, "is forbidden");
		free(where);
	}
}

static const struct schema schema = {rows, sizeof(struct sample), check};

static void assert_text(const char *text, const char *expected)
{
	struct problems problems;
	struct sample sample;
	struct buf AUTOBUF out;

	problems_init(&problems);
	buf_init(&out, 64 << 10);
	assert_int_equal(
		schema_load_text(&schema, "f", text, &sample, &problems),
		-EINVAL);
	for (size_t i = 0; i < problems.count; i++) {
		buf_adds(&out, i ? "\n" : "");
		problems_format(&problems, i, &out);
	}
	assert_string_equal(out.data, expected);
	problems_release(&problems);
}

static const struct bad {
	const char *text, *expected;
} bad[] = {
	/* Syntax and doubles come from libconfig. */
	{"on = true;\ncount = = 2;", "f:2: syntax error"},
	{"on = true;\n\non = false;", "f:3: on: is given twice"},
	{"items = (\n { name = \"a\";\n   name = \"b\"; } );",
		"f:3: name: is given twice"},
	/* Unknown names. */
	{"\ncuont = 3;",
		"f:2: cuont: unknown setting; did you mean \"count\"?"},
	{"secret_fil = \"x\";",
		"f:1: secret_fil: unknown setting; did you mean "
		"\"secret_file\"?"},
	{"group = { zzzzzz = 1; label = \"l\"; };",
		"f:1: group.zzzzzz: unknown setting; known here: label, make"},
	{"items = (\n { name = \"a\"; sub = \"s\";\n  siez = 4; } );",
		"f:3: items[0].siez: unknown setting; did you mean "
		"\"size\"?"},
	{"items = ({ name = \"a\"; sub = { id = \"s\"; label = \"l\"; }; });",
		"f:1: items[0].sub.id: unknown setting; known here: label, "
		"make"},
	/* Types. */
	{"title = 5;", "f:1: title: must be a string, not 5"},
	{"secret = 12345;", "f:1: secret: must be a string"},
	{"on = \"yes\";", "f:1: on: must be true or false, not \"yes\""},
	{"count = \"5\";",
		"f:1: count: must be a whole number from 1 to 50, not \"5\""},
	{"big = 1.5;", "f:1: big: must be a whole number, not 1.5"},
	{"rate = true;", "f:1: rate: must be a number from 0 to 100, not true"},
	{"words = \"a\";", "f:1: words: must be a list of strings, not \"a\""},
	{"words = (\"a\", 2);", "f:1: words: element 2 is not a string"},
	{"group = 7;", "f:1: group: must be a group or a string, not 7"},
	{"items = { };", "f:1: items: must be a list of groups, not a group"},
	{"items = ( 4 );", "f:1: items[0]: must be a group, not 4"},
	{"title = { a = 1; };", "f:1: title: must be a string, not a group"},
	/* Ranges. */
	{"count = 0;",
		"f:1: count: must be a whole number from 1 to 50, not 0"},
	{"count = 51;",
		"f:1: count: must be a whole number from 1 to 50, not 51"},
	{"rate = 100.5;",
		"f:1: rate: must be a number from 0 to 100, not 100.5"},
	{"rate = -1;", "f:1: rate: must be a number from 0 to 100, not -1"},
	{"words = (\"a\", \"b\", \"c\", \"d\");",
		"f:1: words: has 4 elements, 0 to 3 are allowed"},
	{"group = { label = \"123456789\"; };",
		"f:1: group.label: is 9 bytes long, at most 8 are allowed"},
	{"title = \"\";", "f:1: title: must not be empty"},
	{"title = \"a\\nb\";",
		"f:1: title: holds a line break or another control "
		"character"},
	{"title = \"\\xff\";", "f:1: title: is not valid UTF-8"},
	/* Numbers that the language itself would cut. */
	{"on = true;\ncount = 4294967297;",
		"f:2: 4294967297 needs an L at its end (more than 32 bits)"},
	{"big = 99999999999999999999L;",
		"f:1: 99999999999999999999L is too large a number"},
	{"big = 0x1FFFFFFFF;",
		"f:1: 0x1FFFFFFFF needs an L at its end (more than 32 "
		"bits)"},
	/* Choices. */
	{"colour = \"gren\";",
		"f:1: colour: must be one of \"red\", \"green\", \"blue\", "
		"not \"gren\"; did you mean \"green\"?"},
	{"colour = \"x\";",
		"f:1: colour: must be one of \"red\", \"green\", \"blue\", "
		"not \"x\""},
	/* Missing. */
	{"\ngroup = { };", "f:2: group.label: missing; must be a string"},
	{"items = (\n {\n sub = \"s\"; } );",
		"f:2: items[0].name: missing; must be a string"},
	{"items = ( { name = \"a\"; } );",
		"f:1: items[0].sub: missing; must be a group or a string"},
	/* Secrets. */
	{"secret = \"a\";\nsecret_file = \"b\";",
		"f:1: secret: give either secret or secret_file, not both"},
	{"secret_file = 5;", "f:1: secret_file: must be a file name, not 5"},
	{"secret_file = \"/nonexistent/x\";",
		"f:1: secret_file: /nonexistent/x: No such file or "
		"directory"},
	{"file = \"/nonexistent/x\";",
		"f:1: file: /nonexistent/x: No such file or directory"},
	/* Checks, at the setting or at its parent. */
	{"items = ( { name = \"a\"; sub = \"s\"; },\n"
	 "{ name = \"forbidden\";\n sub = {\n label = \"l\"; }; } );",
		"f:4: items[1].sub.label: is forbidden"},
	{"items = ( { name = \"forbidden\";\n sub = \"s\"; } );",
		"f:2: items[0].sub.label: is forbidden"},
	/* All at once, by line. */
	{"zzzzz = 1;\ncount = 0;\non = 1;\n",
		"f:1: zzzzz: unknown setting; known here: title, secret, "
		"secret_file, file, on, count, big, rate, colour, words, "
		"group, items\n"
		"f:2: count: must be a whole number from 1 to 50, not 0\n"
		"f:3: on: must be true or false, not 1"},
};

static void test_bad(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_text(bad[i].text, bad[i].expected);
}

static void load_ok(const char *text, struct sample *sample)
{
	struct problems problems;

	problems_init(&problems);
	assert_int_equal(
		schema_load_text(&schema, "f", text, sample, &problems), 0);
	assert_int_equal(problems.count, 0);
}

static void test_defaults(void **state UNUSED)
{
	struct sample sample;

	load_ok("", &sample);
	assert_string_equal(sample.title, "untitled");
	assert_null(sample.secret);
	assert_false(sample.on);
	assert_int_equal(sample.count, 5);
	assert_true(sample.big == 5000000000);
	assert_true(sample.rate == 2.5);
	assert_int_equal(sample.colour, GREEN);
	assert_int_equal(sample.word_count, 0);
	assert_int_equal(sample.item_count, 0);
	assert_true(sample.group.make);
	schema_free(&schema, &sample);
	assert_null(sample.title);
	schema_defaults(&schema, &sample);
	assert_string_equal(sample.title, "untitled");
	schema_free(&schema, &sample);
}

static void test_values(void **state UNUSED)
{
	struct sample sample;

	load_ok("title = \"T \" \"U\"; secret = \"s\"; file = \"/dev/null\";"
		"on = true; count = 0x10; big = 6000000000L; rate = 7;"
		"colour = \"blue\"; words = [\"a\", \"b\"];"
		"group = { label = \"l\"; make = false; };"
		"# 99999999999\n// 99999999999\n/* 99999999999 */\n"
		"items = ( { name = \"9999999999\"; size = 9; sub = \"id\"; },"
		"{ name = \"y\"; sub = { label = \"m\"; }; } );",
		&sample);
	assert_string_equal(sample.title, "T U");
	assert_string_equal(sample.secret, "s");
	assert_string_equal(sample.file, "/dev/null");
	assert_true(sample.on);
	assert_int_equal(sample.count, 16);
	assert_true(sample.big == 6000000000);
	assert_true(sample.rate == 7);
	assert_int_equal(sample.colour, BLUE);
	assert_int_equal(sample.word_count, 2);
	assert_string_equal(sample.words[1], "b");
	assert_false(sample.group.make);
	assert_int_equal(sample.item_count, 2);
	assert_int_equal(sample.items[0].size, 9);
	assert_string_equal(sample.items[0].sub.id, "id");
	assert_true(sample.items[0].sub.make);
	assert_int_equal(sample.items[1].size, 3);
	assert_string_equal(sample.items[1].sub.label, "m");
	assert_null(sample.items[1].sub.id);
	schema_free(&schema, &sample);
}

static void test_ceiling(void **state UNUSED)
{
	struct problems problems;
	struct sample sample;
	struct buf AUTOBUF text;

	buf_init(&text, 64 << 10);
	for (int i = 0; i < 60; i++)
		buf_addf(&text, "zz%d = 1;\n", i);
	problems_init(&problems);
	assert_int_equal(
		schema_load_text(&schema, "f", text.data, &sample, &problems),
		-EINVAL);
	assert_int_equal(problems.count, PROBLEMS_MAX);
	assert_int_equal(problems.dropped, 10);
	/* Full already: a later file is still seen to be bad. */
	assert_int_equal(
		schema_load_text(&schema, "f", "zz = 1;", &sample, &problems),
		-EINVAL);
	assert_int_equal(problems.dropped, 11);
	problems_release(&problems);
}

/* Files: folders, includes, secrets, credentials. */

static char folder[] = "/tmp/test_schema.XXXXXX";

static void put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

static void drop(const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);

	unlink(path);
	free(path);
}

static int make_folder(void **state UNUSED)
{
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state UNUSED)
{
	static const char *const names[] = {"main", "part", "pass", "cert"};

	unsetenv("CREDENTIALS_DIRECTORY");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		drop(names[i]);
	return rmdir(folder);
}

static int load_main(struct sample *sample, struct problems *problems)
{
	char *path = xasprintf("%s/main", folder);
	int error;

	problems_init(problems);
	error = schema_load(&schema, path, sample, problems);
	free(path);
	return error;
}

static void test_files(void **state UNUSED)
{
	struct problems problems;
	struct sample sample;
	char *expected = xasprintf("%s/cert", folder);

	put("main", "on = true;\n@include \"part\"\n");
	put("part", "secret_file = \"pass\";\nfile = \"cert\";\n");
	put("pass", "hunter2\n");
	put("cert", "");
	assert_int_equal(load_main(&sample, &problems), 0);
	assert_string_equal(sample.secret, "hunter2");
	assert_string_equal(sample.file, expected);
	schema_free(&schema, &sample);
	free(expected);
}

static void test_credentials(void **state UNUSED)
{
	struct problems problems;
	struct sample sample;

	put("main", "file = \"cert\";\n");
	put("cert", "");
	setenv("CREDENTIALS_DIRECTORY", "/nonexistent", 1);
	assert_int_equal(load_main(&sample, &problems), 0);
	assert_memory_equal(sample.file, folder, strlen(folder));
	schema_free(&schema, &sample);

	put("main", "file = \"null\";\n");
	setenv("CREDENTIALS_DIRECTORY", "/dev", 1);
	assert_int_equal(load_main(&sample, &problems), 0);
	assert_string_equal(sample.file, "/dev/null");
	schema_free(&schema, &sample);
}

static void assert_main_problem(
	unsigned line, const char *file, const char *setting, const char *text)
{
	struct problems problems;
	struct sample sample;
	char *expected = xasprintf("%s/%s", folder, file);

	assert_int_equal(load_main(&sample, &problems), -EINVAL);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.list[0].file, expected);
	assert_int_equal(problems.list[0].line, line);
	if (setting)
		assert_string_equal(problems.list[0].setting, setting);
	if (text)
		assert_string_equal(problems.list[0].text, text);
	problems_release(&problems);
	free(expected);
}

static void test_included_problems(void **state UNUSED)
{
	put("main", "on = true;\n@include \"part\"\n");
	put("part", "\n\ncount = 0;\n");
	assert_main_problem(3, "part", "count",
		"must be a whole number from 1 to 50, not 0");
	put("part", "\ncount = = 1;\n");
	assert_main_problem(2, "part", NULL, "syntax error");
	put("part", "\n\n\non = false;\n");
	assert_main_problem(4, "part", "on", "is given twice");
	put("part", "count = 4294967297;\n");
	assert_main_problem(1, "part", NULL,
		"4294967297 needs an L at its end (more than 32 bits)");
	drop("part");
	assert_main_problem(2, "main", NULL, NULL);
}

static void test_unreadable(void **state UNUSED)
{
	drop("main");
	assert_main_problem(
		0, "main", NULL, "cannot be read: No such file or directory");
}

static void test_not_a_file(void **state UNUSED)
{
	struct problems problems;
	struct sample sample;

	problems_init(&problems);
	assert_int_equal(
		schema_load(&schema, folder, &sample, &problems), -EINVAL);
	assert_string_equal(problems.list[0].text, "is not a file");
	problems_release(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test_setup_teardown(
			test_files, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			test_credentials, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			test_included_problems, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			test_unreadable, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			test_not_a_file, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
