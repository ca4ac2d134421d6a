/*
 * SHA-256 and HMAC-SHA-256 over OpenSSL, fetched once per process (fetching
 * costs more than hashing). One thread may use these at a time.
 */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65 };

void sha256(const void *data, size_t len, uint8_t out[SHA256_BYTES]);
void sha256_hex(const void *data, size_t len, char out[SHA256_HEX_BYTES]);
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	uint8_t out[SHA256_BYTES]);
/* RFC 8018 PBKDF2-HMAC-SHA-256, 32 bytes out (SCRAM's Hi()). */
void pbkdf2_sha256(const char *password, size_t password_len, const void *salt,
	size_t salt_len, unsigned iterations, uint8_t out[SHA256_BYTES]);
/* Constant-time comparison. */
bool digest_equal(const void *a, const void *b, size_t len);

#endif
