/*
 * What every implementation of model/store.h must do: cases that the tests of
 * each of them run. A case gets a store with nothing in it, and may leave
 * anything there.
 */
#ifndef SUPPORT_STORE_CASES_H
#define SUPPORT_STORE_CASES_H

#include "model/store.h"
#include "net/loop.h"

typedef void store_case_fn(struct loop *loop, struct store *store);

store_case_fn store_case_cursor;
store_case_fn store_case_done;
store_case_fn store_case_intent;
store_case_fn store_case_outbox;
store_case_fn store_case_aside;
store_case_fn store_case_forget;
store_case_fn store_case_fact;
store_case_fn store_case_odd_bytes;
store_case_fn store_case_sync_order;
store_case_fn store_case_sync_cancel;
store_case_fn store_case_sync_of_nothing;
store_case_fn store_case_sync_in_sync;
store_case_fn store_case_cannot_ask;

/* Turns until all that was appended is durable. */
void store_settle(struct loop *loop, struct store *store);
/* Reads a query as text, a line per row, at most `size` bytes. */
void store_dump(struct store *store, const struct store_query *query, char *out,
	size_t size);

#endif
