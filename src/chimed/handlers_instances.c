#include "aws/arn.h"
#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
#include "util/alloc.h"
#include "util/json.h"

void handle_create_app_instance(struct call *call)
{
	static const char sql[] =
		"INSERT INTO app_instances (arn, name, metadata, created_ms,"
		" updated_ms) VALUES (?1, ?2, ?3, ?4, ?4)";
	char id[ANSWER_ID_BYTES];

	if (!quota_allows(call, QUOTA_APP_INSTANCES, 0))
		return;
	answer_new_id(id);
	char AUTOFREE *arn = arn_new_app_instance(
		"aws", call->realm->region, call->realm->account, id);

	db_run(call->db, sql, "sssi", arn, args_text(&call->args, "Name", NULL),
		args_text(&call->args, "Metadata", NULL), call->now_ms);
	call_ok(call, json_pack("{s:s}", "AppInstanceArn", arn));
}

static json_t *instance_of(struct sqlite3_stmt *row)
{
	return call_entity(row, "AppInstanceArn");
}

void handle_describe_app_instance(struct call *call)
{
	static const char sql[] =
		"SELECT arn, name, metadata, created_ms, updated_ms"
		" FROM app_instances WHERE arn = ?1 AND deleted_ms IS NULL";
	const char *arn = args_text(&call->args, "AppInstanceArn", NULL);
	struct sqlite3_stmt AUTOSTMT *row = db_query(call->db, sql, "s", arn);

	if (db_step(call->db, row))
		call_describe(call, "AppInstance", instance_of(row), row);
	else
		call_unknown(call, arn);
}

void handle_update_app_instance(struct call *call)
{
	static const char sql[] =
		"UPDATE app_instances SET name = ?2, metadata = ?3,"
		" updated_ms = ?4 WHERE arn = ?1 AND deleted_ms IS NULL";
	const char *arn = args_text(&call->args, "AppInstanceArn", NULL);

	if (db_run(call->db, sql, "sssi", arn,
		    args_text(&call->args, "Name", NULL),
		    args_text(&call->args, "Metadata", NULL),
		    call->now_ms) == 0)
		call_unknown(call, arn);
	else
		call_ok(call, json_pack("{s:s}", "AppInstanceArn", arn));
}

/* Out of reach at once; what it held goes bit by bit (janitor.c). */
void handle_delete_app_instance(struct call *call)
{
	static const char sql[] = "UPDATE app_instances SET deleted_ms = ?2"
				  " WHERE arn = ?1 AND deleted_ms IS NULL";

	db_run(call->db, sql, "si",
		args_text(&call->args, "AppInstanceArn", NULL), call->now_ms);
	call_ok(call, NULL);
}

/* All are the account's: there is no owner to ask for. */
void handle_list_app_instances(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT arn, name, metadata, id FROM app_instances"
		       " WHERE ?1 = 0 AND id > ?2 AND deleted_ms IS NULL"
		       " ORDER BY id LIMIT ?3",
		.id_column = 3,
		.item = instance_of,
	};

	listing_by_id(call, &of, 0);
}
