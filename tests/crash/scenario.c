#include "scenario.h"

#include "store/memory.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/enc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 1 << 20, PAYLOAD_BYTES = 6000 };

struct scenario {
	int64_t count;
	char (*digests)[SHA256_HEX_BYTES]; /* after batch n */
};

static void add_lines(struct store *store, int64_t n)
{
	static const char fill[PAYLOAD_BYTES] = {'p'};
	struct store_record line = {.kind = STORE_OUTBOX_ADD,
		.way = LANE_TO_CHIME,
		.mapping = "m",
		.source_id = "source",
		.token = "token",
		.payload = fill,
		/* Some of them larger than a page. */
		.payload_len = (size_t)(n * 977 % PAYLOAD_BYTES),
		.seq = (uint64_t)n,
		.position = n,
		.at_ms = 1000 + n,
		.value = "why"};

	store_append(store, &line);
	line.kind = STORE_OUTBOX_DROP;
	line.seq = (uint64_t)(n > 3 ? n - 3 : 0);
	store_append(store, &line);
	line.kind = n % 5 == 0 ? STORE_ASIDE_ADD : STORE_ASIDE_DROP;
	line.seq = (uint64_t)(n % 15);
	store_append(store, &line);
}

static void add_relayed(struct store *store, int64_t n)
{
	char id[32];
	struct store_record record = {.kind = STORE_DONE,
		.way = LANE_TO_IRC,
		.mapping = "m",
		.source_id = id,
		.dest_id = "dest",
		.complete = true,
		.position = n,
		.at_ms = 5000 + n};

	snprintf(id, sizeof(id), "id-%lld", (long long)n);
	store_append(store, &record);
	record.kind = STORE_CURSOR;
	store_append(store, &record);
	record.kind = STORE_FORGET;
	record.position = n - 10;
	store_append(store, &record);
	record.kind = STORE_INTENT;
	snprintf(id, sizeof(id), "id-%lld", (long long)(n + 1));
	store_append(store, &record);
}

void scenario_append(struct store *store, int64_t n)
{
	char key[32];
	char value[32];

	add_lines(store, n);
	add_relayed(store, n);
	snprintf(key, sizeof(key), "key-%lld", (long long)(n % 7));
	snprintf(value, sizeof(value), "%lld", (long long)n);
	store_append(store, &(struct store_record){.kind = STORE_FACT,
				    .space = "s",
				    .key = key,
				    .value = n % 11 == 0 ? NULL : value});
}

static void add_text(struct buf *out, const char *text)
{
	buf_addf(out, "%s|", text ? text : "");
}

static void add_row(const struct store_record *r, void *arg)
{
	struct buf *out = arg;

	buf_addf(out, "%d %lld %lld %llu %zu %d|", (int)r->kind,
		(long long)r->position, (long long)r->at_ms,
		(unsigned long long)r->seq, r->progress, (int)r->complete);
	add_text(out, r->source_id);
	add_text(out, r->dest_id);
	add_text(out, r->token);
	add_text(out, r->key);
	add_text(out, r->value);
	if (r->payload)
		enc_base64(out, r->payload, r->payload_len);
	buf_addc(out, '\n');
}

/* The memory store gives back whole records, the file only what it keeps. */
static void add_kept(const struct store_record *r, void *arg)
{
	struct store_record kept = *r;
	bool is_line =
		r->kind == STORE_OUTBOX_ADD || r->kind == STORE_ASIDE_ADD;

	if (r->kind != STORE_DONE)
		kept.dest_id = NULL;
	if (r->kind == STORE_CURSOR)
		kept.source_id = NULL;
	if (r->kind == STORE_CURSOR || r->kind == STORE_DONE)
		kept.at_ms = 0;
	if (r->kind != STORE_DONE)
		kept.complete = false;
	if (r->kind == STORE_INTENT)
		kept.position = 0;
	if (r->kind == STORE_OUTBOX_ADD)
		kept.value = NULL;
	if (!is_line)
		kept.payload = NULL;
	add_row(&kept, arg);
}

static int digest_of(struct store *store, char out[SHA256_HEX_BYTES])
{
	static const enum store_kind kinds[] = {STORE_CURSOR, STORE_DONE,
		STORE_INTENT, STORE_OUTBOX_ADD, STORE_ASIDE_ADD, STORE_FACT};
	struct buf AUTOBUF text;

	buf_init(&text, TEXT_BYTES_MAX);
	for (size_t i = 0; i < 2 * ARRAY_LEN(kinds); i++) {
		struct store_query query = {.kind = kinds[i / 2],
			.way = i % 2 ? LANE_TO_IRC : LANE_TO_CHIME,
			.mapping = "m",
			.space = "s"};

		if (store_each(store, &query, add_kept, &text) < 0)
			return -1;
	}
	if (text.overflow)
		abort();
	sha256_hex(text.data, text.len, out);
	return 0;
}

struct scenario *scenario_new(struct loop *loop, int64_t count)
{
	struct scenario *scenario = xcalloc(1, sizeof(*scenario));
	struct store *store = store_memory_new(loop);

	scenario->count = count;
	scenario->digests =
		xcalloc((size_t)count + 1, sizeof(scenario->digests[0]));
	for (int64_t n = 0; n <= count; n++) {
		if (n > 0)
			scenario_append(store, n);
		(void)store_sync(store, NULL, NULL);
		loop_turn(loop, 0);
		if (digest_of(store, scenario->digests[n]) < 0)
			abort();
	}
	store_close(store);
	return scenario;
}

void scenario_free(struct scenario *scenario)
{
	free(scenario->digests);
	free(scenario);
}

int64_t scenario_find(const struct scenario *scenario, struct store *store)
{
	char digest[SHA256_HEX_BYTES];

	if (digest_of(store, digest) < 0)
		return -1;
	for (int64_t n = 0; n <= scenario->count; n++)
		if (strcmp(scenario->digests[n], digest) == 0)
			return n;
	return -1;
}
