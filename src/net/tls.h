/*
 * TLS client profiles: what to trust, what to show. Verification of chain and
 * host name is always on unless a pin replaces it. OpenSSL, TLS 1.2 and later.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>

struct tls_profile;

struct tls_params {
	const char *ca_file;   /* PEM; NULL: the system's store */
	const char *cert_file; /* PEM client certificate (chain), or NULL */
	const char *key_file;  /* PEM key; NULL: in cert_file */
	/*
	 * SHA-256 of the server's certificate (DER) as 64 hex digits, colons
	 * allowed, or NULL. A pin replaces chain and name verification.
	 */
	const char *pin_sha256;
};

/* NULL with `err` naming the file at fault. Reads the files now. */
struct tls_profile *tls_profile_new(
	const struct tls_params *params, struct err *err) MUST_CHECK;
void tls_profile_free(struct tls_profile *profile);

#endif
