#include "net/tls_session.h"

#include "net/loop_private.h"
#include "net/tls_private.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/enc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WHY_BYTES = 512, /* longer ones are cut */
	NAMES_SHOWN = 5,
	NAMES_BYTES = 300,
};

struct tls_session {
	SSL *ssl;
	struct tls_profile *profile;
	char *host; /* without the final dot that a full name may have */
	bool is_open;
	bool wants_write;
	bool is_untrusted;
	char *why; /* NULL: nothing is wrong */
};

static bool host_is_literal(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

/* A name of a certificate is the peer's word: no byte of it may harm a log. */
static void names_add(struct buf *names, const unsigned char *name, int len)
{
	if (names->len > 0)
		buf_adds(names, ", ");
	for (int i = 0; i < len; i++)
		buf_addc(names,
			name[i] > 0x20 && name[i] < 0x7f ? (char)name[i] : '?');
}

static void names_add_address(struct buf *names, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN] = "?";
	int family = ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;

	if (ASN1_STRING_length(ip) == 4 || ASN1_STRING_length(ip) == 16)
		inet_ntop(
			family, ASN1_STRING_get0_data(ip), text, sizeof(text));
	names_add(names, (const unsigned char *)text, (int)strlen(text));
}

static void names_add_common(struct buf *names, X509 *cert)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *name;

	if (at < 0)
		return;
	name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	names_add(names, ASN1_STRING_get0_data(name), ASN1_STRING_length(name));
}

static void names_add_general(struct buf *names, const GENERAL_NAME *name)
{
	if (name->type == GEN_DNS)
		names_add(names, ASN1_STRING_get0_data(name->d.dNSName),
			ASN1_STRING_length(name->d.dNSName));
	else if (name->type == GEN_IPADD)
		names_add_address(names, name->d.iPAddress);
}

static void names_of(X509 *cert, struct buf *names)
{
	GENERAL_NAMES *all =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	if (all) {
		for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
			if (i == NAMES_SHOWN) {
				buf_adds(names, " ...");
				break;
			}
			names_add_general(names, sk_GENERAL_NAME_value(all, i));
		}
	} else {
		names_add_common(names, cert);
	}
	GENERAL_NAMES_free(all);
	if (names->len == 0)
		buf_adds(names, "nobody");
}

