/* SigV4 signing: all cases of the published suite in both forms, and Chime
 * requests with ARNs in their paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/json.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES = 64 << 10, SUITE_CASES = 38 };

#define SUITE TEST_DATA_DIR "/sigv4/v4"

/* The content of SUITE/name/file; owned. */
static char *read_case(const char *name, const char *file)
{
	struct err err;
	struct buf text;
	char path[512];
	snprintf(path, sizeof(path), "%s/%s/%s", SUITE, name, file);
	buf_init(&text, FILE_BYTES);
	if (file_read(path, FILE_BYTES, &text, &err) != 0)
		fail_msg("%s", err.text);
	return buf_take(&text);
}

/* A request file, cut up in place. */
struct parsed {
	char *text;
	struct sigv4_header headers[SIGV4_MAX_HEADERS];
	struct sigv4_request request;
};

static void cut_target(struct parsed *parsed, char *target)
{
	char *mark = strchr(target, '?');
	if (mark)
		*mark++ = '\0';
	parsed->request.path = span_of(target);
	parsed->request.query = mark ? span_of(mark) : (struct span){NULL, 0};
}

/* The next line, ended by NUL; a line that goes on with blanks is one. */
static char *cut_line(char **rest)
{
	char *line = *rest;
	char *end = strchr(line, '\n');
	while (end && end[1] == ' ')
		end = strchr(end + 1, '\n');
	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

static void parse_request(struct parsed *parsed, char *text)
{
	*parsed = (struct parsed){.text = text};
	char *rest = text;
	char *line = cut_line(&rest);
	char *space = strchr(line, ' ');
	*space = '\0';
	parsed->request.method = line;
	char *version = strstr(space + 1, " HTTP/1.1");
	*version = '\0';
	cut_target(parsed, space + 1);
	size_t n = 0;
	while (*rest && *(line = cut_line(&rest))) {
		char *colon = strchr(line, ':');
		assert_non_null(colon);
		*colon = '\0';
		parsed->headers[n++] = (struct sigv4_header){line, colon + 1};
	}
	parsed->request.headers = parsed->headers;
	parsed->request.header_count = n;
	parsed->request.body = rest;
	parsed->request.body_len = strlen(rest);
}

static void assert_file(const char *name, const char *file, const char *got)
{
	char *want = read_case(name, file);
	if (strcmp(want, got) != 0)
		fail_msg("%s/%s:\nwanted\n%s\ngot\n%s", name, file, want, got);
	free(want);
}

static void check_result(
	const char *name, const char *form, const struct sigv4_signed *out)
{
	char file[64];
	snprintf(file, sizeof(file), "%s-canonical-request.txt", form);
	assert_file(name, file, out->canonical.data);
	snprintf(file, sizeof(file), "%s-string-to-sign.txt", form);
	assert_file(name, file, out->string_to_sign.data);
	snprintf(file, sizeof(file), "%s-signature.txt", form);
	assert_file(name, file, out->signature);
}

static unsigned flags_of(const json_t *context)
{
	unsigned flags = 0;
	if (!json_get_bool(context, "normalize", true))
		flags |= SIGV4_KEEP_DOTS;
	if (json_get_bool(context, "sign_body", false))
		flags |= SIGV4_SEND_BODY_HASH;
	if (json_get_bool(context, "omit_session_token", false))
		flags |= SIGV4_TOKEN_UNSIGNED;
	return flags;
}

static void run_case(const char *name)
{
	struct err err;
	struct parsed parsed;
	struct sigv4_key key;
	struct sigv4_signed out;
	char *text = read_case(name, "context.json");
	json_t *context = json_parse_repaired(text, strlen(text), &err);
	free(text);
	assert_non_null(context);
	const json_t *creds = json_object_get(context, "credentials");
	struct sigv4_params params = {
		.region = json_get_string(context, "region"),
		.service = json_get_string(context, "service"),
		.wall_ms = json_get_time_ms(context, "timestamp"),
		.expires_s = (unsigned)json_get_int(
			context, "expiration_in_seconds", 0),
		.flags = flags_of(context),
	};
	sigv4_key_init(&key, json_get_string(creds, "access_key_id"),
		json_get_string(creds, "secret_access_key"),
		json_get_string(creds, "token"));
	sigv4_signed_init(&out);
	parse_request(&parsed, read_case(name, "request.txt"));
	assert_int_equal(sigv4_sign(&key, &params, &parsed.request, &out), 0);
	check_result(name, "header", &out);
	assert_int_equal(
		sigv4_presign(&key, &params, &parsed.request, &out), 0);
	check_result(name, "query", &out);
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
	free(parsed.text);
	json_decref(context);
}

static void test_suite(void **state)
{
	(void)state;
	DIR *dir = opendir(SUITE);
	assert_non_null(dir);
	int count = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		run_case(entry->d_name);
		count++;
	}
	closedir(dir);
	assert_int_equal(count, SUITE_CASES);
}

