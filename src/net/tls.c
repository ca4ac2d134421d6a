#include "net/tls.h"

#include "net/loop_private.h"
#include "net/tls_private.h"
#include "util/alloc.h"
#include "util/digest.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

struct tls_profile {
	SSL_CTX *context;
	bool is_pinned;
	uint8_t pin[SHA256_BYTES];
};

/* The reason that OpenSSL gives first is the one closest to the cause. */
static int tls_fail(struct err *err, const char *file, const char *what)
{
	unsigned long code = ERR_get_error();
	const char *reason = NULL;

	if (ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	else if (code != 0)
		reason = ERR_reason_error_string(code);
	ERR_clear_error();
	return err_set(err, -EINVAL, "%s: %s: %s", file, what,
		reason ? reason : "OpenSSL gives no reason");
}

/* OpenSSL would ask on the terminal. */
static int tls_no_passphrase(char *buf, int size, int for_writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)for_writing;
	(void)arg;
	return 0;
}

static int tls_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool tls_read_pin(const char *text, uint8_t pin[SHA256_BYTES])
{
	size_t digits = 0;

	for (const char *p = text; *p; p++) {
		int digit = tls_hex_digit(*p);

		if (*p == ':')
			continue;
		if (digit < 0 || digits == 2 * SHA256_BYTES)
			return false;
		pin[digits / 2] = (uint8_t)(pin[digits / 2] << 4 | digit);
		digits++;
	}
	return digits == 2 * SHA256_BYTES;
}

static int tls_load_pin(
	struct tls_profile *profile, const char *text, struct err *err)
{
	profile->is_pinned = text != NULL;
	if (!text || tls_read_pin(text, profile->pin))
		return 0;
	return err_set(err, -EINVAL,
		"a pin is the SHA-256 of a certificate: 64 hex digits, not "
		"\"%s\"",
		text);
}

static int tls_load_trust(
	SSL_CTX *context, const char *ca_file, struct err *err)
{
	if (!ca_file) {
		if (SSL_CTX_set_default_verify_paths(context) != 1)
			return tls_fail(err, "the system's certificates",
				"cannot be used");
		return 0;
	}
	if (SSL_CTX_load_verify_file(context, ca_file) != 1)
		return tls_fail(err, ca_file, "cannot read certificates");
	return 0;
}

static int tls_load_identity(
	SSL_CTX *context, const struct tls_params *params, struct err *err)
{
	const char *key_file =
		params->key_file ? params->key_file : params->cert_file;

	if (!params->cert_file) {
		if (params->key_file)
			return err_set(err, -EINVAL,
				"%s: a key needs its certificate",
				params->key_file);
		return 0;
	}
	SSL_CTX_set_default_passwd_cb(context, tls_no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(context, params->cert_file) != 1)
		return tls_fail(
			err, params->cert_file, "cannot read a certificate");
	if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) !=
		1)
		return tls_fail(err, key_file, "cannot read the key");
	return 0;
}

static SSL_CTX *tls_context_new(void)
{
	SSL_CTX *context = net_must(SSL_CTX_new(TLS_client_method()));

	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	/* Most IRC servers just close: that ends the stream, no more. */
	SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF |
					     SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return context;
}

struct tls_profile *tls_profile_new(
	const struct tls_params *params, struct err *err)
{
	struct tls_profile *profile = xcalloc(1, sizeof(*profile));

	ERR_clear_error();
	profile->context = tls_context_new();
	if (tls_load_trust(profile->context, params->ca_file, err) != 0 ||
		tls_load_identity(profile->context, params, err) != 0 ||
		tls_load_pin(profile, params->pin_sha256, err) != 0) {
		tls_profile_free(profile);
		return NULL;
	}
	return profile;
}

void tls_profile_free(struct tls_profile *profile)
{
	if (!profile)
		return;
	SSL_CTX_free(profile->context);
	free(profile);
}

SSL_CTX *tls_profile_context(struct tls_profile *profile)
{
	return profile->context;
}

const uint8_t *tls_profile_pin(const struct tls_profile *profile)
{
	return profile->is_pinned ? profile->pin : NULL;
}