static void session_say(struct tls_session *session, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

static void session_say(struct tls_session *session, const char *fmt, ...)
{
	char text[WHY_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_string(&session->why, text);
}

static void session_explain(struct tls_session *session, X509 *cert, int error)
{
	struct buf AUTOBUF names;

	buf_init(&names, NAMES_BYTES);
	session->is_untrusted = true;
	if (error != X509_V_ERR_HOSTNAME_MISMATCH &&
		error != X509_V_ERR_IP_ADDRESS_MISMATCH) {
		session_say(session, "certificate chain is not trusted: %s",
			X509_verify_cert_error_string(error));
		return;
	}
	names_of(cert, &names);
	session_say(session, "certificate is not valid for %s (it names: %s)",
		session->host, names.data);
}

static bool session_check_pin(struct tls_session *session, X509 *cert)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char hex[SHA256_HEX_BYTES];
	unsigned len = 0;

	if (X509_digest(cert, EVP_sha256(), digest, &len) != 1 ||
		len != SHA256_BYTES)
		return false;
	if (digest_equal(
		    digest, tls_profile_pin(session->profile), SHA256_BYTES))
		return true;
	enc_hex(digest, SHA256_BYTES, hex);
	session_say(session,
		"certificate does not match the pin (it is SHA-256 %s)", hex);
	session->is_untrusted = true;
	return false;
}

/*
 * Takes the place of OpenSSL's own verification, inside the handshake: a
 * client that refuses a server must not yet have shown its own certificate.
 */
static int session_on_verify(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *session = SSL_get_app_data(ssl);
	X509 *cert = X509_STORE_CTX_get0_cert(store);

	(void)arg;
	if (tls_profile_pin(session->profile)) {
		if (session_check_pin(session, cert))
			return 1;
		X509_STORE_CTX_set_error(
			store, X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	if (X509_verify_cert(store) == 1)
		return 1;
	session_explain(session, cert, X509_STORE_CTX_get_error(store));
	return 0;
}

static void session_expect_host(struct tls_session *session)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
	int ok;

	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (host_is_literal(session->host)) {
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, session->host);
	} else {
		ok = SSL_set1_host(session->ssl, session->host);
		/* A name too long for SNI is too long for a certificate. */
		(void)SSL_set_tlsext_host_name(session->ssl, session->host);
	}
	if (ok != 1)
		abort();
}

struct tls_session *tls_session_new(
	struct tls_profile *profile, const char *host, int fd)
{
	struct tls_session *session = xcalloc(1, sizeof(*session));
	SSL_CTX *context = tls_profile_context(profile);
	size_t len = strlen(host);

	if (len > 1 && host[len - 1] == '.')
		len--;
	session->profile = profile;
	session->host = xstrndup(host, len);
	SSL_CTX_set_cert_verify_callback(context, session_on_verify, NULL);
	session->ssl = net_must(SSL_new(context));
	SSL_set_app_data(session->ssl, session);
	session_expect_host(session);
	if (SSL_set_fd(session->ssl, fd) != 1)
		abort();
	SSL_set_connect_state(session->ssl);
	return session;
}

void tls_session_free(struct tls_session *session)
{
	if (!session)
		return;
	ERR_clear_error();
	if (session->is_open)
		(void)SSL_shutdown(session->ssl);
	ERR_clear_error();
	SSL_free(session->ssl);
	free(session->host);
	free(session->why);
	free(session);
}

static void session_set_why(struct tls_session *session, const char *reason)
{
	const char *prefix = session->is_open ? "TLS" : "TLS handshake failed";

	if (!session->why)
		session_say(session, "%s: %s", prefix, reason);
}

static ssize_t session_break(struct tls_session *session, int sys_errno)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);

	if (sys_errno != 0)
		reason = strerror(sys_errno);
	session_set_why(session, reason ? reason : "closed by peer");
	session->is_open = false;
	return sys_errno != 0 ? -sys_errno : -EPROTO;
}

/* What a call that did not succeed means. */
static ssize_t session_failed(struct tls_session *session, int ret)
{
	int sys_errno = errno;

	switch (SSL_get_error(session->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		session->wants_write = false;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		session->wants_write = true;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		if (!session->is_open)
			return session_break(session, 0);
		return 0;
	case SSL_ERROR_SYSCALL:
		return session_break(session, sys_errno);
	default:
		return session_break(session, 0);
	}
}

ssize_t tls_session_handshake(struct tls_session *session)
{
	int ret;

	ERR_clear_error();
	errno = 0;
	ret = SSL_do_handshake(session->ssl);
	if (ret != 1)
		return session_failed(session, ret);
	session->is_open = true;
	return 1;
}

ssize_t tls_session_read(struct tls_session *session, void *bytes, size_t size)
{
	size_t done = 0;
	int ret;

	ERR_clear_error();
	errno = 0;
	ret = SSL_read_ex(session->ssl, bytes, size, &done);
	return ret == 1 ? (ssize_t)done : session_failed(session, ret);
}

ssize_t tls_session_write(
	struct tls_session *session, const void *bytes, size_t len)
{
	size_t done = 0;
	int ret;

	ERR_clear_error();
	errno = 0;
	ret = SSL_write_ex(session->ssl, bytes, len, &done);
	return ret == 1 ? (ssize_t)done : session_failed(session, ret);
}

bool tls_session_wants_write(const struct tls_session *session)
{
	return session->wants_write;
}

bool tls_session_has_pending(const struct tls_session *session)
{
	return SSL_pending(session->ssl) > 0;
}

const char *tls_session_why(const struct tls_session *session)
{
	return session->why ? session->why : "";
}

bool tls_session_is_untrusted(const struct tls_session *session)
{
	return session->is_untrusted;
}
