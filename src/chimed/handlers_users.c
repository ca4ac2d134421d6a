#include "aws/arn.h"
#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
#include "chimed/removal.h"
#include "util/alloc.h"
#include "util/json.h"

/* Whoever was deleted comes back as the sender of the old messages. */
static void create(struct call *call, int64_t app_instance, const char *arn)
{
	static const char sql[] =
		"INSERT INTO users (app_instance, arn, name, metadata,"
		" created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)"
		" ON CONFLICT (arn) DO UPDATE SET name = ?3, metadata = ?4,"
		" created_ms = ?5, updated_ms = ?5, deleted_ms = NULL";

	db_run(call->db, sql, "isssi", app_instance, arn,
		args_text(&call->args, "Name", NULL),
		args_text(&call->args, "Metadata", NULL), call->now_ms);
	call_ok(call, json_pack("{s:s}", "AppInstanceUserArn", arn));
}

void handle_create_app_instance_user(struct call *call)
{
	const char *id = args_text(&call->args, "AppInstanceUserId", NULL);
	int64_t app_instance;
	struct user taken;

	if (!call_app_instance(call, &app_instance))
		return;
	char AUTOFREE *arn = arn_new_child(
		args_text(&call->args, "AppInstanceArn", NULL), ARN_USER, id);

	if (call_find_user(call, arn, &taken))
		answer_fault(call->answer, FAULT_CONFLICT,
			"AppInstanceUser with id %s already exists", id);
	else if (quota_allows(call, QUOTA_USERS, app_instance))
		create(call, app_instance, arn);
}

/* The user that AppInstanceUserArn names. */
static bool find(struct call *call, struct user *ret)
{
	const char *arn = args_text(&call->args, "AppInstanceUserArn", NULL);

	if (call_find_user(call, arn, ret))
		return true;
	call_unknown(call, arn);
	return false;
}

static json_t *user_of(struct sqlite3_stmt *row)
{
	return call_entity(row, "AppInstanceUserArn");
}

void handle_describe_app_instance_user(struct call *call)
{
	static const char sql[] =
		"SELECT arn, name, metadata, created_ms, updated_ms"
		" FROM users WHERE id = ?1";
	struct user found;

	if (!find(call, &found))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "i", found.id);

	if (db_step(call->db, row))
		call_describe(call, "AppInstanceUser", user_of(row), row);
}

void handle_update_app_instance_user(struct call *call)
{
	static const char sql[] =
		"UPDATE users SET name = ?2, metadata = ?3, updated_ms = ?4"
		" WHERE id = ?1";
	struct user user;

	if (!find(call, &user))
		return;
	db_run(call->db, sql, "issi", user.id,
		args_text(&call->args, "Name", NULL),
		args_text(&call->args, "Metadata", NULL), call->now_ms);
	call_ok(call, json_pack("{s:s}", "AppInstanceUserArn", user.arn));
}

void handle_delete_app_instance_user(struct call *call)
{
	const char *arn = args_text(&call->args, "AppInstanceUserArn", NULL);
	struct user user;

	if (call_find_user(call, arn, &user))
		removal_user(call->db, user.id, call->now_ms);
	call_ok(call, NULL);
}

void handle_list_app_instance_users(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT arn, name, metadata, id FROM users"
		       " WHERE app_instance = ?1 AND id > ?2"
		       " AND deleted_ms IS NULL ORDER BY id LIMIT ?3",
		.id_column = 3,
		.item = user_of,
	};
	int64_t app_instance;

	if (call_app_instance(call, &app_instance))
		listing_by_id(call, &of, app_instance);
}
