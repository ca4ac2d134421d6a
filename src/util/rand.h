/*
 * Random bytes from OpenSSL's generator. Abort when it cannot deliver.
 */
#ifndef UTIL_RAND_H
#define UTIL_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t len);
/* Uniform in 0 .. n-1; n > 0. */
uint32_t rand_below(uint32_t n);
/* 128 random bits as 32 hex digits and a NUL: ids and idempotency tokens. */
enum { RAND_TOKEN_BYTES = 33 };
void rand_token(char out[RAND_TOKEN_BYTES]);

#endif
