/* The chain of providers: who comes first, what is refused, when it is asked
 * again. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/scratch.h"
#include "aws/creds.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_TURNS = 2000, TURN_MS = 10 };

static const int64_t wall_ms = INT64_C(1611079200000); /* 18:00 */

struct world {
	struct loop *loop;
	char *dir;
	char *credentials;
	char *config;
	struct creds *creds;
	struct creds_wait *victim;
	int answers;
	char access_key[64];
	char secret[64];
	char token[64];
	char error[ERR_TEXT_BYTES];
};

static const char *const variables[] = {"AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
	"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"};

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	w->loop = loop_new();
	w->dir = scratch_new();
	w->credentials = scratch_path(w->dir, "credentials");
	w->config = scratch_path(w->dir, "config");
	setenv("HOME", w->dir, 1);
	clock_freeze(1000000, wall_ms);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	creds_free(w->creds);
	clock_unfreeze();
	loop_free(w->loop);
	scratch_free(w->dir);
	free(w->credentials);
	free(w->config);
	free(w);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	scratch_write(path, text, strlen(text));
}

static void start(struct world *w, const struct creds_params *params)
{
	w->creds = creds_new(w->loop, params);
}

/* Only the files of the test's directory. */
static void start_with_files(struct world *w)
{
	setenv("AWS_SHARED_CREDENTIALS_FILE", w->credentials, 1);
	setenv("AWS_CONFIG_FILE", w->config, 1);
	start(w, &(struct creds_params){.profile = NULL});
}

static void on_key(struct sigv4_key *key, const struct err *err, void *arg)
{
	struct world *w = arg;
	w->answers++;
	snprintf(w->access_key, sizeof(w->access_key), "%s",
		key ? key->access_key : "");
	snprintf(w->secret, sizeof(w->secret), "%s", key ? key->secret : "");
	snprintf(w->token, sizeof(w->token), "%s",
		key ? str_or_empty(key->token) : "");
	snprintf(w->error, sizeof(w->error), "%s", key ? "" : err->text);
}

static void turn_until(struct world *w, int answers)
{
	for (int i = 0; i < PATIENCE_TURNS && w->answers < answers; i++)
		loop_turn(w->loop, TURN_MS);
	assert_int_equal(w->answers, answers);
}

/* Asks once and waits for the answer: the key id, "" when there is none. */
static const char *ask(struct world *w)
{
	int before = w->answers;
	struct creds_wait *wait = creds_get(w->creds, on_key, w);
	assert_non_null(wait);
	assert_int_equal(w->answers, before); /* never at once */
	turn_until(w, before + 1);
	return w->access_key;
}

static void test_given(void **state)
{
	struct world *w = *state;
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	start(w, &(struct creds_params){.access_key = "GIVEN",
			 .secret = "gs",
			 .session_token = "gt"});
	assert_null(creds_now(w->creds));
	assert_string_equal(creds_source(w->creds), "none");
	assert_string_equal(ask(w), "GIVEN");
	assert_string_equal(w->secret, "gs");
	assert_string_equal(w->token, "gt");
	assert_string_equal(creds_now(w->creds)->access_key, "GIVEN");
	assert_string_equal(creds_source(w->creds), "given");
	assert_int_equal(creds_expire_ms(w->creds), 0);
}

static void test_environment(void **state)
{
	struct world *w = *state;
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "es", 1);
	setenv("AWS_SESSION_TOKEN", "et", 1);
	write_file(w->credentials, "[default]\naws_access_key_id=FILE\n"
				   "aws_secret_access_key=fs\n");
	start_with_files(w);
	assert_string_equal(ask(w), "ENV");
	assert_string_equal(w->token, "et");
	assert_string_equal(creds_source(w->creds), "environment");
}

static void test_half_an_environment(void **state)
{
	struct world *w = *state;
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	start_with_files(w);
	assert_string_equal(ask(w), "");
	assert_non_null(strstr(w->error, "AWS_SECRET_ACCESS_KEY is not"));
}

static void test_named_profile_beats_environment(void **state)
{
	struct world *w = *state;
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "es", 1);
	write_file(w->credentials, "[work]\naws_access_key_id=WORK\n"
				   "aws_secret_access_key=ws\n"
				   "aws_session_token=wt\n");
	start(w, &(struct creds_params){.profile = "work",
			 .credentials_file = w->credentials});
	assert_string_equal(ask(w), "WORK");
	assert_string_equal(w->secret, "ws");
	assert_string_equal(w->token, "wt");
	assert_non_null(strstr(creds_source(w->creds), "profile work of /"));
}

static void test_profile_in_config_file(void **state)
{
	struct world *w = *state;
	setenv("AWS_PROFILE", "work", 1);
	write_file(w->credentials, "[other]\n");
	write_file(w->config, "[profile work]\naws_access_key_id=CONF\n"
			      "aws_secret_access_key=cs\n");
	start_with_files(w);
	assert_string_equal(ask(w), "CONF");
}

