#include "aws/arn.h"
#include "chimed/handlers.h"
#include "util/alloc.h"
#include "util/json.h"

void handle_create_app_instance(struct call *call)
{
	static const char sql[] =
		"INSERT INTO app_instances (arn, name, metadata, created_ms)"
		" VALUES (?1, ?2, ?3, ?4)";
	char id[ANSWER_ID_BYTES];

	answer_new_id(id);
	char AUTOFREE *arn = arn_new_app_instance(
		"aws", call->realm->region, call->realm->account, id);

	db_run(call->db, sql, "sssi", arn, args_text(&call->args, "Name", NULL),
		args_text(&call->args, "Metadata", NULL), call->now_ms);
	call_ok(call, json_pack("{s:s}", "AppInstanceArn", arn));
}
