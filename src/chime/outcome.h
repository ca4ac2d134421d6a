/*
 * How one attempt of a call ended: what an HTTP answer, or its absence, means
 * for an operation, and one line about it for people.
 */
#ifndef CHIME_OUTCOME_H
#define CHIME_OUTCOME_H

#include "chime/error.h"
#include "chime/operations.h"
#include "net/http.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	OUTCOME_MESSAGE_BYTES = 512,
	OUTCOME_REQUEST_ID_BYTES = 64,
	OUTCOME_RETRY_AFTER_S = 24 * 3600, /* longest that is believed */
};

struct outcome {
	enum chime_error error;
	int status;             /* 0: no answer */
	int64_t retry_after_ms; /* asked for by the service; 0: nothing */
	bool is_final;          /* trying again would end the same way */
	char code[CHIME_CODE_BYTES];
	char request_id[OUTCOME_REQUEST_ID_BYTES];
	char message[OUTCOME_MESSAGE_BYTES]; /* one line; "" on success */
};

/*
 * Fills all of `ret`. Returns the answer's JSON object, a new reference, or
 * NULL when it has none.
 */
json_t *outcome_of_answer(struct outcome *ret,
	const struct chime_operation *operation,
	const struct http_answer *answer) MUST_CHECK;

#endif
