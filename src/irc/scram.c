#include "irc/scram.h"

#include "util/alloc.h"
#include "util/enc.h"
#include "util/rand.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE_RANDOM_BYTES = 18 };

/* gs2-header: no channel binding, no other authorization identity. */
static const char GS2[] = "n,,";
static const char GS2_BASE64[] = "biws";

static bool scram_is_fit(const char *s)
{
	size_t len = strlen(s);
	uint32_t codepoint;
	size_t used;

	for (; len > 0; s += used, len -= used) {
		used = utf8_decode(s, len, &codepoint);
		if (used == 0 || utf8_is_control(codepoint) ||
			utf8_is_invisible(codepoint))
			return false;
	}
	return true;
}

static void scram_add_user(struct buf *out, const char *user)
{
	for (; *user; user++)
		if (*user == '=')
			buf_adds(out, "=3D");
		else if (*user == ',')
			buf_adds(out, "=2C");
		else
			buf_addc(out, *user);
}

static char *scram_random_nonce(void)
{
	uint8_t bytes[NONCE_RANDOM_BYTES];
	struct buf nonce;

	rand_bytes(bytes, sizeof(bytes));
	buf_init(&nonce, 2 * sizeof(bytes));
	enc_base64(&nonce, bytes, sizeof(bytes));
	return buf_take(&nonce);
}

int irc_scram_init(struct irc_scram *scram, const char *user,
	const char *password, const char *nonce)
{
	if (!*user || !*password || !scram_is_fit(user) ||
		!scram_is_fit(password))
		return -EINVAL;
	*scram = (struct irc_scram){.password = xstrdup(password)};
	scram->nonce = nonce ? xstrdup(nonce) : scram_random_nonce();
	buf_init(&scram->bare, IRC_SCRAM_TEXT_BYTES_MAX);
	buf_adds(&scram->bare, "n=");
	scram_add_user(&scram->bare, user);
	buf_addf(&scram->bare, ",r=%s", scram->nonce);
	if (scram->bare.overflow) {
		irc_scram_release(scram);
		return -EINVAL;
	}
	return 0;
}

void irc_scram_release(struct irc_scram *scram)
{
	if (scram->password)
		explicit_bzero(scram->password, strlen(scram->password));
	free(TAKE(scram->password));
	free(TAKE(scram->nonce));
	buf_release(&scram->bare);
	explicit_bzero(
		scram->server_signature, sizeof(scram->server_signature));
}

void irc_scram_first(const struct irc_scram *scram, struct buf *out)
{
	buf_adds(out, GS2);
	buf_add(out, scram->bare.data, scram->bare.len);
}

/* Cuts the attribute `name`=value off the front; {NULL, 0} when it is not. */
static struct span scram_attribute(struct span *rest, char name)
{
	struct span attribute = span_cut(rest, ',');

	if (attribute.len < 2 || attribute.p[0] != name ||
		attribute.p[1] != '=')
		return (struct span){NULL, 0};
	return (struct span){attribute.p + 2, attribute.len - 2};
}

struct server_first {
	struct span nonce;
	uint8_t salt[IRC_SCRAM_SALT_BYTES_MAX];
	size_t salt_len;
	unsigned iterations;
};

static int scram_read_nonce(const struct irc_scram *scram,
	struct server_first *first, const char **ret_why)
{
	size_t own = strlen(scram->nonce);

	if (!first->nonce.p || first->nonce.len > IRC_SCRAM_NONCE_BYTES_MAX) {
		*ret_why = "the server's SCRAM message has no usable nonce";
		return -EPROTO;
	}
	if (first->nonce.len <= own ||
		memcmp(first->nonce.p, scram->nonce, own) != 0) {
		*ret_why = "the server's SCRAM nonce does not continue ours";
		return -EPROTO;
	}
	return 0;
}

static int scram_read_salt(
	struct server_first *first, struct span value, const char **ret_why)
{
	struct buf AUTOBUF salt;

	buf_init(&salt, IRC_SCRAM_SALT_BYTES_MAX);
	if (!value.p || enc_base64_decode(&salt, value.p, value.len) < 0 ||
		salt.overflow || salt.len == 0) {
		*ret_why = "the server's SCRAM salt cannot be read";
		return -EPROTO;
	}
	memcpy(first->salt, salt.data, salt.len);
	first->salt_len = salt.len;
	return 0;
}

