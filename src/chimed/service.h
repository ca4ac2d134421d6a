/*
 * The service without its network: one request in, one answer out, against
 * the state file. The way of a request is: signature, operation, faults that
 * were asked for, bearer, arguments, rates, idempotency, channel and role,
 * handler.
 *
 * The caller keeps a transaction open around service_handle() (db_begin) and
 * lets no answer out before db_commit() said yes.
 */
#ifndef CHIMED_SERVICE_H
#define CHIMED_SERVICE_H

#include "aws/sigv4.h"
#include "chimed/answer.h"
#include "chimed/auth.h"
#include "chimed/db.h"
#include "chimed/faults.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct service;

enum { SERVICE_BODY_BYTES = 256 << 10, SERVICE_HEADER_BYTES = 64 << 10 };

/* Strings and lists are copied. */
struct service_params {
	const char *region;
	const char *account; /* in ARNs */
	char *const *admins; /* user ids */
	size_t admin_count;
	const char *access_key; /* NULL: any signature or none */
	const char *secret;
	int64_t skew_s;
	struct faults *faults; /* borrowed; NULL: none */
	bool throttled;        /* the published rates are enforced */
	const int64_t *quotas; /* borrowed, by enum quota; NULL: none */
};

/* The database is borrowed and must outlive the service. */
struct service *service_new(
	struct db *db, const struct service_params *params) MUST_CHECK;
void service_free(struct service *service); /* NULL is fine */

/* All borrowed for the call. */
struct service_request {
	const char *method;
	const char *target; /* path and query as sent */
	const char *bearer; /* header x-amz-chime-bearer, or NULL */
	const struct sigv4_header *headers;
	size_t header_count;
	const char *body;
	size_t body_len;
};

void service_handle(struct service *service,
	const struct service_request *request, struct answer *answer);

#endif
