#include "store/query.h"

#include "util/str.h"

#include <errno.h>

#define LANE "lane = (SELECT id FROM lane WHERE mapping = ?1 AND way = ?2)"

static const char sql_cursor[] =
	"SELECT position FROM lane"
	" WHERE mapping = ?1 AND way = ?2 AND position IS NOT NULL";
static const char sql_done[] =
	"SELECT source_id, progress, complete, dest_id, position FROM done"
	" WHERE " LANE " AND position >= ?3"
	" ORDER BY position, source_id, progress";
static const char sql_intent[] = "SELECT source_id, progress, at_ms FROM intent"
				 " WHERE " LANE " ORDER BY source_id";
static const char sql_outbox[] =
	"SELECT seq, source_id, token, payload, position, at_ms FROM outbox"
	" WHERE " LANE " ORDER BY seq";
static const char sql_aside[] =
	"SELECT seq, source_id, token, payload, position, at_ms, reason"
	" FROM aside WHERE " LANE " ORDER BY seq";
static const char sql_fact[] =
	"SELECT key, value FROM fact WHERE space = ?1 ORDER BY key";

static const char *column_text(sqlite3_stmt *stmt, int i)
{
	return str_or_empty((const char *)sqlite3_column_text(stmt, i));
}

static void read_cursor(sqlite3_stmt *stmt, struct store_record *ret)
{
	ret->position = sqlite3_column_int64(stmt, 0);
}

static void read_done(sqlite3_stmt *stmt, struct store_record *ret)
{
	ret->source_id = column_text(stmt, 0);
	ret->progress = (size_t)sqlite3_column_int64(stmt, 1);
	ret->complete = sqlite3_column_int(stmt, 2) != 0;
	ret->dest_id = column_text(stmt, 3);
	ret->position = sqlite3_column_int64(stmt, 4);
}

static void read_intent(sqlite3_stmt *stmt, struct store_record *ret)
{
	ret->source_id = column_text(stmt, 0);
	ret->progress = (size_t)sqlite3_column_int64(stmt, 1);
	ret->at_ms = sqlite3_column_int64(stmt, 2);
}

static void read_outbox(sqlite3_stmt *stmt, struct store_record *ret)
{
	ret->seq = (uint64_t)sqlite3_column_int64(stmt, 0);
	ret->source_id = column_text(stmt, 1);
	ret->token = column_text(stmt, 2);
	ret->payload = sqlite3_column_blob(stmt, 3);
	ret->payload_len = (size_t)sqlite3_column_bytes(stmt, 3);
	ret->position = sqlite3_column_int64(stmt, 4);
	ret->at_ms = sqlite3_column_int64(stmt, 5);
}

static void read_aside(sqlite3_stmt *stmt, struct store_record *ret)
{
	read_outbox(stmt, ret);
	ret->value = column_text(stmt, 6);
}

static void read_fact(sqlite3_stmt *stmt, struct store_record *ret)
{
	ret->key = column_text(stmt, 0);
	ret->value = column_text(stmt, 1);
}

struct reader {
	const char *sql;
	void (*read)(sqlite3_stmt *stmt, struct store_record *ret);
};

static const struct reader readers[] = {
	[STORE_CURSOR] = {sql_cursor, read_cursor},
	[STORE_DONE] = {sql_done, read_done},
	[STORE_INTENT] = {sql_intent, read_intent},
	[STORE_OUTBOX_ADD] = {sql_outbox, read_outbox},
	[STORE_FACT] = {sql_fact, read_fact},
	[STORE_ASIDE_ADD] = {sql_aside, read_aside},
};

static void query_bind(sqlite3_stmt *stmt, const struct store_query *query)
{
	bool is_fact = query->kind == STORE_FACT;

	(void)sqlite3_bind_text(stmt, 1,
		str_or_empty(is_fact ? query->space : query->mapping), -1,
		SQLITE_STATIC);
	if (is_fact)
		return;
	(void)sqlite3_bind_int(stmt, 2, (int)query->way);
	if (query->kind == STORE_DONE)
		(void)sqlite3_bind_int64(stmt, 3, query->since);
}

static struct store_record record_of(const struct store_query *query)
{
	return (struct store_record){
		.kind = query->kind,
		.way = query->way,
		.mapping = query->mapping,
		.space = query->space,
	};
}

int query_run(sqlite3 *db, const struct store_query *query, store_each_fn *fn,
	void *arg)
{
	const struct reader *reader;
	sqlite3_stmt *stmt = NULL;
	int rc;

	if ((size_t)query->kind >= ARRAY_LEN(readers) ||
		!readers[query->kind].sql)
		return -EINVAL;
	reader = &readers[query->kind];
	if (sqlite3_prepare_v2(db, reader->sql, -1, &stmt, NULL) != SQLITE_OK)
		return -EIO;
	query_bind(stmt, query);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_record record = record_of(query);

		reader->read(stmt, &record);
		fn(&record, arg);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -EIO;
}
