/*
 * What only the sessions may know of a TLS profile. Both stay the profile's.
 */
#ifndef NET_TLS_PRIVATE_H
#define NET_TLS_PRIVATE_H

#include "net/tls.h"

#include <openssl/ssl.h>
#include <stdint.h>

SSL_CTX *tls_profile_context(struct tls_profile *profile);
/* SHA-256 of the certificate to expect, or NULL. */
const uint8_t *tls_profile_pin(const struct tls_profile *profile);

#endif
