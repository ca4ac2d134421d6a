#include "chimed/mishap.h"

#include "util/alloc.h"

#include <stdlib.h>

enum { STATUS_OK = 200, STATUS_NO_CONTENT = 204 };

static void befall_error(
	const struct mishap *mishap, int status, struct answer *answer)
{
	(void)status;
	if (mishap->fault != FAULT_NONE) {
		answer_fault(answer, mishap->fault, "A fault was asked for");
		return;
	}
	/* No exception has this status: as from a proxy on the way. */
	answer_release(answer);
	answer->status = mishap->status;
}

static void befall_drop(
	const struct mishap *mishap, int status, struct answer *answer)
{
	(void)mishap;
	answer_release(answer);
	answer->status = status;
	answer->cut = ANSWER_NONE;
}

static void befall_truncate(
	const struct mishap *mishap, int status, struct answer *answer)
{
	(void)mishap;
	(void)status;
	/* Where there is no body, there is nothing to send half of. */
	answer->cut = answer->body == NULL ? ANSWER_NONE : ANSWER_HALF;
}

static void befall_garbage(
	const struct mishap *mishap, int status, struct answer *answer)
{
	(void)mishap;
	answer_release(answer);
	answer->status = status == STATUS_NO_CONTENT ? STATUS_OK : status;
	answer->body = xstrdup("<html><body>It works!</body>");
}

static void befall_empty(
	const struct mishap *mishap, int status, struct answer *answer)
{
	(void)mishap;
	answer_release(answer);
	answer->status = status;
}

typedef void befall_fn(
	const struct mishap *mishap, int status, struct answer *answer);

static befall_fn *const befalls[] = {
	[MISHAP_ERROR] = befall_error,
	[MISHAP_DROP] = befall_drop,
	[MISHAP_TRUNCATE] = befall_truncate,
	[MISHAP_GARBAGE] = befall_garbage,
	[MISHAP_EMPTY] = befall_empty,
};

void mishap_befall(
	const struct mishap *mishap, int status, struct answer *answer)
{
	if (mishap->kind != MISHAP_NONE)
		befalls[mishap->kind](mishap, status, answer);
	answer->delay_ms = mishap->delay_ms;
}
