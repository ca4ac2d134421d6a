/* The server's side: what signing makes is accepted, anything altered,
 * unsigned or out of time is not, and says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

#define PATH                                                                   \
	"/channels/arn%3Aaws%3Achime%3Aus-east-1%3A123456789012%3A"            \
	"app-instance%2Fa%2Fchannel%2Fc"

enum { HEADERS = 8, WALL_MS = 1611079200, SKEW_S = 900 };

/* A signed request that tests then spoil. */
struct fixture {
	struct sigv4_key key;
	struct sigv4_signed out;
	struct sigv4_header headers[HEADERS];
	struct sigv4_request request;
	struct sigv4_check check;
};

static struct sigv4_key *lookup(const char *access_key, void *arg)
{
	struct fixture *f = arg;
	return strcmp(access_key, f->key.access_key) == 0 ? &f->key : NULL;
}

static struct sigv4_params params_of(const struct fixture *f)
{
	return (struct sigv4_params){
		.region = "us-east-1",
		.service = "chime",
		.wall_ms = f->check.wall_ms,
		.expires_s = 10,
	};
}

static void sign_header_form(struct fixture *f)
{
	struct sigv4_params params = params_of(f);
	f->request.header_count = 2;
	assert_int_equal(sigv4_sign(&f->key, &params, &f->request, &f->out), 0);
	size_t n = 2;
	f->headers[n++] = (struct sigv4_header){"X-Amz-Date", f->out.date};
	f->headers[n++] = (struct sigv4_header){
		"Authorization", f->out.authorization.data};
	/* What proxies and SDKs add without signing. */
	f->headers[n++] = (struct sigv4_header){"User-Agent", "test"};
	f->headers[n++] = (struct sigv4_header){"amz-sdk-request", "attempt=1"};
	if (f->key.token)
		f->headers[n++] = (struct sigv4_header){
			"x-amz-security-token", f->key.token};
	f->request.header_count = n;
}

static void sign_query_form(struct fixture *f)
{
	struct sigv4_params params = params_of(f);
	f->request.header_count = 1;
	assert_int_equal(
		sigv4_presign(&f->key, &params, &f->request, &f->out), 0);
	f->request.query = (struct span){f->out.query.data, f->out.query.len};
}

static void start(struct fixture *f, const char *token)
{
	*f = (struct fixture){.check = {
				      .region = "us-east-1",
				      .service = "chime",
				      .wall_ms = WALL_MS * INT64_C(1000),
				      .skew_s = SKEW_S,
				      .lookup = lookup,
				      .arg = f,
			      }};
	sigv4_key_init(&f->key, "AKID", "secret", token);
	sigv4_signed_init(&f->out);
	f->headers[0] = (struct sigv4_header){"Host", "127.0.0.1:8787"};
	f->headers[1] = (struct sigv4_header){"x-amz-chime-bearer", "arn"};
	f->request = (struct sigv4_request){
		.method = "POST",
		.path = span_of(PATH),
		.query = span_of("b=2&a=1%2B"),
		.headers = f->headers,
		.body = "{}",
		.body_len = 2,
	};
}

static void stop(struct fixture *f)
{
	sigv4_key_release(&f->key);
	sigv4_signed_release(&f->out);
}

static enum sigv4_verdict verify(struct fixture *f)
{
	return sigv4_verify(&f->check, &f->request, NULL);
}

static void test_accepts_own_signature(void **state)
{
	(void)state;
	static const char *const tokens[] = {NULL, "TOKEN/+=="};
	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		char access_key[SIGV4_ACCESS_KEY_BYTES];
		start(&f, tokens[i]);
		sign_header_form(&f);
		assert_int_equal(sigv4_verify(&f.check, &f.request, access_key),
			SIGV4_OK);
		assert_string_equal(access_key, "AKID");
		sign_query_form(&f);
		assert_int_equal(verify(&f), SIGV4_OK);
		stop(&f);
	}
}

static void test_spelling_does_not_matter(void **state)
{
	(void)state;
	struct fixture f;
	start(&f, NULL);
	sign_header_form(&f);
	f.request.query = span_of("a=1%2b&b=%32");
	f.headers[1] = (struct sigv4_header){"X-AMZ-Chime-Bearer", "  arn "};
	assert_int_equal(verify(&f), SIGV4_OK);
	char text[512];
	snprintf(text, sizeof(text),
		"AWS4-HMAC-SHA256 Signature=%s,SignedHeaders=%s,"
		"Credential=AKID/20210119/us-east-1/chime/aws4_request",
		f.out.signature, f.out.signed_headers.data);
	f.headers[3].value = text;
	assert_int_equal(verify(&f), SIGV4_OK);
	stop(&f);
}

