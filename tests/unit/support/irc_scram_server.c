#include "irc_scram_server.h"

#include "util/digest.h"
#include "util/enc.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char SALT[] = "0123456789abcdef";

static void server_decode(const char *base64, struct buf *ret)
{
	buf_init(ret, 4096);
	assert_non_null(base64);
	assert_int_equal(enc_base64_decode(ret, base64, strlen(base64)), 0);
}

static void server_answer(struct irc_scram_server *server, const char *text)
{
	struct buf AUTOBUF line;

	buf_init(&line, sizeof(server->line) - 1);
	buf_adds(&line, "AUTHENTICATE ");
	enc_base64(&line, text, strlen(text));
	assert_false(line.overflow);
	memcpy(server->line, line.data, line.len + 1);
}

void irc_scram_server_first(struct irc_scram_server *server, const char *base64,
	unsigned iterations)
{
	struct buf AUTOBUF text;
	const char *nonce;

	memset(server, 0, sizeof(*server));
	server->iterations = iterations;
	server_decode(base64, &text);
	assert_true(str_starts(text.data, "n,,n="));
	(void)snprintf(server->bare, sizeof(server->bare), "%s", text.data + 3);
	nonce = strstr(server->bare, ",r=");
	assert_non_null(nonce);
	(void)snprintf(server->nonce, sizeof(server->nonce), "%s-of-server",
		nonce + 3);
	buf_clear(&text);
	buf_addf(&text, "r=%s,s=", server->nonce);
	enc_base64(&text, SALT, strlen(SALT));
	buf_addf(&text, ",i=%u", iterations);
	(void)snprintf(server->first, sizeof(server->first), "%s", text.data);
	server_answer(server, server->first);
}

/* ClientProof as the client should have computed it. */
static void server_proof(const uint8_t salted[SHA256_BYTES],
	const struct buf *message, uint8_t ret[SHA256_BYTES])
{
	uint8_t key[SHA256_BYTES];
	uint8_t stored[SHA256_BYTES];
	uint8_t signature[SHA256_BYTES];

	hmac_sha256(salted, SHA256_BYTES, "Client Key", 10, key);
	sha256(key, sizeof(key), stored);
	hmac_sha256(
		stored, sizeof(stored), message->data, message->len, signature);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		ret[i] = key[i] ^ signature[i];
}

void irc_scram_server_final(struct irc_scram_server *server, const char *base64,
	const char *password)
{
	struct buf AUTOBUF text;
	struct buf AUTOBUF message;
	struct buf AUTOBUF answer;
	uint8_t salted[SHA256_BYTES];
	uint8_t digest[SHA256_BYTES];
	char *proof;

	server_decode(base64, &text);
	proof = strstr(text.data, ",p=");
	assert_non_null(proof);
	*proof = '\0';
	buf_init(&message, 4096);
	buf_addf(&message, "%s,%s,%s", server->bare, server->first, text.data);
	buf_init(&answer, 4096);
	buf_addf(&answer, "c=biws,r=%s", server->nonce);
	assert_string_equal(text.data, answer.data);
	pbkdf2_sha256(password, strlen(password), SALT, strlen(SALT),
		server->iterations, salted);
	server_proof(salted, &message, digest);
	buf_clear(&answer);
	enc_base64(&answer, digest, sizeof(digest));
	server->is_proven = str_eq(answer.data, proof + 3);
	hmac_sha256(salted, sizeof(salted), "Server Key", 10, digest);
	hmac_sha256(digest, sizeof(digest), message.data, message.len, salted);
	buf_clear(&answer);
	buf_adds(&answer, "v=");
	enc_base64(&answer, salted, sizeof(salted));
	server_answer(server, answer.data);
}
