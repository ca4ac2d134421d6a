/*
 * The gate: is this request signed by the key pair that the service knows?
 * Without a key pair every request passes, signed or not.
 */
#ifndef CHIMED_AUTH_H
#define CHIMED_AUTH_H

#include "aws/sigv4.h"
#include "chimed/answer.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum { AUTH_SKEW_S = 15 * 60 };

struct auth {
	struct sigv4_key key;
	bool off;
	const char *region; /* borrowed */
	int64_t skew_s;
};

struct auth_params {
	const char *access_key; /* NULL: everything passes */
	const char *secret;
	const char *region; /* must outlive the gate */
	int64_t skew_s;     /* largest difference of clocks */
};

void auth_init(struct auth *auth, const struct auth_params *params);
void auth_release(struct auth *auth);

/* False: `answer` says why not. */
bool auth_pass(struct auth *auth, const struct sigv4_request *request,
	int64_t wall_ms, struct answer *answer) MUST_CHECK;

#endif