/* Each changes one thing of a signed request. */
static void spoil_method(struct fixture *f)
{
	f->request.method = "PUT";
}

static void spoil_path(struct fixture *f)
{
	f->request.path = span_of("/channels");
}

static void spoil_query(struct fixture *f)
{
	f->request.query = span_of("b=2&a=1");
}

static void spoil_body(struct fixture *f)
{
	f->request.body = "[]";
}

static void spoil_bearer(struct fixture *f)
{
	f->headers[1].value = "another";
}

static void spoil_host(struct fixture *f)
{
	f->headers[0].value = "another";
}

static void spoil_secret(struct fixture *f)
{
	sigv4_key_release(&f->key);
	sigv4_key_init(&f->key, "AKID", "other", NULL);
}

static void test_mismatch(void **state)
{
	(void)state;
	static void (*const spoilers[])(struct fixture *) = {spoil_method,
		spoil_path, spoil_query, spoil_body, spoil_bearer, spoil_host,
		spoil_secret};
	for (size_t i = 0; i < ARRAY_LEN(spoilers); i++) {
		struct fixture f;
		start(&f, NULL);
		sign_header_form(&f);
		spoilers[i](&f);
		assert_int_equal(verify(&f), SIGV4_MISMATCH);
		stop(&f);
	}
}

static void test_header_verdicts(void **state)
{
	(void)state;
	static const struct {
		const char *authorization;
		enum sigv4_verdict verdict;
	} cases[] = {
		{"", SIGV4_MALFORMED},
		{"Basic Zm9v", SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 ", SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 Credential", SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-east-1/chime/"
		 "aws4_request",
			SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-east-1/chime/"
		 "aws4_request, SignedHeaders=host;x-amz-chime-bearer;"
		 "x-amz-date, Signature=00",
			SIGV4_MALFORMED},
#define TAIL                                                                   \
	", SignedHeaders=host;x-amz-chime-bearer;x-amz-date, Signature="       \
	"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-east-1/chime/"
		 "aws5_request" TAIL,
			SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 Credential=/20210119/us-east-1/chime/"
		 "aws4_request" TAIL,
			SIGV4_MALFORMED},
		{"AWS4-HMAC-SHA256 Credential=OTHER/20210119/us-east-1/chime/"
		 "aws4_request" TAIL,
			SIGV4_UNKNOWN_KEY},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-west-1/chime/"
		 "aws4_request" TAIL,
			SIGV4_WRONG_SCOPE},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-east-1/s3/"
		 "aws4_request" TAIL,
			SIGV4_WRONG_SCOPE},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210118/us-east-1/chime/"
		 "aws4_request" TAIL,
			SIGV4_WRONG_SCOPE},
		{"AWS4-HMAC-SHA256 Credential=AKID/20210119/us-east-1/chime/"
		 "aws4_request" TAIL,
			SIGV4_MISMATCH},
	};
	struct fixture f;
	start(&f, NULL);
	sign_header_form(&f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f.headers[3].value = cases[i].authorization;
		assert_int_equal(verify(&f), cases[i].verdict);
	}
	f.request.header_count = 2;
	assert_int_equal(verify(&f), SIGV4_MISSING);
	stop(&f);
}

static void test_unsigned_headers(void **state)
{
	(void)state;
	struct fixture f;
	start(&f, NULL);
	f.headers[1] = (struct sigv4_header){"x-other", "1"};
	sign_header_form(&f);
	size_t n = f.request.header_count;
	f.headers[n] = (struct sigv4_header){"X-Amz-Chime-Bearer", "arn"};
	f.request.header_count = n + 1;
	assert_int_equal(verify(&f), SIGV4_UNSIGNED_HEADER);
	f.request.header_count = n;
	assert_int_equal(verify(&f), SIGV4_OK);
	/* A signature that leaves the host out does not bind to a host. */
	char text[512];
	snprintf(text, sizeof(text),
		"AWS4-HMAC-SHA256 Signature=%s,SignedHeaders=x-amz-date,"
		"Credential=AKID/20210119/us-east-1/chime/aws4_request",
		f.out.signature);
	f.headers[3].value = text;
	assert_int_equal(verify(&f), SIGV4_UNSIGNED_HEADER);
	stop(&f);
}

