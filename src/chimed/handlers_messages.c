#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/writer.h"
#include "util/digest.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/rand.h"

#include <string.h>

enum { CONTROL_BYTES = 30, CONTENT_BYTES = 4096, ID_TIME_BYTES = 6 };

/*
 * 64 hex digits that begin with the time, so that the index of ids grows at
 * its end.
 */
static void new_id(int64_t now_ms, char out[SHA256_HEX_BYTES])
{
	uint8_t bytes[SHA256_BYTES];

	rand_bytes(bytes, sizeof(bytes));
	for (int i = 0; i < ID_TIME_BYTES; i++)
		bytes[i] = (uint8_t)(now_ms >> (8 * (ID_TIME_BYTES - 1 - i)));
	enc_hex(bytes, sizeof(bytes), out);
}

/* What the rows cannot say: limits that depend on the type of message. */
static bool fits(struct call *call, const char *type)
{
	size_t len = 0;
	size_t meta_len = 0;
	bool control = str_eq(type, "CONTROL");

	args_text(&call->args, "Content", &len);
	args_text(&call->args, "Metadata", &meta_len);
	if (len > (control ? CONTROL_BYTES : CONTENT_BYTES)) {
		answer_fault(call->answer, FAULT_BAD_REQUEST,
			"Channel Messages size limit exceeded");
		return false;
	}
	if (control && meta_len != 0) {
		answer_fault(call->answer, FAULT_BAD_REQUEST,
			"Metadata is not supported for CONTROL messages");
		return false;
	}
	return true;
}

static void keep(struct call *call, const char *id, const char *type)
{
	static const char put[] =
		"INSERT INTO messages (channel, message_id, sender, type,"
		" content, metadata, created_ms, updated_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
	static const char touch[] =
		"UPDATE channels SET last_message_ms = ?2 WHERE id = ?1";
	size_t len = 0;
	size_t meta_len = 0;
	const char *content = args_text(&call->args, "Content", &len);
	const char *metadata = args_text(&call->args, "Metadata", &meta_len);

	db_run(call->db, put, "isisnni", call->channel.id, id, call->bearer.id,
		type, content, len, metadata, meta_len, call->now_ms);
	db_run(call->db, touch, "ii", call->channel.id, call->now_ms);
}

static json_t *receipt(const struct call *call, const char *id)
{
	return call_of_channel(call, "MessageId", json_string(id));
}

void handle_send_channel_message(struct call *call)
{
	const char *type = args_text(&call->args, "Type", NULL);
	char id[SHA256_HEX_BYTES];

	if (!fits(call, type))
		return;
	new_id(call->now_ms, id);
	/* Others live on the wire only, and nobody is connected to one. */
	if (str_eq(args_text(&call->args, "Persistence", NULL), "PERSISTENT"))
		keep(call, id, type);
	call_ok(call, receipt(call, id));
}

/* ---- reading ---- */

#define MESSAGE_COLUMNS                                                        \
	"m.message_id, m.content, m.metadata, m.type, m.created_ms,"           \
	" m.updated_ms, m.edited_ms, m.redacted, u.arn, u.name, m.id"
enum { MESSAGE_CONTENT = 1, MESSAGE_CREATED = 4, MESSAGE_ID = 10 };

static void write_text(
	struct buf *out, const char *key, struct sqlite3_stmt *row, int column)
{
	size_t len;
	const char *text = db_text(row, column, &len);

	if (text != NULL)
		writer_text(out, key, text, len);
}

static void write_time(
	struct buf *out, const char *key, struct sqlite3_stmt *row, int column)
{
	if (!db_is_null(row, column))
		writer_seconds(out, key, db_int(row, column));
}

/* What a message is in a list and alone. */
static void write_members(struct buf *out, struct sqlite3_stmt *row)
{
	write_text(out, "MessageId", row, 0);
	write_text(out, "Metadata", row, 2);
	write_text(out, "Type", row, 3);
	write_time(out, "CreatedTimestamp", row, MESSAGE_CREATED);
	write_time(out, "LastUpdatedTimestamp", row, 5);
	write_time(out, "LastEditedTimestamp", row, 6);
	writer_bool(out, "Redacted", db_int(row, 7) != 0);
	writer_open(out, "Sender", '{');
	write_text(out, "Arn", row, 8);
	write_text(out, "Name", row, 9);
	writer_close(out, '}');
}

static void no_message(struct call *call)
{
	answer_fault(call->answer, FAULT_NOT_FOUND,
		"There is no such message in this channel");
}

void handle_get_channel_message(struct call *call)
{
	static const char sql[] = "SELECT " MESSAGE_COLUMNS " FROM messages m"
				  " JOIN users u ON u.id = m.sender"
				  " WHERE m.message_id = ?1 AND m.channel = ?2";
	struct sqlite3_stmt AUTOSTMT *row = db_query(call->db, sql, "si",
		args_text(&call->args, "MessageId", NULL), call->channel.id);

	if (!db_step(call->db, row)) {
		no_message(call);
		return;
	}
	struct buf AUTOBUF body;

	buf_init(&body, LISTING_BYTES);
	writer_open(&body, NULL, '{');
	writer_open(&body, "ChannelMessage", '{');
	write_members(&body, row);
	write_text(&body, "Content", row, MESSAGE_CONTENT);
	writer_string(&body, "Persistence", "PERSISTENT");
	writer_string(&body, "ChannelArn", call->channel.arn);
	writer_close(&body, '}');
	writer_close(&body, '}');
	call_text(call, &body);
}

