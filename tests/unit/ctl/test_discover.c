#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/discover.h"

#include <sysexits.h>

/* Refused before anything is sent. */
static void test_failure(void **state UNUSED)
{
	const struct chime_target target = {
		.region = "us-east-1",
		.messaging_endpoint = "http://127.0.0.1:9",
	};
	struct err err = {0};
	struct chime_session *session = chime_session_new(&target, &err);
	struct channels channels;

	channels_init(&channels);
	assert_true(discover_channels(session, "x", &channels, &err) < 0);
	assert_true(err.text[0]);
	channels_release(&channels);
	chime_session_free(session);
}

static int run(const char *bearer, char *word)
{
	char *words[] = {word, NULL};
	struct args args = {.bearer = bearer};

	return command_discover.run(&args, words);
}

static void test_misused(void **state UNUSED)
{
	static char word[] = "word", json[] = "--json";

	assert_int_equal(run(NULL, word), EX_USAGE);
	assert_int_equal(run(NULL, json), EX_USAGE);
	assert_int_equal(
		run("arn:aws:chime:r:1:app-instance/a", json), EX_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_misused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