static void test_home(void **state)
{
	struct world *w = *state;
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/credentials", 1);
	write_file(w->credentials, "[default]\naws_access_key_id=HOME\n"
				   "aws_secret_access_key=hs\n");
	start(w, &(struct creds_params){.profile = NULL});
	assert_string_equal(ask(w), "HOME");
}

static void test_half_a_profile(void **state)
{
	struct world *w = *state;
	write_file(w->credentials, "[default]\naws_access_key_id=HALF\n");
	start_with_files(w);
	assert_string_equal(ask(w), "");
	assert_non_null(strstr(w->error, "only one of"));
}

static void test_nothing_at_all(void **state)
{
	struct world *w = *state;
	start(w, &(struct creds_params){.profile = NULL});
	assert_string_equal(ask(w), "");
	assert_non_null(strstr(w->error, "AWS_ACCESS_KEY_ID is not set"));
	assert_non_null(strstr(w->error, "has no profile default"));
	assert_null(creds_now(w->creds));
}

static void test_named_file_must_exist(void **state)
{
	struct world *w = *state;
	start(w, &(struct creds_params){.credentials_file = "/nowhere/x"});
	assert_string_equal(ask(w), "");
	assert_non_null(strstr(w->error, "/nowhere/x"));
}

static void test_failure_is_asked_again_after_a_pause(void **state)
{
	struct world *w = *state;
	write_file(w->credentials, "");
	write_file(w->config, "");
	start_with_files(w);
	assert_string_equal(ask(w), "");
	write_file(w->credentials, "[default]\naws_access_key_id=LATE\n"
				   "aws_secret_access_key=s\n");
	assert_string_equal(ask(w), "");
	clock_advance(2000);
	assert_string_equal(ask(w), "LATE");
}

static void test_one_fetch_serves_many(void **state)
{
	struct world *w = *state;
	start(w, &(struct creds_params){.access_key = "GIVEN", .secret = "s"});
	for (int i = 0; i < 10; i++)
		assert_non_null(creds_get(w->creds, on_key, w));
	w->victim = creds_get(w->creds, on_key, w);
	creds_cancel(w->victim);
	loop_turn(w->loop, 0);
	turn_until(w, 10);
	loop_turn(w->loop, 0);
	assert_int_equal(w->answers, 10);
}

static void on_key_cancel_other(
	struct sigv4_key *key, const struct err *err, void *arg)
{
	struct world *w = arg;
	on_key(key, err, arg);
	creds_cancel(w->victim);
	w->victim = creds_get(w->creds, on_key, w);
}

static void test_cancel_inside_a_callback(void **state)
{
	struct world *w = *state;
	start(w, &(struct creds_params){.access_key = "GIVEN", .secret = "s"});
	assert_non_null(creds_get(w->creds, on_key_cancel_other, w));
	w->victim = creds_get(w->creds, on_key, w);
	turn_until(w, 2); /* the first, and the one asked for inside */
}

static void test_invalidate(void **state)
{
	struct world *w = *state;
	write_file(w->config, "");
	write_file(w->credentials, "[default]\naws_access_key_id=OLD\n"
				   "aws_secret_access_key=s\n");
	start_with_files(w);
	assert_string_equal(ask(w), "OLD");
	write_file(w->credentials, "[default]\naws_access_key_id=NEW\n"
				   "aws_secret_access_key=s\n");
	creds_invalidate(w->creds, "OLD"); /* just fetched: nothing newer */
	assert_string_equal(ask(w), "OLD");
	clock_advance(CREDS_RETRY_MS);
	creds_invalidate(w->creds, "OTHER");
	assert_string_equal(ask(w), "OLD");
	creds_invalidate(w->creds, "OLD");
	assert_null(creds_now(w->creds));
	assert_string_equal(ask(w), "NEW");
}

/* ---- credential_process ---- */

/* A profile whose program prints the file `out` of the directory. */
static void use_process(struct world *w, const char *output)
{
	char AUTOFREE *out = scratch_path(w->dir, "out put");
	char AUTOFREE *text =
		xasprintf("[default]\ncredential_process = cat  \"%s\"\n", out);
	write_file(out, output);
	write_file(w->credentials, "");
	write_file(w->config, text);
}

#define ANSWER                                                                 \
	"{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"ps\","  \
	"\"SessionToken\":\"pt\",\"Expiration\":\"2021-01-19T19:00:00Z\"}"
#define RENEWED                                                                \
	"{\"Version\":1,\"AccessKeyId\":\"NEXT\",\"SecretAccessKey\":\"ps\","  \
	"\"Expiration\":\"2021-01-19T20:00:00Z\"}"

static void test_process(void **state)
{
	struct world *w = *state;
	use_process(w, ANSWER);
	start_with_files(w);
	assert_string_equal(ask(w), "PROC");
	assert_string_equal(w->secret, "ps");
	assert_string_equal(w->token, "pt");
	assert_int_equal(creds_expire_ms(w->creds), wall_ms + 3600 * 1000);
	assert_non_null(strstr(creds_source(w->creds), "credential_process"));
}