/* ---- Chime ---- */

#define ENCODED                                                                \
	"arn%3Aaws%3Achime%3Aus-east-1%3A123456789012%3Aapp-instance"          \
	"%2F694d2099-cb1e-463e-9d64-697ff5b8950e"
#define BEARER                                                                 \
	"arn:aws:chime:us-east-1:123456789012:app-instance/"                   \
	"694d2099-cb1e-463e-9d64-697ff5b8950e/user/bridge@example.org"

static const struct {
	const char *method;
	const char *path;
	const char *query;
	const char *content_type;
	const char *body;
	const char *token;
	const char *hash;
	const char *signature;
} vectors[] = {
	{"GET", "/channels/" ENCODED "%2Fchannel%2F0123abcd", "", NULL, "",
		NULL,
		"f23356966c5715702245848feddd5ac22e68a7deca178abf4df46419fbe34"
		"255",
		"88b07b8898dbd0df163d4d753b20a62e1e5f61f1082325a12ec3bbec612d9"
		"654"},
	{"GET", "/channels/" ENCODED "%2Fchannel%2F0123abcd/messages",
		"sort-order=ASCENDING&not-before=2021-01-19T18%3A00%3A00.123Z"
		"&max-results=50&next-token=a%2Fb%2Bc%3D",
		NULL, "", "TOKEN/+==",
		"bc473ca5f5de750b8dc4824e6d31c11e4e295ba7dd89602e57c4a1c17220a"
		"34c",
		"d11eb6331c5e3dd445f27eb6a270a5d1dcfe8a9090c45561f2ab9237ff36e"
		"95c"},
	{"POST", "/channels/" ENCODED "%2Fchannel%2F0123abcd/messages", "",
		"application/json",
		"{\"Content\":\"h\xc3\xa9llo\",\"Type\":\"STANDARD\","
		"\"Persistence\":\"PERSISTENT\",\"ClientRequestToken\":\"t4\"}",
		NULL,
		"6bd8dd392e81fd910b0015478d6b484b4765ff62ae518645d4dcf8eb42d55"
		"bc8",
		"7d4f023a628f2c1581f8824033d32622461ccb5c6f1fbd3323b6e32cb5716"
		"d9b"},
	{"GET", "/channels",
		"scope=app-instance-user-memberships&app-instance-user-"
		"arn=" ENCODED "%2Fuser%2Fbridge%40example.org",
		NULL, "", NULL,
		"4423720ad4ec0b823ada94258e2de3988dc40920860ce5f595e2ed00cbd18"
		"a00",
		"7c6edcab09f8d80286f8c089dfbe08962cd9094f95f738aad297f9b91fade"
		"146"},
};

static struct sigv4_params chime_params(void)
{
	struct sigv4_params params = {
		.region = "us-east-1",
		.service = "chime",
		.expires_s = 10,
	};
	int r = clock_parse_iso8601("2021-01-19T18:00:00Z", &params.wall_ms);
	assert_int_equal(r, 0);
	return params;
}

static void make_key(struct sigv4_key *key, const char *token)
{
	sigv4_key_init(key, "AKIDEXAMPLE",
		"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token);
}

static void check_vector(size_t i)
{
	struct sigv4_key key;
	struct sigv4_signed out;
	char hash[SHA256_HEX_BYTES];
	struct sigv4_header headers[] = {
		{"Host", "messaging-chime.us-east-1.amazonaws.com"},
		{"x-amz-chime-bearer", BEARER},
		{"Content-Type", vectors[i].content_type},
	};
	struct sigv4_request request = {
		.method = vectors[i].method,
		.path = span_of(vectors[i].path),
		.query = span_of(vectors[i].query),
		.headers = headers,
		.header_count = vectors[i].content_type ? 3 : 2,
		.body = vectors[i].body,
		.body_len = strlen(vectors[i].body),
	};
	struct sigv4_params params = chime_params();
	make_key(&key, vectors[i].token);
	sigv4_signed_init(&out);
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), 0);
	sha256_hex(out.canonical.data, out.canonical.len, hash);
	assert_string_equal(hash, vectors[i].hash);
	assert_string_equal(out.signature, vectors[i].signature);
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
}

static void test_chime_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		check_vector(i);
}