/* A redacted message is empty, in a list as "", alone as nothing at all. */
static void write_listed(struct buf *out, struct sqlite3_stmt *row)
{
	writer_open(out, NULL, '{');
	if (db_is_null(row, MESSAGE_CONTENT))
		writer_string(out, "Content", "");
	else
		write_text(out, "Content", row, MESSAGE_CONTENT);
	write_members(out, row);
	writer_close(out, '}');
}

static void list_messages(struct listing *list, struct sqlite3_stmt *rows)
{
	while (db_step(list->call->db, rows) && listing_has_room(list)) {
		struct page_position position = {
			.time_ms = db_int(rows, MESSAGE_CREATED),
			.id = db_int(rows, MESSAGE_ID),
		};

		write_listed(listing_add(list, &position), rows);
	}
	listing_answer(list);
}

/*
 * A page is the rest of the millisecond that ?2 and ?3 lead into, and what
 * lies beyond: put like this the index leads straight to both, even among a
 * million messages of one millisecond. Neither is past the end, ?4, which may
 * stand before the beginning.
 */
#define MESSAGES_FROM                                                          \
	"SELECT " MESSAGE_COLUMNS " FROM messages m"                           \
	" JOIN users u ON u.id = m.sender WHERE m.channel = ?1"
#define MESSAGES_PAGE(beyond, within, order)                                   \
	MESSAGES_FROM " AND m.created_ms = ?2 AND m.id " beyond " ?3"          \
		      " AND ?2 " within " ?4"                                  \
		      " UNION ALL " MESSAGES_FROM " AND m.created_ms " beyond  \
		      " ?2 AND m.created_ms " within " ?4"                     \
		      " ORDER BY m.created_ms" order ", m.id" order            \
		      " LIMIT ?5"

void handle_list_channel_messages(struct call *call)
{
	static const char ascending[] = MESSAGES_PAGE(">", "<=", "");
	static const char descending[] = MESSAGES_PAGE("<", ">=", " DESC");
	bool up =
		str_eq(args_text(&call->args, "SortOrder", NULL), "ASCENDING");
	int64_t from = args_time_ms(&call->args, "NotBefore", INT64_MIN);
	int64_t to = args_time_ms(&call->args, "NotAfter", INT64_MAX);
	struct page_position after = {
		.time_ms = up ? from : to,
		.id = up ? INT64_MIN : INT64_MAX,
	};
	struct listing list;

	if (!listing_init(&list, call))
		return;
	if (list.resumed)
		after = list.after;
	struct sqlite3_stmt AUTOSTMT *rows = db_query(call->db,
		up ? ascending : descending, "iiiii", call->channel.id,
		after.time_ms, after.id, up ? to : from, list.limit + 1);

	list_messages(&list, rows);
}

/* ---- changing ---- */

/* The type of the message, or NULL with the call answered: not there, or
 * redacted. */
static const char *editable_type(struct call *call, const char *id)
{
	static const char sql[] =
		"SELECT type = 'CONTROL', redacted FROM messages"
		" WHERE message_id = ?1 AND channel = ?2";
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "si", id, call->channel.id);

	if (!db_step(call->db, row)) {
		no_message(call);
		return NULL;
	}
	if (db_int(row, 1) != 0) {
		answer_fault(call->answer, FAULT_CONFLICT,
			"The message has been redacted");
		return NULL;
	}
	return db_int(row, 0) != 0 ? "CONTROL" : "STANDARD";
}

void handle_update_channel_message(struct call *call)
{
	static const char sql[] =
		"UPDATE messages SET content = ifnull(?2, content),"
		" metadata = ifnull(?3, metadata), edited_ms = ?4,"
		" updated_ms = ?4 WHERE message_id = ?1";
	const char *id = args_text(&call->args, "MessageId", NULL);
	const char *type = editable_type(call, id);
	size_t len = 0;
	size_t meta_len = 0;

	if (type == NULL || !fits(call, type))
		return;
	const char *content = args_text(&call->args, "Content", &len);
	const char *metadata = args_text(&call->args, "Metadata", &meta_len);

	db_run(call->db, sql, "snni", id, content, len, metadata, meta_len,
		call->now_ms);
	call_ok(call, receipt(call, id));
}

/* The metadata stays. */
void handle_redact_channel_message(struct call *call)
{
	static const char sql[] =
		"UPDATE messages SET content = NULL, redacted = 1,"
		" updated_ms = ?3 WHERE message_id = ?1 AND channel = ?2";
	const char *id = args_text(&call->args, "MessageId", NULL);

	if (db_run(call->db, sql, "sii", id, call->channel.id, call->now_ms) ==
		0)
		no_message(call);
	else
		call_ok(call, receipt(call, id));
}

void handle_delete_channel_message(struct call *call)
{
	static const char sql[] =
		"DELETE FROM messages WHERE message_id = ?1 AND channel = ?2";

	db_run(call->db, sql, "si", args_text(&call->args, "MessageId", NULL),
		call->channel.id);
	call_ok(call, NULL);
}
