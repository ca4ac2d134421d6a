#include "net_cert.h"

#include "util/alloc.h"
#include "util/digest.h"
#include "util/enc.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DAY_S = 86400 };

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void cert_add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(extension != NULL);
	must(X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static X509 *cert_build(const struct net_cert_params *params, EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	X509 *issuer = params->issuer ? params->issuer->cert : cert;

	must(X509_set_version(cert, 2) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(cert), 7) == 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -2 * DAY_S);
	X509_gmtime_adj(
		X509_getm_notAfter(cert), params->is_expired ? -DAY_S : DAY_S);
	must(X509_set_pubkey(cert, key) == 1);
	must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		     (const unsigned char *)params->common_name, -1, -1,
		     0) == 1);
	must(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
	cert_add_extension(cert, NID_basic_constraints,
		params->is_ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (params->alt_names)
		cert_add_extension(
			cert, NID_subject_alt_name, params->alt_names);
	must(X509_sign(cert, params->issuer ? params->issuer->key : key,
		     EVP_sha256()) > 0);
	return cert;
}

static FILE *cert_open(char *path, size_t size)
{
	int fd;

	snprintf(path, size, "/tmp/net_cert.XXXXXX");
	fd = mkstemp(path);
	must(fd >= 0);
	return fdopen(fd, "w");
}

static void cert_save(struct net_cert *cert)
{
	FILE *file = cert_open(cert->cert_file, sizeof(cert->cert_file));

	must(PEM_write_X509(file, cert->cert) == 1);
	must(fclose(file) == 0);
	file = cert_open(cert->key_file, sizeof(cert->key_file));
	must(PEM_write_PrivateKey(file, cert->key, NULL, NULL, 0, NULL, NULL) ==
		1);
	must(fclose(file) == 0);
}

struct net_cert *net_cert_new(const struct net_cert_params *params)
{
	struct net_cert *cert = xcalloc(1, sizeof(*cert));
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	cert->key = EVP_EC_gen("P-256");
	must(cert->key != NULL);
	cert->cert = cert_build(params, cert->key);
	must(X509_digest(cert->cert, EVP_sha256(), digest, &len) == 1);
	enc_hex(digest, SHA256_BYTES, cert->pin);
	cert_save(cert);
	return cert;
}

void net_cert_free(struct net_cert *cert)
{
	if (!cert)
		return;
	unlink(cert->cert_file);
	unlink(cert->key_file);
	X509_free(cert->cert);
	EVP_PKEY_free(cert->key);
	free(cert);
}

/* Any certificate will do: the test looks at it itself. */
static int accept_any(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

SSL *net_tls_accept(int fd, const struct net_cert *cert, bool wants_client)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	SSL *ssl;

	must(SSL_CTX_use_certificate(context, cert->cert) == 1);
	must(SSL_CTX_use_PrivateKey(context, cert->key) == 1);
	if (wants_client)
		SSL_CTX_set_verify(context,
			SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			NULL);
	SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
	ssl = SSL_new(context);
	SSL_CTX_free(context);
	must(SSL_set_fd(ssl, fd) == 1);
	if (SSL_accept(ssl) == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

void net_tls_says(SSL *ssl, const char *text)
{
	(void)SSL_write(ssl, text, (int)strlen(text));
}

bool net_tls_read_line(SSL *ssl, char *text, int size)
{
	int len = 0;

	while (len + 1 < size && SSL_read(ssl, text + len, 1) == 1) {
		if (text[len] == '\n') {
			text[len] = '\0';
			return true;
		}
		len++;
	}
	text[len] = '\0';
	return false;
}

void net_tls_close(SSL *ssl)
{
	(void)SSL_shutdown(ssl);
	SSL_free(ssl);
}
