/*
 * Copies of records in the order they were appended, packed into one block of
 * memory: what the loop hands to the writer in one go.
 *
 * A batch may be built on one thread and read on another, but not at the same
 * time. It has no ceiling of its own: whoever appends bounds what he has
 * under way (lanes by their queues), and a batch lives until it is durable.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch {
	char *data;
	size_t len;
	size_t size;
	size_t count;    /* records */
	uint64_t number; /* for the owner: which commit it waits for */
	struct batch *next;
};

struct batch *batch_new(uint64_t number) MUST_CHECK;
void batch_free(struct batch *batch);
/* Frees it and all that follow it. */
void batch_free_all(struct batch *batch);

/* Copies the record with its strings and payload. */
void batch_add(struct batch *batch, const struct store_record *record);

/*
 * Reads the record at *offset (0 to begin) and moves *offset past it; false at
 * the end. The strings of *ret point into the batch.
 */
bool batch_next(
	const struct batch *batch, size_t *offset, struct store_record *ret);

#endif
