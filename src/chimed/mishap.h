/*
 * What goes wrong with one call, on purpose: its answer is replaced, spoiled,
 * cut or late. Something that goes wrong before the call keeps it from having
 * an effect; all else happens to the answer, when the effect is there.
 */
#ifndef CHIMED_MISHAP_H
#define CHIMED_MISHAP_H

#include "chimed/answer.h"

#include <stdbool.h>
#include <stdint.h>

enum mishap_kind {
	MISHAP_NONE,
	MISHAP_ERROR,    /* `status` is answered, as `fault` if it is one */
	MISHAP_DROP,     /* nothing is answered, the connection is cut */
	MISHAP_TRUNCATE, /* the same in the middle of the body */
	MISHAP_GARBAGE,  /* a success whose body is no JSON */
	MISHAP_EMPTY,    /* a success whose body is missing */
};

struct mishap {
	enum mishap_kind kind;
	bool before; /* the call has no effect */
	enum fault fault;
	int status;
	int64_t delay_ms; /* of the answer; of any kind */
};

/* What becomes of the answer; `status` is that of the operation's success. */
void mishap_befall(
	const struct mishap *mishap, int status, struct answer *answer);

#endif
