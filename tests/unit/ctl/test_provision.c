#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/provision.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int run(char *a, char *b)
{
	char *words[] = {a, b, NULL};
	struct args args = {.endpoint = "http://127.0.0.1:9"};

	return command_provision.run(&args, words);
}

/* Nothing is called for what is wrong. */
static void test_misused(void **state UNUSED)
{
	static char unknown[] = "--unknown", irc[] = "--irc", nick[] = "--nick",
		    word[] = "h:1", nine[] = "9";

	assert_int_equal(run(unknown, NULL), EX_USAGE);
	assert_int_equal(run(irc, word), EX_USAGE);
	assert_int_equal(run(nick, nine), EX_USAGE);
}

/* The error says which step failed. */
static void test_step(void **state UNUSED)
{
	const struct chime_target target = {
		.region = "us-east-1",
		.identity_endpoint = "http://127.0.0.1:9",
	};
	const struct plan plan = {
		.app_instance = "arn:aws:chime:us-east-1:1:app-instance/a",
		.user_id = "x",
		.user_name = "",
	};
	struct provisioned there = {.app_instance = NULL};
	struct err err = {0};
	char *text = NULL;
	size_t len;
	struct provision p = {
		.session = chime_session_new(&target, &err),
		.plan = &plan,
		.there = &there,
		.progress = open_memstream(&text, &len),
	};

	buf_init(&p.made, 1024);
	/* chime/client refuses the name before anything is sent. */
	assert_true(provision_run(&p, &err) < 0);
	assert_non_null(strstr(err.text, "the bridge's user: "));
	fclose(p.progress);
	free(text);
	chime_session_free(p.session);
	provisioned_release(&there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_misused),
		cmocka_unit_test(test_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
