#include "store/batch.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_FIRST_BYTES = 1024, ENTRY_ALIGN = 8, TEXTS = 7 };

/* Length that stands for a NULL string. */
static const size_t NO_TEXT = SIZE_MAX;

/* What precedes the strings and the payload of a record. The pointers in
 * `record` mean nothing until batch_next() sets them anew. */
struct entry {
	struct store_record record;
	size_t text_len[TEXTS];
	size_t bytes; /* of the whole entry, aligned */
};

/* The strings of a record, in the order they are packed. */
static void texts_get(const struct store_record *r, const char *out[TEXTS])
{
	const char *texts[TEXTS] = {
		r->mapping,
		r->source_id,
		r->dest_id,
		r->token,
		r->space,
		r->key,
		r->value,
	};

	memcpy(out, texts, sizeof(texts));
}

static void texts_set(struct store_record *r, const char *const texts[TEXTS])
{
	r->mapping = texts[0];
	r->source_id = texts[1];
	r->dest_id = texts[2];
	r->token = texts[3];
	r->space = texts[4];
	r->key = texts[5];
	r->value = texts[6];
}

struct batch *batch_new(uint64_t number)
{
	struct batch *batch = xcalloc(1, sizeof(*batch));

	batch->number = number;
	return batch;
}

void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	free(batch->data);
	free(batch);
}

void batch_free_all(struct batch *batch)
{
	while (batch) {
		struct batch *next = batch->next;

		batch_free(batch);
		batch = next;
	}
}

static void batch_reserve(struct batch *batch, size_t more)
{
	size_t size = batch->size ? batch->size : BATCH_FIRST_BYTES;

	while (size - batch->len < more)
		size *= 2;
	if (size == batch->size)
		return;
	batch->data = xreallocarray(batch->data, size, 1);
	batch->size = size;
}

static void batch_put(struct batch *batch, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(batch->data + batch->len, bytes, len);
	batch->len += len;
}

void batch_add(struct batch *batch, const struct store_record *record)
{
	struct entry entry = {.record = *record};
	size_t payload_len = record->payload ? record->payload_len : 0;
	const char *texts[TEXTS];
	size_t start;

	entry.record.payload_len = payload_len;
	entry.bytes = sizeof(entry) + payload_len;
	texts_get(record, texts);
	for (int i = 0; i < TEXTS; i++) {
		entry.text_len[i] = texts[i] ? strlen(texts[i]) : NO_TEXT;
		entry.bytes += texts[i] ? entry.text_len[i] + 1 : 0;
	}
	entry.bytes =
		(entry.bytes + ENTRY_ALIGN - 1) & ~(size_t)(ENTRY_ALIGN - 1);

	batch_reserve(batch, entry.bytes);
	start = batch->len;
	batch_put(batch, &entry, sizeof(entry));
	for (int i = 0; i < TEXTS; i++)
		if (texts[i])
			batch_put(batch, texts[i], entry.text_len[i] + 1);
	batch_put(batch, record->payload, payload_len);
	batch->len = start + entry.bytes;
	batch->count++;
}

bool batch_next(
	const struct batch *batch, size_t *offset, struct store_record *ret)
{
	struct entry entry;
	const char *texts[TEXTS] = {NULL};
	const char *p = batch->data + *offset;

	if (*offset >= batch->len)
		return false;
	memcpy(&entry, p, sizeof(entry));
	p += sizeof(entry);
	for (int i = 0; i < TEXTS; i++) {
		if (entry.text_len[i] == NO_TEXT)
			continue;
		texts[i] = p;
		p += entry.text_len[i] + 1;
	}
	*ret = entry.record;
	texts_set(ret, texts);
	ret->payload = p;
	*offset += entry.bytes;
	return true;
}
