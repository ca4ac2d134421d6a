/*
 * AWS credentials, from the first of a row of providers that has any:
 *
 *	given      the key pair in the parameters (tests, belfryctl options)
 *	environment  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 *AWS_SESSION_TOKEN; passed over when a profile or file was named explicitly
 *	profile    the shared files: key pair, or credential_process
 *
 * One fetch serves all who wait. Credentials that expire are renewed
 * CREDS_REFRESH_AHEAD_MS before; while that fails the old ones are used until
 * they expire. Secrets are never logged and are overwritten when freed.
 */
#ifndef AWS_CREDS_H
#define AWS_CREDS_H

#include "aws/sigv4.h"
#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

struct creds;
struct creds_wait;

enum {
	CREDS_REFRESH_AHEAD_MS = 5 * 60 * 1000,
	CREDS_RETRY_MS = 10 * 1000,   /* between failed renewals */
	CREDS_FILE_BYTES = 256 << 10, /* largest profile file */
	CREDS_PROCESS_MS = 30 * 1000, /* longest run of credential_process */
	CREDS_PROCESS_BYTES = 64 << 10,
};

/* All may be NULL. Copied. */
struct creds_params {
	const char *access_key; /* with `secret`: use these, look no further */
	const char *secret;
	const char *session_token;
	const char *profile; /* else AWS_PROFILE, else "default" */
	/* else AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. A systemd
	 * credential is given here. */
	const char *credentials_file;
	const char *config_file; /* else AWS_CONFIG_FILE, ~/.aws/config */
};

struct creds *creds_new(
	struct loop *loop, const struct creds_params *params) MUST_CHECK;
/* Who waits is never called. Not from inside a callback. NULL is fine. */
void creds_free(struct creds *creds);

/*
 * Usable credentials without waiting, or NULL: then ask creds_get(). Starts a
 * renewal in the background when they are about to expire. Borrowed until the
 * end of the loop's turn.
 */
struct sigv4_key *creds_now(struct creds *creds);

/*
 * Exactly one call, never from inside creds_get(). `key` is NULL when nothing
 * usable was found, and `err` says where was looked and why not. The key is
 * valid until the end of the turn.
 */
typedef void creds_fn(struct sigv4_key *key, const struct err *err, void *arg);
struct creds_wait *creds_get(
	struct creds *creds, creds_fn *fn, void *arg) MUST_CHECK;
/* The callback never comes. */
void creds_cancel(struct creds_wait *wait);

/*
 * The service refused the key of this id: fetch again before the next use.
 * Does nothing when another key is in use by now.
 */
void creds_invalidate(struct creds *creds, const char *access_key);

/* Where the present credentials came from ("environment", "profile default
 * of /root/.aws/credentials"), or "none"; for people. */
const char *creds_source(const struct creds *creds);
/* Wall ms, 0 when they do not expire. */
int64_t creds_expire_ms(const struct creds *creds);

#endif
