#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/context.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

static const char text[] =
	"chime = { region = \"eu-central-1\";\n"
	"app_instance = \"arn:aws:chime:eu-central-1:1:app-instance/a\";\n"
	"user = \"arn:aws:chime:eu-central-1:1:app-instance/a/user/u\"; };\n"
	"networks = ( { name = \"n\"; servers = ( \"h:1\" ); "
	"nick = \"n\"; } );\n";

static int open_with(const char *content, struct context *context)
{
	char path[] = "/tmp/belfry-context-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct args args = {.config = path};
	int status;

	fputs(content, file);
	fclose(file);
	status = context_open(context, &args);
	unlink(path);
	return status;
}

static void test_with_config(void **state UNUSED)
{
	struct context context;

	assert_int_equal(open_with(text, &context), 0);
	assert_non_null(context.config);
	assert_non_null(context.session);
	assert_string_equal(context.target.region, "eu-central-1");
	context_close(&context);
}

static void test_bad_config(void **state UNUSED)
{
	struct context context;

	assert_int_equal(open_with("nonsense = 1;", &context), EX_CONFIG);
}

static void test_bad_endpoint(void **state UNUSED)
{
	struct args args = {.endpoint = "ftp://127.0.0.1"};
	struct context context;

	assert_int_equal(context_open(&context, &args), EX_USAGE);
}

static void test_complain(void **state UNUSED)
{
	assert_int_equal(complain(3, "%s", "text"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_config),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_bad_endpoint),
		cmocka_unit_test(test_complain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