static void test_session_vector(void **state)
{
	(void)state;
	struct sigv4_key key;
	struct sigv4_signed out;
	struct buf query;
	struct sigv4_header host = {
		"host", "node001.ue1.ws-messaging.chime.aws"};
	buf_init(&query, 1024);
	buf_adds(&query, "sessionId=11111111-2222-3333-4444-555555555555"
			 "&userArn=" BEARER); /* raw: signing encodes it */
	struct sigv4_request request = {
		.method = "GET",
		.path = span_of("/connect"),
		.query = {query.data, query.len},
		.headers = &host,
		.header_count = 1,
	};
	struct sigv4_params params = chime_params();
	make_key(&key, "TOKEN/+==");
	sigv4_signed_init(&out);
	assert_int_equal(sigv4_presign(&key, &params, &request, &out), 0);
	assert_string_equal(out.signature,
		"e4ee565f2afeaf6f7672461d36f70e1965a692966db3cff79693ce5c5b5f7"
		"9cc");
	assert_non_null(strstr(out.query.data, "&X-Amz-Signature=e4ee565f"));
	assert_non_null(strstr(
		out.query.data, "X-Amz-Security-Token=TOKEN%2F%2B%3D%3D&"));
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
	buf_release(&query);
}

static void test_authorization(void **state)
{
	(void)state;
	struct sigv4_key key;
	struct sigv4_signed out;
	struct sigv4_header host = {"Host", "example.amazonaws.com"};
	struct sigv4_request request = {
		.method = "GET", .headers = &host, .header_count = 1};
	struct sigv4_params params = {
		.region = "us-east-1", .service = "service"};
	int r = clock_parse_iso8601("2015-08-30T12:36:00Z", &params.wall_ms);
	assert_int_equal(r, 0);
	make_key(&key, "");
	assert_null(key.token);
	sigv4_signed_init(&out);
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), 0);
	assert_string_equal(out.authorization.data,
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
		"service/aws4_request, SignedHeaders=host;x-amz-date, "
		"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b"
		"8aae1d763fbf31");
	assert_string_equal(out.date, "20150830T123600Z");
	/* The day key is kept, and changes with the day and the region. */
	assert_string_equal(
		key.day_scope, "20150830/us-east-1/service/aws4_request");
	char first[SHA256_HEX_BYTES];
	memcpy(first, out.signature, sizeof(first));
	params.region = "eu-central-1";
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), 0);
	assert_string_not_equal(out.signature, first);
	params.region = "us-east-1";
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), 0);
	assert_string_equal(out.signature, first);
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
	assert_null(key.secret);
	assert_int_equal(key.day_key[0], 0);
}

static void test_body_hash_given(void **state)
{
	(void)state;
	struct sigv4_key key;
	struct sigv4_signed a, b;
	char hash[SHA256_HEX_BYTES];
	struct sigv4_header host = {"Host", "h"};
	struct sigv4_request request = {.method = "POST",
		.headers = &host,
		.header_count = 1,
		.body = "{}",
		.body_len = 2};
	struct sigv4_params params = chime_params();
	make_key(&key, NULL);
	sigv4_signed_init(&a);
	sigv4_signed_init(&b);
	assert_int_equal(sigv4_sign(&key, &params, &request, &a), 0);
	sha256_hex("{}", 2, hash);
	request.body = NULL;
	request.body_len = 0;
	request.body_sha256 = hash;
	assert_int_equal(sigv4_sign(&key, &params, &request, &b), 0);
	assert_string_equal(a.signature, b.signature);
	sigv4_signed_release(&a);
	sigv4_signed_release(&b);
	sigv4_key_release(&key);
}

static void test_limits(void **state)
{
	(void)state;
	struct sigv4_key key;
	struct sigv4_signed out;
	struct sigv4_header headers[SIGV4_MAX_HEADERS + 1];
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		headers[i] = (struct sigv4_header){"host", "a"};
	struct sigv4_request request = {.method = "GET",
		.headers = headers,
		.header_count = ARRAY_LEN(headers)};
	struct sigv4_params params = chime_params();
	make_key(&key, NULL);
	sigv4_signed_init(&out);
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), -E2BIG);
	assert_int_equal(sigv4_presign(&key, &params, &request, &out), -E2BIG);
	request.header_count = 0;
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), -EINVAL);
	assert_int_equal(sigv4_presign(&key, &params, &request, &out), -EINVAL);
	headers[1].name = "";
	request.header_count = 2;
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), -EINVAL);
	request.header_count = 1;
	char *huge = xcalloc(1, SIGV4_MAX_BYTES + 1);
	memset(huge, 'a', SIGV4_MAX_BYTES);
	request.path = span_of(huge);
	assert_int_equal(sigv4_sign(&key, &params, &request, &out), -E2BIG);
	free(huge);
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suite),
		cmocka_unit_test(test_chime_vectors),
		cmocka_unit_test(test_session_vector),
		cmocka_unit_test(test_authorization),
		cmocka_unit_test(test_body_hash_given),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
