#include "store/rows.h"

#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum statement {
	ADD_LANE,
	FIND_LANE,
	SET_CURSOR,
	PUT_DONE,
	PUT_INTENT,
	DROP_INTENT,
	PUT_OUTBOX,
	DROP_OUTBOX,
	PUT_ASIDE,
	DROP_ASIDE,
	FORGET_DONE,
	FORGET_INTENTS,
	PUT_FACT,
	DROP_FACT,
	STATEMENTS,
};

static const char *const statement_sql[STATEMENTS] = {
	[ADD_LANE] = "INSERT OR IGNORE INTO lane (mapping, way) VALUES (?, ?)",
	[FIND_LANE] = "SELECT id FROM lane WHERE mapping = ? AND way = ?",
	[SET_CURSOR] = "UPDATE lane SET position = ?2 WHERE id = ?1",
	[PUT_DONE] = "INSERT OR REPLACE INTO done (lane, position, source_id,"
		     " progress, complete, dest_id)"
		     " VALUES (?, ?, ?, ?, ?, ?)",
	[PUT_INTENT] = "INSERT OR REPLACE INTO intent"
		       " (lane, source_id, progress, at_ms)"
		       " VALUES (?, ?, ?, ?)",
	[DROP_INTENT] = "DELETE FROM intent WHERE lane = ? AND source_id = ?",
	[PUT_OUTBOX] = "INSERT OR REPLACE INTO outbox (lane, seq, source_id,"
		       " token, payload, position, at_ms)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[DROP_OUTBOX] = "DELETE FROM outbox WHERE lane = ? AND seq = ?",
	[PUT_ASIDE] = "INSERT OR REPLACE INTO aside (lane, seq, source_id,"
		      " token, payload, position, at_ms, reason)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[DROP_ASIDE] = "DELETE FROM aside WHERE lane = ? AND seq = ?",
	[FORGET_DONE] = "DELETE FROM done WHERE lane = ? AND position < ?",
	[FORGET_INTENTS] = "DELETE FROM intent WHERE lane = ? AND at_ms < ?",
	[PUT_FACT] = "INSERT OR REPLACE INTO fact (space, key, value)"
		     " VALUES (?, ?, ?)",
	[DROP_FACT] = "DELETE FROM fact WHERE space = ? AND key = ?",
};

struct row_lane {
	char *name; /* way digit and mapping: the key */
	int64_t id;
	int64_t cursor; /* not yet written when `dirty` */
	bool dirty;
	struct row_lane *next_dirty;
	UT_hash_handle hh;
};

struct rows {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct row_lane *lanes;
	struct row_lane *last;  /* that was asked for: most often the same */
	struct row_lane *dirty; /* have a cursor to write */
};

struct rows *rows_new(sqlite3 *db, int *ret_rc)
{
	struct rows *rows = xcalloc(1, sizeof(*rows));

	rows->db = db;
	for (int i = 0; i < STATEMENTS; i++) {
		int rc = sqlite3_prepare_v3(db, statement_sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &rows->statements[i], NULL);

		if (rc != SQLITE_OK) {
			*ret_rc = rc;
			rows_free(rows);
			return NULL;
		}
	}
	return rows;
}

void rows_rolled_back(struct rows *rows)
{
	struct row_lane *lane;
	struct row_lane *next;

	HASH_ITER (hh, rows->lanes, lane, next) {
		HASH_DEL(rows->lanes, lane);
		free(lane->name);
		free(lane);
	}
	rows->last = NULL;
	rows->dirty = NULL;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(rows->statements[i]);
	rows_rolled_back(rows);
	free(rows);
}

/* Steps a statement that returns nothing, and makes it ready again. */
static int run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	(void)sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	(void)sqlite3_bind_text(stmt, i, str_or_empty(text), -1, SQLITE_STATIC);
}

static int lane_read_id(
	struct rows *rows, const struct store_record *record, int64_t *ret_id)
{
	sqlite3_stmt *add = rows->statements[ADD_LANE];
	sqlite3_stmt *find = rows->statements[FIND_LANE];
	int rc;

	bind_text(add, 1, record->mapping);
	(void)sqlite3_bind_int(add, 2, (int)record->way);
	rc = run(add);
	if (rc != SQLITE_OK)
		return rc;
	bind_text(find, 1, record->mapping);
	(void)sqlite3_bind_int(find, 2, (int)record->way);
	rc = sqlite3_step(find);
	if (rc == SQLITE_ROW)
		*ret_id = sqlite3_column_int64(find, 0);
	(void)sqlite3_reset(find);
	if (rc == SQLITE_DONE)
		return SQLITE_INTERNAL;
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static bool lane_is(
	const struct row_lane *lane, const struct store_record *record)
{
	return lane->name[0] == '0' + (int)record->way &&
	       strcmp(lane->name + 1, record->mapping) == 0;
}

static int rows_lane(struct rows *rows, const struct store_record *record,
	struct row_lane **ret)
{
	struct row_lane *lane = rows->last;
	AUTOFREE char *name = NULL;
	int64_t id = 0;
	int rc;

