#include "chimed/idempotency.h"

#include "util/alloc.h"
#include "util/buf.h"

#include <string.h>

enum { KEY_BYTES = 4096, SWEEP_EVERY = 16 };

void idempotency_init(
	struct idempotency *entry, const struct idempotency_source *source)
{
	struct buf AUTOBUF text;
	uint8_t digest[SHA256_BYTES];

	buf_init(&text, KEY_BYTES);
	buf_addf(&text, "%s\n%s\n%s", source->operation, source->who,
		source->token);
	sha256(text.data, text.len, digest);
	memcpy(entry->key, digest, sizeof(entry->key));
	memcpy(entry->request, source->request, sizeof(entry->request));
}

/* Ids grow with time: only the oldest few are looked at. */
static const char sweep[] =
	"DELETE FROM tokens WHERE id IN (SELECT id FROM"
	" (SELECT id, created_ms FROM tokens ORDER BY id LIMIT 64)"
	" WHERE created_ms <= ?1)";

enum idempotency_state idempotency_find(struct db *db,
	const struct idempotency *entry, int64_t now_ms, char **ret_answer)
{
	static const char find[] = "SELECT request, answer FROM tokens"
				   " WHERE key = ?1 AND created_ms > ?2";
	struct sqlite3_stmt AUTOSTMT *row = db_query(db, find, "bi", entry->key,
		sizeof(entry->key), now_ms - IDEMPOTENCY_KEEP_MS);
	size_t len;

	if (!db_step(db, row))
		return IDEMPOTENCY_NEW;
	const void *request = db_blob(row, 0, &len);

	if (len != sizeof(entry->request) ||
		memcmp(request, entry->request, len) != 0)
		return IDEMPOTENCY_CONFLICT;
	*ret_answer = xstrdup(db_text(row, 1, NULL));
	return IDEMPOTENCY_REPLAY;
}

void idempotency_store(struct db *db, const struct idempotency *entry,
	const char *answer, int64_t now_ms)
{
	static const char put[] =
		"INSERT OR REPLACE INTO tokens"
		" (key, request, answer, created_ms) VALUES (?1, ?2, ?3, ?4)";

	db_run(db, put, "bbsi", entry->key, sizeof(entry->key), entry->request,
		sizeof(entry->request), answer, now_ms);
	if (db_last_id(db) % SWEEP_EVERY == 0)
		db_run(db, sweep, "i", now_ms - IDEMPOTENCY_KEEP_MS);
}
