/*
 * SCRAM-SHA-256 as a client (RFC 5802, RFC 7677), without channel binding.
 * Pure: texts in, texts out; the nonce is random unless a test gives one.
 *
 * The server is not believed: its nonce must continue ours, the iteration
 * count must lie within bounds, and its signature is verified: a login is only
 * good when irc_scram_verify() said so.
 *
 * User name and password must be UTF-8 without control and invisible
 * characters. ASCII is its own SASLprep form; other characters are taken to be
 * in normal form (NFKC) already, as keyboards produce them.
 */
#ifndef IRC_SCRAM_H
#define IRC_SCRAM_H

#include "util/attr.h"
#include "util/buf.h"
#include "util/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IRC_SCRAM_ITERATIONS_MIN = 4096,
	/* A third of a second of computing; the loop stands meanwhile. */
	IRC_SCRAM_ITERATIONS_MAX = 1000000,
	IRC_SCRAM_SALT_BYTES_MAX = 1024,
	IRC_SCRAM_NONCE_BYTES_MAX = 1024,
	IRC_SCRAM_TEXT_BYTES_MAX = 8192,
};

/* Holds secrets until released. */
struct irc_scram {
	char *password;
	char *nonce;     /* ours, then ours and the server's */
	struct buf bare; /* client-first-message-bare */
	uint8_t server_signature[SHA256_BYTES];
	bool is_computed; /* server_signature is there */
};

/*
 * `nonce` NULL: random. 0, or -EINVAL when user name or password cannot be
 * used (see above); then nothing is to be released.
 */
int irc_scram_init(struct irc_scram *scram, const char *user,
	const char *password, const char *nonce) MUST_CHECK;
/* Wipes and frees. Fine on a zeroed struct. */
void irc_scram_release(struct irc_scram *scram);

/* Appends client-first-message. */
void irc_scram_first(const struct irc_scram *scram, struct buf *out);
/*
 * Takes server-first-message and appends client-final-message. 0; -EPROTO for
 * a message that is malformed or dangerous, with *ret_why saying how (static).
 */
int irc_scram_final(struct irc_scram *scram, const char *text, size_t len,
	struct buf *out, const char **ret_why) MUST_CHECK;
/*
 * Takes server-final-message. 0: the server knows the password; -EACCES: it
 * says no; -EPROTO: it is malformed or the signature is wrong.
 */
int irc_scram_verify(const struct irc_scram *scram, const char *text,
	size_t len, const char **ret_why) MUST_CHECK;

#endif
