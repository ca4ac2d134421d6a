/*
 * What went wrong with a call, in one small enum, and what to do about it.
 * Services answer with an HTTP status, the header x-amzn-ErrorType and a body
 * {"Code", "Message"}; older and newer ones differ in which of them they
 * send. The status decides first, names refine it.
 */
#ifndef CHIME_ERROR_H
#define CHIME_ERROR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum chime_error {
	CHIME_OK,
	CHIME_BAD_REQUEST,  /* refused for its form; also checks before sending
			     */
	CHIME_LIMIT,        /* a resource quota is exhausted */
	CHIME_UNAUTHORIZED, /* bad or unknown bearer, bad signature */
	CHIME_FORBIDDEN,
	CHIME_NOT_FOUND,
	CHIME_CONFLICT, /* often: it is there already */
	CHIME_THROTTLED,
	CHIME_SERVICE,     /* 5xx */
	CHIME_UNREACHABLE, /* not sent */
	CHIME_TIMEOUT,     /* no answer in time; may have had its effect */
	CHIME_BROKEN,      /* connection lost; may have had its effect */
	CHIME_UNTRUSTED,   /* TLS verification failed; not sent */
	CHIME_CANCELLED,   /* given up by its owner; no client says it */
	CHIME_CLOCK_SKEW,  /* our clock is wrong */
	CHIME_CREDENTIALS, /* none to be had, or expired */
	CHIME_MALFORMED,   /* the answer makes no sense */
	CHIME_ERROR_COUNT,
};

enum chime_remedy {
	CHIME_GIVE_UP,
	CHIME_RETRY,       /* surely without effect: again after a pause */
	CHIME_RETRY_DOUBT, /* perhaps with effect: again only if that is safe */
	CHIME_RESIGN,      /* correct the clock, sign again, at once */
	CHIME_REFRESH,     /* fetch credentials, sign again, at once */
};

/* An answer with a status. Everything is borrowed; any pointer may be NULL. */
struct chime_answer {
	int status;
	const char *error_type; /* header x-amzn-ErrorType */
	const json_t *body;     /* NULL: none, or not JSON */
};

enum { CHIME_CODE_BYTES = 64 };

/*
 * Classifies an answer. ret_code gets the error's name without decoration
 * ("ThrottledClientException", "Forbidden"), "" when the answer has none.
 */
enum chime_error chime_error_classify(
	const struct chime_answer *answer, char ret_code[CHIME_CODE_BYTES]);
/* The answer's message for people, borrowed from the body, or NULL. */
const char *chime_error_message(const json_t *body);

/* Could a wrong clock be the reason? Then the Date header tells. */
bool chime_error_may_be_clock(enum chime_error error, const char *code);

enum chime_remedy chime_error_remedy(enum chime_error error);
/* "throttled": for metrics and logs. */
const char *chime_error_name(enum chime_error error);
/* What somebody has to do about it, as "; do this", or "" when waiting is all
 * that helps. */
const char *chime_error_advice(enum chime_error error);
/* Do the keys lack a right, whoever is the bearer? By the error's name. */
bool chime_error_is_policy(enum chime_error error, const char *code);

#endif