static void test_process_failures(void **state)
{
	static const char *const outputs[] = {
		"",
		"no json",
		"[]",
		"{\"Version\":2,\"AccessKeyId\":\"P\","
		"\"SecretAccessKey\":\"hidden\"}",
		"{\"Version\":1,\"AccessKeyId\":\"P\"}",
		"{\"Version\":1,\"AccessKeyId\":\"P\","
		"\"SecretAccessKey\":\"hidden\",\"Expiration\":\"soon\"}",
		"{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":"
		"\"hidden\",\"Expiration\":\"2021-01-19T17:59:59Z\"}",
	};
	struct world *w = *state;
	start_with_files(w);
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
		use_process(w, outputs[i]);
		assert_string_equal(ask(w), "");
		assert_non_null(strstr(w->error, "credential_process"));
		assert_null(strstr(w->error, "hidden"));
		clock_advance(2000);
	}
	write_file(w->config, "[default]\ncredential_process = false\n");
	assert_string_equal(ask(w), "");
	clock_advance(2000);
	write_file(w->config, "[default]\ncredential_process = cat 'x\n");
	assert_string_equal(ask(w), "");
	assert_non_null(strstr(w->error, "quote"));
}

/* Turns, using the key, until it is the wanted one; false: it never was. */
static bool comes(struct world *w, const char *access_key, int turns)
{
	for (int i = 0; i < turns; i++) {
		if (str_eq(creds_now(w->creds)->access_key, access_key))
			return true;
		loop_turn(w->loop, TURN_MS);
	}
	return false;
}

static void test_renewal_ahead_of_expiry(void **state)
{
	struct world *w = *state;
	use_process(w, ANSWER);
	start_with_files(w);
	assert_string_equal(ask(w), "PROC");
	use_process(w, RENEWED);
	clock_advance(54 * 60 * 1000);
	assert_string_equal(creds_now(w->creds)->access_key, "PROC");
	loop_turn(w->loop, 0);
	assert_string_equal(creds_now(w->creds)->access_key, "PROC");
	clock_advance(2 * 60 * 1000);
	/* Within five minutes: the old one serves while a new one comes. */
	assert_string_equal(creds_now(w->creds)->access_key, "PROC");
	assert_true(comes(w, "NEXT", PATIENCE_TURNS));
}

static void test_failed_renewal_is_tried_again_after_a_pause(void **state)
{
	struct world *w = *state;
	use_process(w, ANSWER);
	start_with_files(w);
	assert_string_equal(ask(w), "PROC");
	write_file(w->config, "[default]\ncredential_process = 'x\n");
	clock_advance(56 * 60 * 1000);
	assert_false(comes(w, "NEXT", 5)); /* fails at once */
	use_process(w, RENEWED);
	assert_false(comes(w, "NEXT", 50));
	clock_advance(CREDS_RETRY_MS);
	assert_true(comes(w, "NEXT", PATIENCE_TURNS));
}

static void test_old_key_serves_until_it_expires(void **state)
{
	struct world *w = *state;
	use_process(w, ANSWER);
	start_with_files(w);
	assert_string_equal(ask(w), "PROC");
	use_process(w, "broken");
	clock_advance(58 * 60 * 1000);
	assert_string_equal(ask(w), "PROC");
	clock_advance(60 * 1000);
	assert_string_equal(creds_now(w->creds)->access_key, "PROC");
	clock_advance(60 * 1000);
	assert_null(creds_now(w->creds));
	assert_string_equal(ask(w), "");
}

static void test_free_while_a_process_runs(void **state)
{
	struct world *w = *state;
	write_file(w->credentials, "");
	write_file(w->config, "[default]\ncredential_process = tail -f "
			      "/dev/null\n");
	start_with_files(w);
	assert_non_null(creds_get(w->creds, on_key, w));
	loop_turn(w->loop, 0);
	creds_free(w->creds);
	w->creds = NULL;
	loop_turn(w->loop, 0);
	assert_int_equal(w->answers, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_given),
		CASE(test_environment),
		CASE(test_half_an_environment),
		CASE(test_named_profile_beats_environment),
		CASE(test_profile_in_config_file),
		CASE(test_home),
		CASE(test_half_a_profile),
		CASE(test_nothing_at_all),
		CASE(test_named_file_must_exist),
		CASE(test_failure_is_asked_again_after_a_pause),
		CASE(test_one_fetch_serves_many),
		CASE(test_cancel_inside_a_callback),
		CASE(test_invalidate),
		CASE(test_process),
		CASE(test_process_failures),
		CASE(test_renewal_ahead_of_expiry),
		CASE(test_failed_renewal_is_tried_again_after_a_pause),
		CASE(test_old_key_serves_until_it_expires),
		CASE(test_free_while_a_process_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