static int scram_read_iterations(
	struct server_first *first, struct span value, const char **ret_why)
{
	char digits[16] = "";
	uint64_t count = 0;

	if (value.p && value.len < sizeof(digits))
		memcpy(digits, value.p, value.len);
	if (parse_u64(digits, IRC_SCRAM_ITERATIONS_MAX, &count) < 0 ||
		count < IRC_SCRAM_ITERATIONS_MIN) {
		*ret_why = "the server's SCRAM iteration count is out of "
			   "bounds (4096 to 1000000)";
		return -EPROTO;
	}
	first->iterations = (unsigned)count;
	return 0;
}

static int scram_read_first(const struct irc_scram *scram, struct span rest,
	struct server_first *first, const char **ret_why)
{
	int rc;

	/* "m=" in front announces an extension that must be understood: it is
	 * not "r=", so it is refused here. */
	first->nonce = scram_attribute(&rest, 'r');
	rc = scram_read_nonce(scram, first, ret_why);
	if (rc == 0)
		rc = scram_read_salt(
			first, scram_attribute(&rest, 's'), ret_why);
	if (rc == 0)
		rc = scram_read_iterations(
			first, scram_attribute(&rest, 'i'), ret_why);
	return rc;
}

/* RFC 5802, 3: from the salted password to the proof and the signature. */
static void scram_compute(struct irc_scram *scram,
	const struct server_first *first, const struct buf *message,
	uint8_t ret_proof[SHA256_BYTES])
{
	uint8_t salted[SHA256_BYTES];
	uint8_t key[SHA256_BYTES];
	uint8_t stored[SHA256_BYTES];
	uint8_t signature[SHA256_BYTES];

	pbkdf2_sha256(scram->password, strlen(scram->password), first->salt,
		first->salt_len, first->iterations, salted);
	hmac_sha256(salted, sizeof(salted), "Client Key", 10, key);
	sha256(key, sizeof(key), stored);
	hmac_sha256(
		stored, sizeof(stored), message->data, message->len, signature);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		ret_proof[i] = key[i] ^ signature[i];
	hmac_sha256(salted, sizeof(salted), "Server Key", 10, key);
	hmac_sha256(key, sizeof(key), message->data, message->len,
		scram->server_signature);
	scram->is_computed = true;
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(key, sizeof(key));
	explicit_bzero(stored, sizeof(stored));
}

int irc_scram_final(struct irc_scram *scram, const char *text, size_t len,
	struct buf *out, const char **ret_why)
{
	struct server_first first = {.salt_len = 0};
	struct buf AUTOBUF message;
	uint8_t proof[SHA256_BYTES];
	size_t final;
	int rc;

	buf_init(&message, 4 * IRC_SCRAM_TEXT_BYTES_MAX);
	rc = scram_read_first(scram, (struct span){text, len}, &first, ret_why);
	if (rc < 0)
		return rc;
	buf_add(&message, scram->bare.data, scram->bare.len);
	buf_addc(&message, ',');
	buf_add(&message, text, len);
	buf_addc(&message, ',');
	final = message.len;
	buf_addf(&message, "c=%s,r=", GS2_BASE64);
	buf_add(&message, first.nonce.p, first.nonce.len);
	if (message.overflow) {
		*ret_why = "the server's SCRAM message is too long";
		return -EPROTO;
	}
	scram_compute(scram, &first, &message, proof);
	buf_add(out, message.data + final, message.len - final);
	buf_adds(out, ",p=");
	enc_base64(out, proof, sizeof(proof));
	return 0;
}

int irc_scram_verify(const struct irc_scram *scram, const char *text,
	size_t len, const char **ret_why)
{
	struct span rest = {text, len};
	struct span value;
	struct buf AUTOBUF signature;

	buf_init(&signature, 2 * SHA256_BYTES);
	if (len >= 2 && text[0] == 'e' && text[1] == '=') {
		*ret_why = "the server refused the SCRAM login";
		return -EACCES;
	}
	value = scram_attribute(&rest, 'v');
	if (!scram->is_computed || !value.p ||
		enc_base64_decode(&signature, value.p, value.len) < 0 ||
		signature.len != SHA256_BYTES ||
		!digest_equal(signature.data, scram->server_signature,
			SHA256_BYTES)) {
		*ret_why = "the server's SCRAM signature is wrong: it does "
			   "not know the password";
		return -EPROTO;
	}
	return 0;
}
