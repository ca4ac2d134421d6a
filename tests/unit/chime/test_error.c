#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/error.h"
#include "util/attr.h"

#include <string.h>

static const struct {
	int status;
	const char *type; /* header */
	const char *body;
	enum chime_error error;
	const char *code;
} cases[] = {
	{200, NULL, NULL, CHIME_OK, ""},
	{204, "Ignored", NULL, CHIME_OK, ""},
	{400, "BadRequestException", "{\"Code\":\"BadRequest\"}",
		CHIME_BAD_REQUEST, "BadRequestException"},
	{400, "ResourceLimitExceededException", NULL, CHIME_LIMIT,
		"ResourceLimitExceededException"},
	{400, NULL, "{\"Code\":\"ResourceLimitExceeded\"}", CHIME_LIMIT,
		"ResourceLimitExceeded"},
	{401, "UnauthorizedClientException:http://internal/", NULL,
		CHIME_UNAUTHORIZED, "UnauthorizedClientException"},
	{403, NULL, "{\"__type\":\"com.aws#ForbiddenException\"}",
		CHIME_FORBIDDEN, "ForbiddenException"},
	{403, "", "{\"code\":\"AccessDenied\"}", CHIME_FORBIDDEN,
		"AccessDenied"},
	{403, "NotFoundException", NULL, CHIME_FORBIDDEN, "NotFoundException"},
	{404, NULL, NULL, CHIME_NOT_FOUND, ""},
	{409, "ConflictException", NULL, CHIME_CONFLICT, "ConflictException"},
	{429, NULL, "{}", CHIME_THROTTLED, ""},
	{400, "ThrottlingException", NULL, CHIME_THROTTLED,
		"ThrottlingException"},
	{403, NULL, "{\"Code\":\"Throttled\"}", CHIME_THROTTLED, "Throttled"},
	{500, "ServiceFailureException", NULL, CHIME_SERVICE,
		"ServiceFailureException"},
	{503, "ThrottledClientException", NULL, CHIME_THROTTLED,
		"ThrottledClientException"},
	{504, NULL, NULL, CHIME_SERVICE, ""},
	{418, NULL, NULL, CHIME_BAD_REQUEST, ""},
	{302, NULL, NULL, CHIME_MALFORMED, ""},
	{101, NULL, NULL, CHIME_MALFORMED, ""},
	{403, "ExpiredTokenException", NULL, CHIME_CREDENTIALS,
		"ExpiredTokenException"},
	{403, "UnrecognizedClientException", NULL, CHIME_CREDENTIALS,
		"UnrecognizedClientException"},
	{403, NULL,
		"{\"message\":\"The security token included in the request "
		"is expired\"}",
		CHIME_CREDENTIALS, ""},
	{403, "RequestTimeTooSkewed", NULL, CHIME_CLOCK_SKEW,
		"RequestTimeTooSkewed"},
	{403, "InvalidSignatureException",
		"{\"message\":\"Signature expired: 2021 is now earlier\"}",
		CHIME_CLOCK_SKEW, "InvalidSignatureException"},
	{401, NULL, "{\"Message\":\"signature not yet current: x\"}",
		CHIME_CLOCK_SKEW, ""},
	{500, NULL, "{\"Message\":\"signature expired\"}", CHIME_SERVICE, ""},
	{403, "SignatureDoesNotMatch", NULL, CHIME_FORBIDDEN,
		"SignatureDoesNotMatch"},
	{400, NULL, "{\"Code\":7,\"__type\":null}", CHIME_BAD_REQUEST, ""},
};

static void test_classify(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char code[CHIME_CODE_BYTES] = "before";
		json_t *body = cases[i].body
				       ? json_loads(cases[i].body, 0, NULL)
				       : NULL;
		const struct chime_answer answer = {
			.status = cases[i].status,
			.error_type = cases[i].type,
			.body = body,
		};
		enum chime_error error = chime_error_classify(&answer, code);
		if (error != cases[i].error)
			fail_msg("case %zu: %s", i, chime_error_name(error));
		assert_string_equal(code, cases[i].code);
		json_decref(body);
	}
}

static void test_long_code_is_cut(void **state)
{
	(void)state;
	char type[200], code[CHIME_CODE_BYTES];
	memset(type, 'x', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	const struct chime_answer answer = {.status = 400, .error_type = type};
	assert_int_equal(
		chime_error_classify(&answer, code), CHIME_BAD_REQUEST);
	assert_int_equal(strlen(code), CHIME_CODE_BYTES - 1);
}

static void test_message(void **state)
{
	(void)state;
	json_t *body = json_pack("{s:s}", "message", "small");
	assert_string_equal(chime_error_message(body), "small");
	json_object_set_new(body, "Message", json_string("capital"));
	assert_string_equal(chime_error_message(body), "capital");
	json_object_set_new(body, "Message", json_integer(1));
	assert_string_equal(chime_error_message(body), "small");
	json_decref(body);
	assert_null(chime_error_message(NULL));
}

static void test_remedies(void **state)
{
	(void)state;
	assert_int_equal(chime_error_remedy(CHIME_THROTTLED), CHIME_RETRY);
	assert_int_equal(chime_error_remedy(CHIME_UNREACHABLE), CHIME_RETRY);
	assert_int_equal(chime_error_remedy(CHIME_SERVICE), CHIME_RETRY_DOUBT);
	assert_int_equal(chime_error_remedy(CHIME_BROKEN), CHIME_RETRY_DOUBT);
	assert_int_equal(chime_error_remedy(CHIME_CONFLICT), CHIME_GIVE_UP);
	assert_int_equal(chime_error_remedy(CHIME_UNTRUSTED), CHIME_GIVE_UP);
	assert_int_equal(chime_error_remedy(CHIME_CLOCK_SKEW), CHIME_RESIGN);
	assert_int_equal(chime_error_remedy(CHIME_CREDENTIALS), CHIME_REFRESH);
	for (int i = 0; i < CHIME_ERROR_COUNT; i++)
		assert_non_null(chime_error_name((enum chime_error)i));
}

static void test_clock_suspects(void **state)
{
	(void)state;
	assert_true(chime_error_may_be_clock(CHIME_CLOCK_SKEW, ""));
	assert_true(chime_error_may_be_clock(
		CHIME_FORBIDDEN, "SignatureDoesNotMatch"));
	assert_true(chime_error_may_be_clock(
		CHIME_FORBIDDEN, "InvalidSignatureException"));
	assert_false(chime_error_may_be_clock(
		CHIME_FORBIDDEN, "ForbiddenException"));
}

static void test_advice(void **state)
{
	(void)state;
	assert_string_equal(chime_error_advice(CHIME_OK), "");
	assert_string_equal(chime_error_advice(CHIME_SERVICE), "");
	assert_non_null(strstr(chime_error_advice(CHIME_FORBIDDEN), "IAM"));
	for (int i = 0; i < CHIME_ERROR_COUNT; i++) {
		const char *advice = chime_error_advice((enum chime_error)i);
		assert_true(!*advice || strncmp(advice, "; ", 2) == 0);
	}
	assert_true(chime_error_is_policy(
		CHIME_FORBIDDEN, "AccessDeniedException"));
	assert_false(chime_error_is_policy(CHIME_FORBIDDEN, "Forbidden"));
	assert_false(chime_error_is_policy(CHIME_OK, "AccessDenied"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classify),
		cmocka_unit_test(test_long_code_is_cut),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_clock_suspects),
		cmocka_unit_test(test_advice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
