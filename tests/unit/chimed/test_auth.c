#include "chimed/auth.h"

#include "util/str.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t now_ms = 1611079200000;

/* Signs a request by `client` and shows it to a gate; returns the type of
 * error, "" when it passed. `spoil` replaces the body afterwards. */
struct attempt {
	const char *key, *secret, *region, *service;
	int64_t at_ms;
	const char *spoil;
};

static char said[1024]; /* the body of the last answer */

static const char *try(const struct attempt *attempt)
{
	static struct answer answer;
	struct sigv4_key client;
	struct sigv4_signed out;
	struct auth gate;
	struct sigv4_header headers[3] = {{"host", "anything:1"}};
	struct sigv4_request request = {
		.method = "POST",
		.path = span_of("/channels/arn%3Aaws"),
		.query = span_of("a=b"),
		.headers = headers,
		.header_count = 1,
		.body = "{}",
		.body_len = 2,
	};
	struct sigv4_params params = {
		.region = attempt->region,
		.service = attempt->service,
		.wall_ms = attempt->at_ms,
	};

	sigv4_key_init(&client, attempt->key, attempt->secret, NULL);
	sigv4_signed_init(&out);
	assert_int_equal(sigv4_sign(&client, &params, &request, &out), 0);
	headers[1] = (struct sigv4_header){"X-Amz-Date", out.date};
	headers[2] =
		(struct sigv4_header){"Authorization", out.authorization.data};
	request.header_count = 3;
	if (attempt->spoil != NULL) {
		request.body = attempt->spoil;
		request.body_len = strlen(attempt->spoil);
	}
	auth_init(&gate, &(struct auth_params){.access_key = "AKIDEXAMPLE",
				 .secret = "secret",
				 .region = "us-east-1",
				 .skew_s = AUTH_SKEW_S});
	answer_release(&answer);
	bool passed = auth_pass(&gate, &request, now_ms, &answer);

	auth_release(&gate);
	sigv4_signed_release(&out);
	sigv4_key_release(&client);
	assert_int_equal(passed, answer.status == 0);
	snprintf(said, sizeof(said), "%s", str_or_empty(answer.body));
	free(answer.body);
	answer.body = NULL;
	return str_or_empty(answer.error_type);
}

#define GOOD                                                                   \
	.key = "AKIDEXAMPLE", .secret = "secret", .region = "us-east-1",       \
	.service = "chime", .at_ms = now_ms

static void test_passes_what_is_signed_well(void **state)
{
	(void)state;
	assert_string_equal(try(&(struct attempt){GOOD}), "");
}

static void test_refuses_the_rest(void **state)
{
	struct attempt spoilt = {GOOD};

	(void)state;
	spoilt.spoil = "{ }";
	assert_string_equal(try(&spoilt), "InvalidSignatureException");
	spoilt = (struct attempt){GOOD};
	spoilt.secret = "other";
	assert_string_equal(try(&spoilt), "InvalidSignatureException");
	spoilt = (struct attempt){GOOD};
	spoilt.key = "AKIDOTHER";
	assert_string_equal(try(&spoilt), "UnrecognizedClientException");
	spoilt = (struct attempt){GOOD};
	spoilt.region = "eu-central-1";
	assert_string_equal(try(&spoilt), "InvalidSignatureException");
	assert_non_null(strstr(said, "the region here is 'us-east-1'"));
	spoilt = (struct attempt){GOOD};
	spoilt.service = "s3";
	assert_string_equal(try(&spoilt), "InvalidSignatureException");
}

static void test_clock_may_be_off_by_some(void **state)
{
	static const struct {
		int64_t off_s;
		bool passes;
	} cases[] = {{AUTH_SKEW_S - 1, true}, {1 - AUTH_SKEW_S, true},
		{AUTH_SKEW_S + 1, false}, {-AUTH_SKEW_S - 1, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct attempt attempt = {GOOD};

		attempt.at_ms += cases[i].off_s * 1000;
		assert_int_equal(*try(&attempt) == '\0', cases[i].passes);
	}
}

static void test_unsigned_requests(void **state)
{
	struct sigv4_request request = {
		.method = "GET", .path = span_of("/channels")};
	struct auth gate;
	struct answer AUTOANSWER answer;

	(void)state;
	answer_init(&answer);
	auth_init(
		&gate, &(struct auth_params){.access_key = "a", .secret = "b"});
	assert_false(auth_pass(&gate, &request, now_ms, &answer));
	assert_string_equal(
		answer.error_type, "MissingAuthenticationTokenException");
	auth_release(&gate);
	answer_release(&answer);
	auth_init(&gate, &(struct auth_params){.access_key = NULL});
	assert_true(auth_pass(&gate, &request, now_ms, &answer));
	auth_release(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes_what_is_signed_well),
		cmocka_unit_test(test_refuses_the_rest),
		cmocka_unit_test(test_clock_may_be_off_by_some),
		cmocka_unit_test(test_unsigned_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
