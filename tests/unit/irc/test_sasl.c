#include "../support/irc_parsed.h"
#include "../support/irc_scram_server.h"

#include "irc/sasl.h"
#include "util/alloc.h"
#include "util/attr.h"
#include "util/enc.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct irc_sasl sasl;

static int setup(void **state)
{
	(void)state;
	irc_sasl_init(&sasl);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_sasl_release(&sasl);
	return 0;
}

static void start(enum irc_sasl_mechanism mechanism, const char *account,
	const char *password)
{
	irc_sasl_start(&sasl, &(struct irc_sasl_params){
				      .mechanism = mechanism,
				      .account = account,
				      .password = password,
				      .is_tls = true,
				      .is_private = true,
			      });
}

static void take(const char *line)
{
	irc_sasl_take(&sasl, irc_parsed(line));
}

static void assert_next(const char *expected)
{
	const char *piece = irc_sasl_next(&sasl);

	if (expected)
		assert_string_equal(piece, expected);
	else
		assert_null(piece);
}

static void test_plain(void **state)
{
	(void)state;
	start(IRC_SASL_PLAIN, "jilles", "sesame");
	assert_next("PLAIN");
	assert_next(NULL);
	take("AUTHENTICATE +");
	assert_next("AGppbGxlcwBzZXNhbWU=");
	assert_next(NULL);
	take(":s 900 n n!u@h jilles :You are now logged in");
	assert_int_equal(sasl.state, IRC_SASL_ANSWERING);
	take(":s 903 n :SASL authentication successful");
	assert_int_equal(sasl.state, IRC_SASL_DONE);
	assert_next(NULL);
}

/* inspircd writes it with a colon. */
static void test_plus_with_a_colon(void **state)
{
	(void)state;
	start(IRC_SASL_PLAIN, "jilles", "sesame");
	assert_next("PLAIN");
	assert_next(NULL);
	take("AUTHENTICATE :+");
	assert_next("AGppbGxlcwBzZXNhbWU=");
}

/* Counts what PLAIN sends for a password of `len`: pieces and last piece. */
static size_t plain_pieces(size_t len, size_t *ret_last)
{
	char *AUTOFREE password = xcalloc(len + 1, 1);
	const char *piece;
	size_t pieces = 0;

	memset(password, 'p', len);
	start(IRC_SASL_PLAIN, "a", password);
	assert_next("PLAIN");
	assert_next(NULL);
	take("AUTHENTICATE +");
	while ((piece = irc_sasl_next(&sasl)) != NULL) {
		pieces++;
		*ret_last = strlen(piece);
		assert_in_range(*ret_last, 1, IRC_SASL_CHUNK_BYTES);
	}
	return pieces;
}

static void test_long_answers_go_in_pieces(void **state)
{
	size_t last = 0;

	(void)state;
	/* NUL a NUL password: 300 bytes are 400 in base64. */
	assert_int_equal(plain_pieces(294, &last), 1);
	assert_int_equal(last, 396);
	assert_int_equal(plain_pieces(297, &last), 2);
	assert_int_equal(last, 1); /* exactly 400, then "+" */
	assert_int_equal(plain_pieces(298, &last), 2);
	assert_int_equal(last, 4);
	assert_int_equal(plain_pieces(597, &last), 3);
	assert_int_equal(last, 1);
	assert_int_equal(plain_pieces(5000, &last), 17);
	(void)plain_pieces(20000, &last);
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_int_equal(last, 1); /* "*" */
}

static void test_external(void **state)
{
	(void)state;
	start(IRC_SASL_EXTERNAL, NULL, NULL);
	assert_next("EXTERNAL");
	assert_next(NULL);
	take("AUTHENTICATE +");
	assert_next("+");
	assert_next(NULL);
	take(":s 903 n :ok");
	assert_int_equal(sasl.state, IRC_SASL_DONE);
	start(IRC_SASL_EXTERNAL, "me", NULL);
	assert_next("EXTERNAL");
	assert_next(NULL);
	take("AUTHENTICATE +");
	assert_next("bWU=");
}

static void test_secrets_go_where_they_may(void **state)
{
	(void)state;
	irc_sasl_start(&sasl, &(struct irc_sasl_params){
				      .mechanism = IRC_SASL_PLAIN,
				      .account = "a",
				      .password = "b",
			      });
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_non_null(strstr(sasl.why, "unencrypted"));
	assert_next(NULL);
	irc_sasl_start(&sasl, &(struct irc_sasl_params){
				      .mechanism = IRC_SASL_PLAIN,
				      .account = "a",
				      .password = "b",
				      .is_private = true,
			      });
	assert_int_equal(sasl.state, IRC_SASL_ASKED);
	irc_sasl_start(&sasl, &(struct irc_sasl_params){
				      .mechanism = IRC_SASL_EXTERNAL,
				      .is_private = true,
			      });
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	start(IRC_SASL_PLAIN, "a", NULL);
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	start(IRC_SASL_NONE, "a", "b");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	start(IRC_SASL_SCRAM_SHA_256, "a\n", "b");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
}

/* SCRAM up to the point where the server has our proof. */
static void scram_until_proof(struct irc_scram_server *server, unsigned i)
{
	start(IRC_SASL_SCRAM_SHA_256, "user", "pencil");
	assert_next("SCRAM-SHA-256");
	assert_next(NULL);
	take("AUTHENTICATE +");
	irc_scram_server_first(server, irc_sasl_next(&sasl), i);
	assert_next(NULL);
	take(server->line);
	assert_int_equal(sasl.state, IRC_SASL_ANSWERING);
	irc_scram_server_final(server, irc_sasl_next(&sasl), "pencil");
	assert_next(NULL);
}

