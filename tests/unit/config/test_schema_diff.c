#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/belfry.h"
#include "config/schema_diff.h"

#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"
#define BASE                                                                   \
	"chime = { region = \"us-east-1\"; app_instance = \"" AI "\"; user = " \
	"\"" AI "/user/b\"; %s };"                                             \
	"networks = ( { name = \"net\"; nick = \"n\"; %s } );"                 \
	"mappings = ( %s );"
#define MAPPING(name)                                                          \
	"{ name = \"" name "\"; irc = \"net/#" name "\"; chime = \"" AI        \
	"/channel/" name "\"; }"
#define SERVERS "servers = (\"h:1\", \"h:2\");"

static void load(struct belfry_config *config, const char *in_chime,
	const char *in_network, const char *in_mappings)
{
	struct problems problems;
	struct buf AUTOBUF text;

	buf_init(&text, 8192);
	buf_addf(&text, BASE, in_chime, in_network, in_mappings);
	problems_init(&problems);
	assert_int_equal(schema_load_text(&belfry_schema, "f", text.data,
				 config, &problems),
		0);
}

static void on_change(const struct schema_change *change, void *arg)
{
	buf_addf(arg, "%s%s ", change->setting, change->reloadable ? "" : "!");
}

static void assert_changes(const char *const before[3],
	const char *const after[3], const char *expected)
{
	struct belfry_config a, b;
	struct buf AUTOBUF out;

	buf_init(&out, 4096);
	load(&a, before[0], before[1], before[2]);
	load(&b, after[0], after[1], after[2]);
	schema_diff(&belfry_schema, &a, &b, on_change, &out);
	assert_string_equal(out.data, expected);
	belfry_config_free(&a);
	belfry_config_free(&b);
}

static void test_diff(void **state UNUSED)
{
	const char *const base[] = {"", SERVERS, MAPPING("one")};
	const struct {
		const char *after[3];
		const char *expected;
	} cases[] = {
		{{"", SERVERS, MAPPING("one")}, ""},
		{{"poll = { min_ms = 999; };", SERVERS, MAPPING("one")},
			"chime.poll.min_ms "},
		{{"limits = { bearer_rps = 1.5; };", SERVERS, MAPPING("one")},
			"chime.limits.bearer_rps "},
		{{"puppets = false; profile = \"p\";", SERVERS, MAPPING("one")},
			"chime.profile! chime.puppets! "},
		{{"", "servers = (\"h:1\", \"h:3\");", MAPPING("one")},
			"networks[0].servers! "},
		{{"", "servers = (\"h:1\");", MAPPING("one")},
			"networks[0].servers! "},
		{{"", SERVERS "password = \"p\"; in_doubt = \"skip\";",
			 MAPPING("one")},
			"networks[0].password! networks[0].in_doubt! "},
		{{"", SERVERS, MAPPING("one") "," MAPPING("two")}, "mappings "},
		{{"", SERVERS, ""}, "mappings "},
		{{"", SERVERS, MAPPING("two")},
			"mappings[0].name mappings[0].irc "
			"mappings[0].chime.arn "},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_changes(base, cases[i].after, cases[i].expected);
}

static void test_same(void **state UNUSED)
{
	struct belfry_config a, b;

	load(&a, "", SERVERS, MAPPING("one"));
	load(&b, "", SERVERS, MAPPING("one"));
	assert_true(schema_rows_same(belfry_schema.rows, &a, &b));
	b.log.level = LOG_LEVEL_ERROR;
	assert_false(schema_rows_same(belfry_schema.rows, &a, &b));
	belfry_config_free(&a);
	belfry_config_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
