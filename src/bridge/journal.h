/*
 * The durable side of one lane: what it appends to the store, under its own
 * name. Plain translation; when something is written is the lane's business.
 */
#ifndef BRIDGE_JOURNAL_H
#define BRIDGE_JOURNAL_H

#include "bridge/item.h"
#include "model/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All borrowed. */
struct journal {
	struct store *store;
	const char *mapping;
	enum lane_way way;
};

void journal_cursor(const struct journal *journal, int64_t position);
/* Nothing before this position is ever wanted: it was said before the
 * mapping was. */
void journal_floor(const struct journal *journal, int64_t position);

/* What is confirmed of an event; events without an id leave no record. */
struct journal_done {
	const char *source_id;
	const char *dest_id; /* or NULL */
	int64_t position;
	size_t progress;
	bool complete;
};
void journal_done(
	const struct journal *journal, const struct journal_done *done);

void journal_intent(
	const struct journal *journal, const struct item *item, int64_t at_ms);
void journal_intent_back(
	const struct journal *journal, const struct item *item);
void journal_outbox_add(const struct journal *journal, const struct item *item);
void journal_outbox_drop(
	const struct journal *journal, const struct item *item);
/* Sets a parcel aside under a number of the lane's, or says anew why. */
void journal_aside_add(const struct journal *journal,
	const struct parcel *parcel, uint64_t seq, const char *why);
void journal_aside_drop(const struct journal *journal, uint64_t seq);
void journal_forget(const struct journal *journal, int64_t before);

/* Asks the store for what this lane has of a kind. 0 or -EIO. */
int journal_each(const struct journal *journal, enum store_kind kind,
	int64_t since, store_each_fn *fn, void *arg) MUST_CHECK;
/* Leaves *ret alone when there is no floor. */
int journal_read_floor(const struct journal *journal, int64_t *ret) MUST_CHECK;

#endif