static void test_scram(void **state)
{
	struct irc_scram_server server;

	(void)state;
	scram_until_proof(&server, 4096);
	assert_true(server.is_proven);
	take(server.line);
	assert_next("+");
	assert_next(NULL);
	take(":s 903 n :ok");
	assert_int_equal(sasl.state, IRC_SASL_DONE);
}

static void test_scram_wrong_signature(void **state)
{
	struct irc_scram_server server;

	(void)state;
	scram_until_proof(&server, 4096);
	take("AUTHENTICATE "
	     "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_false(sasl.is_refused);
	assert_next("*");
	assert_next(NULL);
	take(":s 903 n :ok");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
}

/* A server that skips its proof gets nowhere. */
static void test_scram_success_without_proof(void **state)
{
	struct irc_scram_server server;

	(void)state;
	scram_until_proof(&server, 4096);
	take(":s 903 n :ok");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_next("*");
}

static void test_scram_goes_on_too_long(void **state)
{
	struct irc_scram_server server;

	(void)state;
	scram_until_proof(&server, 4096);
	take(server.line);
	assert_next("+");
	assert_next(NULL);
	take(server.line);
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
}

static void test_scram_refused_in_band(void **state)
{
	struct irc_scram_server server;

	(void)state;
	scram_until_proof(&server, 4096);
	take("AUTHENTICATE ZT1pbnZhbGlkLXByb29m"); /* e=invalid-proof */
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_true(sasl.is_refused);
}

static void test_scram_malicious_first(void **state)
{
	struct irc_scram_server server;

	(void)state;
	start(IRC_SASL_SCRAM_SHA_256, "user", "pencil");
	assert_next("SCRAM-SHA-256");
	assert_next(NULL);
	take("AUTHENTICATE +");
	irc_scram_server_first(&server, irc_sasl_next(&sasl), 2000000000);
	assert_next(NULL);
	take(server.line);
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_next("*");
}

static void test_nonsense_from_the_server(void **state)
{
	char line[512];

	(void)state;
	start(IRC_SASL_PLAIN, "a", "b");
	assert_next("PLAIN");
	assert_next(NULL);
	take("AUTHENTICATE &%$");
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_next("*");
	start(IRC_SASL_PLAIN, "a", "b");
	take("AUTHENTICATE +"); /* before it was asked */
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	start(IRC_SASL_PLAIN, "a", "b");
	assert_next("PLAIN");
	assert_next(NULL);
	take(":s 903 n :ok"); /* without having seen anything */
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	/* Pieces without end. */
	start(IRC_SASL_PLAIN, "a", "b");
	assert_next("PLAIN");
	assert_next(NULL);
	(void)snprintf(line, sizeof(line), "AUTHENTICATE %0400d", 0);
	for (int i = 0; i < 100; i++)
		take(line);
	assert_int_equal(sasl.state, IRC_SASL_FAILED);
	assert_non_null(strstr(sasl.why, "too long"));
}

static void test_refusals(void **state)
{
	static const struct {
		const char *line;
		bool is_refused;
	} CASES[] = {
		{":s 902 n :You must use a nick assigned to you", true},
		{":s 904 n :SASL authentication failed", true},
		{":s 905 n :SASL message too long", false},
		{":s 906 n :SASL authentication aborted", false},
		{":s 907 n :You have already authenticated", false},
		{":s 908 n EXTERNAL,ECDSA :are available", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		start(IRC_SASL_PLAIN, "a", "b");
		assert_next("PLAIN");
		assert_next(NULL);
		take("AUTHENTICATE +");
		(void)irc_sasl_next(&sasl);
		take(CASES[i].line);
		assert_int_equal(sasl.state, IRC_SASL_FAILED);
		assert_int_equal(sasl.is_refused, CASES[i].is_refused);
		assert_next(NULL);
	}
	start(IRC_SASL_PLAIN, "a", "b");
	take(":s 908 n EXTERNAL,PLAIN :are available");
	assert_int_equal(sasl.state, IRC_SASL_ASKED);
}

static void test_mechanism_lists(void **state)
{
	(void)state;
	assert_true(irc_sasl_is_offered(NULL, IRC_SASL_PLAIN));
	assert_true(irc_sasl_is_offered("", IRC_SASL_PLAIN));
	assert_true(irc_sasl_is_offered("EXTERNAL,plain", IRC_SASL_PLAIN));
	assert_false(irc_sasl_is_offered("EXTERNAL", IRC_SASL_PLAIN));
	assert_false(irc_sasl_is_offered(
		"SCRAM-SHA-256-PLUS", IRC_SASL_SCRAM_SHA_256));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_plus_with_a_colon),
		TEST(test_long_answers_go_in_pieces),
		TEST(test_external),
		TEST(test_secrets_go_where_they_may),
		TEST(test_scram),
		TEST(test_scram_wrong_signature),
		TEST(test_scram_success_without_proof),
		TEST(test_scram_goes_on_too_long),
		TEST(test_scram_refused_in_band),
		TEST(test_scram_malicious_first),
		TEST(test_nonsense_from_the_server),
		TEST(test_refusals),
		TEST(test_mechanism_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
