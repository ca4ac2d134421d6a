/*
 * Certificates made while the test runs, and a TLS server's side of a
 * connection (blocking, for the scripts of net_peer.h).
 */
#ifndef SUPPORT_NET_CERT_H
#define SUPPORT_NET_CERT_H

#include <openssl/ssl.h>
#include <stdbool.h>

struct net_cert {
	EVP_PKEY *key;
	X509 *cert;
	char pin[65];       /* SHA-256 in hex */
	char cert_file[64]; /* PEM; removed by net_cert_free() */
	char key_file[64];
};

struct net_cert_params {
	const char *common_name;
	const char *alt_names;         /* "DNS:a,IP:127.0.0.1", or NULL */
	const struct net_cert *issuer; /* NULL: signs itself */
	bool is_ca;
	bool is_expired;
};

struct net_cert *net_cert_new(const struct net_cert_params *params);
void net_cert_free(struct net_cert *cert);

/* NULL when the handshake fails. The descriptor stays the caller's. */
SSL *net_tls_accept(int fd, const struct net_cert *cert, bool wants_client);
void net_tls_says(SSL *ssl, const char *text);
/* Reads one line, without its LF; false at the end. */
bool net_tls_read_line(SSL *ssl, char *text, int size);
/* Sends close_notify, then frees. */
void net_tls_close(SSL *ssl);

#endif
