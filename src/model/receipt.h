/*
 * The one thing that comes back: what became of a parcel. See end.h for when.
 */
#ifndef MODEL_RECEIPT_H
#define MODEL_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum receipt_outcome {
	/* The other side has confirmed the payload up to `progress`. */
	RECEIPT_DONE,
	/* For certain not delivered, and never will be: handled, tell people.
	 */
	RECEIPT_REFUSED,
	/* For certain not delivered (beyond the progress already confirmed);
	 * may be later. The bridge keeps it at the head and tries again. */
	RECEIPT_LATER,
	/* The link died between sending and confirmation. */
	RECEIPT_IN_DOUBT,
};

struct receipt {
	uint64_t ticket;
	enum receipt_outcome outcome;
	bool complete;       /* RECEIPT_DONE: the whole payload is confirmed */
	size_t progress;     /* bytes of the payload confirmed in all */
	const char *dest_id; /* id the other side gave this part, or "" */
	const char *why;     /* for people, when not done; else NULL */
	bool is_final; /* RECEIPT_IN_DOUBT: it cannot be found out, and was not
			* sent again; see `skip_doubt` in end.h */
	int64_t retry_ms; /* RECEIPT_LATER: not before; 0: the bridge's choice
			   */
};

#endif
