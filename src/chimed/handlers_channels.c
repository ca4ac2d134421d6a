#include "aws/arn.h"
#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
#include "chimed/removal.h"
#include "chimed/summary.h"
#include "util/alloc.h"
#include "util/digest.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/rand.h"

static const char *text_or(
	const struct call *call, const char *member, const char *fallback)
{
	const char *text = args_text(&call->args, member, NULL);

	return text == NULL ? fallback : text;
}

static char *new_arn(const char *app_instance_arn)
{
	uint8_t bytes[SHA256_BYTES];
	char id[SHA256_HEX_BYTES];

	rand_bytes(bytes, sizeof(bytes));
	enc_hex(bytes, sizeof(bytes), id);
	return arn_new_child(app_instance_arn, ARN_CHANNEL, id);
}

/* The creator is the first member and moderator. */
static void seat_creator(struct call *call, int64_t channel)
{
	static const char member[] =
		"INSERT INTO members (channel, user, type, created_by,"
		" created_ms, updated_ms)"
		" VALUES (?1, ?2, 'DEFAULT', ?2, ?3, ?3)";
	static const char moderator[] =
		"INSERT INTO moderators (channel, user, created_by,"
		" created_ms) VALUES (?1, ?2, ?2, ?3)";

	db_run(call->db, member, "iii", channel, call->bearer.id, call->now_ms);
	db_run(call->db, moderator, "iii", channel, call->bearer.id,
		call->now_ms);
}

/* The number must not be one whose messages are still to be removed. */
void handle_create_channel(struct call *call)
{
	static const char sql[] =
		"INSERT INTO channels (id, app_instance, arn, name, mode,"
		" privacy, metadata, created_by, created_ms, updated_ms)"
		" VALUES (1 + max(ifnull((SELECT max(id) FROM channels), 0),"
		" ifnull((SELECT max(channel) FROM doomed), 0)),"
		" ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
	int64_t app_instance;

	if (!call_app_instance(call, &app_instance) ||
		!quota_allows(call, QUOTA_CHANNELS, app_instance) ||
		!quota_allows(
			call, QUOTA_MEMBERSHIPS_PER_USER, call->bearer.id))
		return;
	char AUTOFREE *arn =
		new_arn(args_text(&call->args, "AppInstanceArn", NULL));

	db_run(call->db, sql, "isssssii", app_instance, arn,
		args_text(&call->args, "Name", NULL),
		text_or(call, "Mode", "UNRESTRICTED"),
		text_or(call, "Privacy", "PUBLIC"),
		args_text(&call->args, "Metadata", NULL), call->bearer.id,
		call->now_ms);
	seat_creator(call, db_last_id(call->db));
	call_ok(call, json_pack("{s:s}", "ChannelArn", arn));
}

void handle_describe_channel(struct call *call)
{
	static const char sql[] =
		"SELECT " SUMMARY_COLUMNS ", c.created_ms, c.updated_ms,"
		" u.arn, u.name FROM channels c"
		" JOIN users u ON u.id = c.created_by WHERE c.id = ?1";
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "i", call->channel.id);

	if (!db_step(call->db, row))
		return;
	json_t *channel = summary_of(row);

	call_set_time(channel, "CreatedTimestamp", row, SUMMARY_END);
	call_set_time(channel, "LastUpdatedTimestamp", row, SUMMARY_END + 1);
	json_object_set_new(
		channel, "CreatedBy", call_identity(row, SUMMARY_END + 2));
	call_ok(call, json_pack("{s:o}", "Channel", channel));
}

void handle_update_channel(struct call *call)
{
	static const char sql[] =
		"UPDATE channels SET name = ?2, mode = ?3,"
		" metadata = ifnull(?4, metadata), updated_ms = ?5"
		" WHERE id = ?1";

	db_run(call->db, sql, "isssi", call->channel.id,
		args_text(&call->args, "Name", NULL),
		args_text(&call->args, "Mode", NULL),
		args_text(&call->args, "Metadata", NULL), call->now_ms);
	call_ok(call, call_of_channel(call, NULL, NULL));
}

/* Out of reach at once; its messages go bit by bit (janitor.c). */
void handle_delete_channel(struct call *call)
{
	removal_channel(call->db, call->channel.id);
	call_ok(call, NULL);
}

static const char sql_channels[] =
	"SELECT " SUMMARY_COLUMNS ", c.id FROM channels c"
	" WHERE c.app_instance = ?1 AND c.privacy = ?4"
	" AND c.id > ?2 ORDER BY c.id LIMIT ?3";

void handle_list_channels(struct call *call)
{
	const char *privacy = text_or(call, "Privacy", "PUBLIC");
	const struct listing_of of = {
		.sql = sql_channels,
		.word = privacy,
		.id_column = SUMMARY_END,
		.item = summary_of,
	};
	int64_t app_instance;

	if (!call_app_instance(call, &app_instance))
		return;
	if (str_eq(privacy, "PUBLIC") || roles_has(&call->roles, ROLE_ADMIN))
		listing_by_id(call, &of, app_instance);
	else
		answer_forbidden(call->answer);
}