	if (lane && lane_is(lane, record)) {
		*ret = lane;
		return SQLITE_OK;
	}
	name = xasprintf("%d%s", (int)record->way, record->mapping);
	HASH_FIND_STR(rows->lanes, name, lane);
	if (!lane) {
		rc = lane_read_id(rows, record, &id);
		if (rc != SQLITE_OK)
			return rc;
		lane = xcalloc(1, sizeof(*lane));
		lane->name = TAKE(name);
		lane->id = id;
		HASH_ADD_KEYPTR(
			hh, rows->lanes, lane->name, strlen(lane->name), lane);
	}
	rows->last = lane;
	*ret = lane;
	return SQLITE_OK;
}

static int apply_cursor(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	lane->cursor = record->position;
	if (!lane->dirty) {
		lane->dirty = true;
		LL_PREPEND2(rows->dirty, lane, next_dirty);
	}
	return SQLITE_OK;
}

static int drop_intent(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	sqlite3_stmt *stmt = rows->statements[DROP_INTENT];

	(void)sqlite3_bind_int64(stmt, 1, lane->id);
	bind_text(stmt, 2, record->source_id);
	return run(stmt);
}

static int apply_done(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	sqlite3_stmt *stmt = rows->statements[PUT_DONE];
	int rc;

	(void)sqlite3_bind_int64(stmt, 1, lane->id);
	(void)sqlite3_bind_int64(stmt, 2, record->position);
	bind_text(stmt, 3, record->source_id);
	(void)sqlite3_bind_int64(stmt, 4, (int64_t)record->progress);
	(void)sqlite3_bind_int(stmt, 5, record->complete);
	bind_text(stmt, 6, record->dest_id);
	rc = run(stmt);
	if (rc != SQLITE_OK || !record->complete)
		return rc;
	return drop_intent(rows, lane, record);
}

static int apply_intent(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	sqlite3_stmt *stmt = rows->statements[PUT_INTENT];

	if (record->at_ms == 0)
		return drop_intent(rows, lane, record);
	(void)sqlite3_bind_int64(stmt, 1, lane->id);
	bind_text(stmt, 2, record->source_id);
	(void)sqlite3_bind_int64(stmt, 3, (int64_t)record->progress);
	(void)sqlite3_bind_int64(stmt, 4, record->at_ms);
	return run(stmt);
}

/* What a line in the outbox and one that was set aside have in common. */
static void bind_line(sqlite3_stmt *stmt, const struct row_lane *lane,
	const struct store_record *record)
{
	(void)sqlite3_bind_int64(stmt, 1, lane->id);
	(void)sqlite3_bind_int64(stmt, 2, (int64_t)record->seq);
	bind_text(stmt, 3, record->source_id);
	bind_text(stmt, 4, record->token);
	/* A NULL pointer would be no blob at all. */
	(void)sqlite3_bind_blob64(stmt, 5,
		record->payload ? record->payload : "",
		record->payload ? record->payload_len : 0, SQLITE_STATIC);
	(void)sqlite3_bind_int64(stmt, 6, record->position);
	(void)sqlite3_bind_int64(stmt, 7, record->at_ms);
}

static int apply_outbox_add(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	sqlite3_stmt *stmt = rows->statements[PUT_OUTBOX];

	bind_line(stmt, lane, record);
	return run(stmt);
}

static int apply_aside_add(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	sqlite3_stmt *stmt = rows->statements[PUT_ASIDE];

	bind_line(stmt, lane, record);
	bind_text(stmt, 8, record->value);
	return run(stmt);
}

static int drop_line(
	sqlite3_stmt *stmt, int64_t lane_id, const struct store_record *record)
{
	(void)sqlite3_bind_int64(stmt, 1, lane_id);
	(void)sqlite3_bind_int64(stmt, 2, (int64_t)record->seq);
	return run(stmt);
}

static int apply_outbox_drop(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	return drop_line(rows->statements[DROP_OUTBOX], lane->id, record);
}

static int apply_aside_drop(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	return drop_line(rows->statements[DROP_ASIDE], lane->id, record);
}

static int apply_forget(struct rows *rows, struct row_lane *lane,
	const struct store_record *record)
{
	static const enum statement both[] = {FORGET_DONE, FORGET_INTENTS};

	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		sqlite3_stmt *stmt = rows->statements[both[i]];
		int rc;

		(void)sqlite3_bind_int64(stmt, 1, lane->id);
		(void)sqlite3_bind_int64(stmt, 2, record->position);
		rc = run(stmt);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static int apply_fact(struct rows *rows, const struct store_record *record)
{
	sqlite3_stmt *stmt =
		rows->statements[record->value ? PUT_FACT : DROP_FACT];

	bind_text(stmt, 1, record->space);
	bind_text(stmt, 2, record->key);
	if (record->value)
		bind_text(stmt, 3, record->value);
	return run(stmt);
}

typedef int apply_fn(struct rows *rows, struct row_lane *lane,
	const struct store_record *record);

static apply_fn *const appliers[] = {
	[STORE_CURSOR] = apply_cursor,
	[STORE_DONE] = apply_done,
	[STORE_INTENT] = apply_intent,
	[STORE_OUTBOX_ADD] = apply_outbox_add,
	[STORE_OUTBOX_DROP] = apply_outbox_drop,
	[STORE_FORGET] = apply_forget,
	[STORE_ASIDE_ADD] = apply_aside_add,
	[STORE_ASIDE_DROP] = apply_aside_drop,
};

int rows_apply(struct rows *rows, const struct store_record *record)
{
	struct row_lane *lane = NULL;
	int rc;

	if (record->kind == STORE_FACT)
		return apply_fact(rows, record);
	rc = rows_lane(rows, record, &lane);
	if (rc != SQLITE_OK)
		return rc;
	return appliers[record->kind](rows, lane, record);
}

int rows_finish(struct rows *rows)
{
	sqlite3_stmt *stmt = rows->statements[SET_CURSOR];
	int rc = SQLITE_OK;

	while (rows->dirty && rc == SQLITE_OK) {
		struct row_lane *lane = rows->dirty;

		(void)sqlite3_bind_int64(stmt, 1, lane->id);
		(void)sqlite3_bind_int64(stmt, 2, lane->cursor);
		rc = run(stmt);
		lane->dirty = false;
		LL_DELETE2(rows->dirty, lane, next_dirty);
	}
	return rc;
}