static void test_content_hash(void **state)
{
	(void)state;
	struct fixture f;
	start(&f, NULL);
	f.headers[1] = (struct sigv4_header){"x-amz-content-sha256",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b"
		"855"};
	sign_header_form(&f);
	assert_int_equal(verify(&f), SIGV4_MISMATCH); /* the body is {} */
	f.request.body_len = 0;
	sign_header_form(&f);
	assert_int_equal(verify(&f), SIGV4_OK);
	stop(&f);
}

static void test_time(void **state)
{
	(void)state;
	struct fixture f;
	start(&f, NULL);
	sign_header_form(&f);
	int64_t now = f.check.wall_ms;
	f.check.wall_ms = now + SKEW_S * 1000;
	assert_int_equal(verify(&f), SIGV4_OK);
	f.check.wall_ms++;
	assert_int_equal(verify(&f), SIGV4_SKEWED);
	f.check.wall_ms = now - SKEW_S * 1000;
	assert_int_equal(verify(&f), SIGV4_OK);
	f.check.wall_ms--;
	assert_int_equal(verify(&f), SIGV4_SKEWED);
	f.check.skew_s = 0;
	assert_int_equal(verify(&f), SIGV4_OK);
	f.check.skew_s = SKEW_S;
	f.check.wall_ms = now;
	sign_query_form(&f);
	f.check.wall_ms = now + 10 * 1000;
	assert_int_equal(verify(&f), SIGV4_OK);
	f.check.wall_ms++;
	assert_int_equal(verify(&f), SIGV4_SKEWED);
	stop(&f);
}

static void test_broken_dates(void **state)
{
	(void)state;
	static const char *const dates[] = {"", "20210119T180000",
		"20210119X180000Z", "2021011XT180000Z", "20211319T180000Z"};
	struct fixture f;
	start(&f, NULL);
	sign_header_form(&f);
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		f.headers[2].value = dates[i];
		enum sigv4_verdict verdict = verify(&f);
		assert_true(verdict == SIGV4_MALFORMED ||
			    verdict == SIGV4_WRONG_SCOPE);
	}
	stop(&f);
}

static void test_token(void **state)
{
	(void)state;
	struct fixture f;
	start(&f, "TOKEN");
	sign_header_form(&f);
	f.headers[f.request.header_count - 1].value = "TOKEM";
	assert_int_equal(verify(&f), SIGV4_UNKNOWN_KEY);
	f.request.header_count--;
	assert_int_equal(verify(&f), SIGV4_UNKNOWN_KEY);
	stop(&f);
}

static void test_query_verdicts(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		enum sigv4_verdict verdict;
	} cases[] = {
		{"a=1", SIGV4_MISSING},
		{"X-Amz-Signature=1", SIGV4_MALFORMED},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F"
		 "20210119%2Fus-east-1%2Fchime%2Faws4_request&X-Amz-Date="
		 "20210119T180000Z&X-Amz-Expires=604801&X-Amz-SignedHeaders="
		 "host&X-Amz-Signature=5fa00fa31553b73ebf1942676e86291e8372ff2"
		 "a2260956d9b8aae1d763fbf31",
			SIGV4_MALFORMED},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F"
		 "20210119%2Fus-east-1%2Fchime%2Faws4_request&X-Amz-Date="
		 "20210119T180000Z&X-Amz-Expires=10&X-Amz-SignedHeaders="
		 "host&X-Amz-Signature=5fa00fa31553b73ebf1942676e86291e8372ff2"
		 "a2260956d9b8aae1d763fbf31",
			SIGV4_MISMATCH},
		{"X-Amz-Signature=%zz&X-Amz-Credential=%", SIGV4_MALFORMED},
	};
	struct fixture f;
	start(&f, NULL);
	f.request.header_count = 1;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f.request.query = span_of(cases[i].query);
		assert_int_equal(verify(&f), cases[i].verdict);
	}
	stop(&f);
}

static void test_texts(void **state)
{
	(void)state;
	for (int i = SIGV4_OK; i <= SIGV4_MISMATCH; i++)
		assert_non_null(sigv4_verdict_text((enum sigv4_verdict)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts_own_signature),
		cmocka_unit_test(test_spelling_does_not_matter),
		cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_header_verdicts),
		cmocka_unit_test(test_unsigned_headers),
		cmocka_unit_test(test_content_hash),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_broken_dates),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_query_verdicts),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
