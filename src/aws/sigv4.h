/*
 * AWS Signature Version 4: sign a request (header or query form) and check
 * one. Pure functions: no I/O, no clock, nothing kept but the day key inside
 * struct sigv4_key. Client, local service and the messaging session share
 * them. Source: IAM User Guide, "Signing AWS API requests".
 *
 * The path is taken as it goes over the wire and percent-encoded once more,
 * segment by segment (every service but S3): an ARN in a path, already sent
 * as %3A and %2F, is signed as %253A and %252F.
 *
 *	struct sigv4_signed out;
 *	sigv4_signed_init(&out);
 *	if (sigv4_sign(key, &params, &request, &out) == 0)
 *		... send out.authorization.data and out.date ...
 *	sigv4_signed_release(&out);
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include "util/attr.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGV4_MAX_HEADERS = 64,     /* of one request, added ones included */
	SIGV4_MAX_QUERY = 64,       /* parameters */
	SIGV4_MAX_BYTES = 64 << 10, /* of canonical request or query */
	SIGV4_DATE_BYTES = 17,      /* "20210119T180000Z" */
	SIGV4_SCOPE_BYTES = 128,    /* date/region/service/aws4_request */
	SIGV4_ACCESS_KEY_BYTES = 129,
};

/*
 * A key pair, and the signing key derived from it for the last day, region
 * and service used (four HMACs that one day of requests has in common).
 */
struct sigv4_key {
	char *access_key;
	char *secret;
	char *token;                       /* session token, or NULL */
	char day_scope[SIGV4_SCOPE_BYTES]; /* what day_key is for; "": nothing
					    */
	uint8_t day_key[SHA256_BYTES];
};

/* Copies the strings; `token` may be NULL or "" (none). */
void sigv4_key_init(struct sigv4_key *key, const char *access_key,
	const char *secret, const char *token);
/* Overwrites the secrets before freeing them. */
void sigv4_key_release(struct sigv4_key *key);

struct sigv4_header {
	const char *name;
	const char *value;
};

/* Everything is borrowed for the call. */
struct sigv4_request {
	const char *method;
	struct span path;  /* as sent; "" means "/" */
	struct span query; /* as sent, without '?' */
	/*
	 * Signing: all headers to be signed; `host` must be there, x-amz-date
	 * and x-amz-security-token must not (they are added). Checking: all
	 * headers received. Repeated names are merged in order.
	 */
	const struct sigv4_header *headers;
	size_t header_count;
	const void *body;
	size_t body_len;
	const char *body_sha256; /* hex, when known; NULL: hash the body */
};

enum sigv4_flag {
	SIGV4_KEEP_DOTS = 1 << 0,      /* leave "//", "/./", "/../" alone */
	SIGV4_ENCODE_ONCE = 1 << 1,    /* S3: the path is not encoded again */
	SIGV4_SEND_BODY_HASH = 1 << 2, /* adds x-amz-content-sha256 */
	SIGV4_TOKEN_UNSIGNED = 1 << 3, /* the session token is added later */
};

struct sigv4_params {
	const char *region;
	const char *service;
	int64_t wall_ms;    /* time of signing */
	unsigned expires_s; /* query form only: X-Amz-Expires */
	unsigned flags;     /* of enum sigv4_flag */
};

/* Reusable: every signing starts by clearing it. */
struct sigv4_signed {
	struct buf canonical; /* the canonical request */
	struct buf string_to_sign;
	struct buf signed_headers; /* "host;x-amz-date" */
	struct buf authorization;  /* header form: the header's value */
	struct buf query;          /* query form: all of the final query */
	char date[SIGV4_DATE_BYTES];
	char body_sha256[SHA256_HEX_BYTES];
	char signature[SHA256_HEX_BYTES];
};

void sigv4_signed_init(struct sigv4_signed *out);
void sigv4_signed_release(struct sigv4_signed *out);

/*
 * Header form. The caller sends the signed headers, `x-amz-date: date`,
 * `x-amz-security-token` when the key has a token, and `Authorization`.
 * 0, -E2BIG (a limit above was passed) or -EINVAL (no host, empty name).
 */
int sigv4_sign(struct sigv4_key *key, const struct sigv4_params *params,
	const struct sigv4_request *request,
	struct sigv4_signed *out) MUST_CHECK;

/* Query form ("presigned"): the caller sends out->query. */
int sigv4_presign(struct sigv4_key *key, const struct sigv4_params *params,
	const struct sigv4_request *request,
	struct sigv4_signed *out) MUST_CHECK;

enum sigv4_verdict {
	SIGV4_OK,
	SIGV4_MISSING,     /* carries no signature at all */
	SIGV4_MALFORMED,   /* one that cannot be read */
	SIGV4_UNKNOWN_KEY, /* the lookup gave NULL, or another token */
	SIGV4_WRONG_SCOPE, /* another region, service, or not its own date */
	SIGV4_SKEWED,      /* too old, too new, or past its X-Amz-Expires */
	SIGV4_UNSIGNED_HEADER, /* host or an x-amz-* header is not signed */
	SIGV4_MISMATCH,        /* the signature is wrong */
};

/* The key of that id, borrowed for the call, or NULL. */
typedef struct sigv4_key *sigv4_lookup_fn(const char *access_key, void *arg);

struct sigv4_check {
	const char *region;  /* NULL: any */
	const char *service; /* NULL: any */
	int64_t wall_ms;     /* now */
	int64_t skew_s; /* largest difference; 0: the time is not checked */
	unsigned flags; /* of enum sigv4_flag: how the path is encoded */
	sigv4_lookup_fn *lookup;
	void *arg;
};

/*
 * Checks an Authorization header, or X-Amz-* query parameters when there is
 * no such header. A key with a token demands that token; a key without one
 * takes any. Comparison is in constant time. When the credential could be
 * read, ret_access_key (of SIGV4_ACCESS_KEY_BYTES, may be NULL) gets the key
 * id, whatever the verdict; else it becomes "".
 */
enum sigv4_verdict sigv4_verify(const struct sigv4_check *check,
	const struct sigv4_request *request, char *ret_access_key) MUST_CHECK;

/* For people and logs. */
const char *sigv4_verdict_text(enum sigv4_verdict verdict);

#endif
