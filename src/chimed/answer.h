/*
 * The answer to a call: a status and a JSON body, or an error in the shape of
 * the service: status, header x-amzn-ErrorType, body {"Code", "Message"}.
 */
#ifndef CHIMED_ANSWER_H
#define CHIMED_ANSWER_H

#include "util/attr.h"
#include "util/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum fault {
	FAULT_NONE,
	FAULT_BAD_REQUEST,
	FAULT_LIMIT,        /* a resource quota */
	FAULT_UNAUTHORIZED, /* the bearer */
	FAULT_FORBIDDEN,
	FAULT_NOT_FOUND,
	FAULT_CONFLICT,
	FAULT_THROTTLED,
	FAULT_FAILURE, /* the service's own */
	FAULT_UNAVAILABLE,
	/* From the gate in front of the service, before any operation. */
	FAULT_NO_SIGNATURE,
	FAULT_BROKEN_SIGNATURE,
	FAULT_UNKNOWN_KEY,
	FAULT_WRONG_SIGNATURE,
	FAULT_UNKNOWN_OPERATION,
	FAULT_WRONG_METHOD,
	FAULT_COUNT,
};

enum { ANSWER_ID_BYTES = 37 };

/* How much of it goes out before the connection is cut. */
enum answer_cut {
	ANSWER_WHOLE, /* the connection goes on */
	ANSWER_HALF,  /* the headers, and half of the body they speak of */
	ANSWER_NONE,
};

struct answer {
	int status;
	const char *error_type; /* NULL: a success */
	char *body;             /* owned; NULL: none */
	enum answer_cut cut;
	int64_t delay_ms; /* it is held back for that long */
};

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);
#define AUTOANSWER CLEANUP(answer_release)

/* A success; takes `body`, which may be NULL (204). */
void answer_ok(struct answer *answer, int status, json_t *body);
/* The same from text; takes the content of `body`, which must have fitted. */
void answer_text(struct answer *answer, int status, struct buf *body);
/* Replaces whatever was there. Broken UTF-8 in the text is repaired. */
void answer_fault(struct answer *answer, enum fault fault, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* "Forbidden", as in the Code of an error. */
const char *answer_fault_code(enum fault fault);
/* The fault that is answered with that status, the most common one where
 * there are several; or by the name of its exception, with or without
 * "Exception". FAULT_NONE: there is none. */
enum fault answer_fault_of_status(int status);
enum fault answer_fault_named(const char *name);
bool answer_is_success(const struct answer *answer);

/* The text that the service gives when a role does not suffice. */
void answer_forbidden(struct answer *answer);

/* A random UUID: x-amzn-RequestId, app instance ids. */
void answer_new_id(char out[ANSWER_ID_BYTES]);

#endif
