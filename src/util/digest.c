#include "util/digest.h"

#include "util/enc.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

/*
 * Fetched at the first use and kept for the life of the process; the contexts
 * carry nothing from one call to the next.
 */
static EVP_MD *md;
static EVP_MD_CTX *md_context;
static EVP_MAC_CTX *mac_context;

/* OpenSSL fails here only without memory or without its own provider. */
static void must(int ok)
{
	if (!ok)
		abort();
}

static void fetch_md(void)
{
	if (md)
		return;
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	md_context = EVP_MD_CTX_new();
	must(md && md_context);
}

static void fetch_mac(void)
{
	if (mac_context)
		return;
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(mac != NULL);
	mac_context = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac); /* the context holds its own reference */
	must(mac_context && EVP_MAC_CTX_set_params(mac_context, params));
}

void sha256(const void *data, size_t len, uint8_t out[SHA256_BYTES])
{
	fetch_md();
	must(EVP_DigestInit_ex2(md_context, md, NULL));
	must(EVP_DigestUpdate(md_context, data, len));
	must(EVP_DigestFinal_ex(md_context, out, NULL));
}

void sha256_hex(const void *data, size_t len, char out[SHA256_HEX_BYTES])
{
	uint8_t digest[SHA256_BYTES];
	sha256(data, len, digest);
	enc_hex(digest, sizeof(digest), out);
}

void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	uint8_t out[SHA256_BYTES])
{
	fetch_mac();
	/* A NULL key would mean: the one of the call before. */
	must(EVP_MAC_init(mac_context, key_len ? key : "", key_len, NULL));
	must(EVP_MAC_update(mac_context, data, len));
	must(EVP_MAC_final(mac_context, out, NULL, SHA256_BYTES));
}

void pbkdf2_sha256(const char *password, size_t password_len, const void *salt,
	size_t salt_len, unsigned iterations, uint8_t out[SHA256_BYTES])
{
	if (password_len > INT_MAX || salt_len > INT_MAX ||
		iterations > INT_MAX)
		abort();
	fetch_md();
	must(PKCS5_PBKDF2_HMAC(password, (int)password_len, salt, (int)salt_len,
		(int)iterations, md, SHA256_BYTES, out));
}

bool digest_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
