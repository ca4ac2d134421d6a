#include "aws/arn.h"
#include "chimed/handlers.h"
#include "util/alloc.h"
#include "util/json.h"

static void create(struct call *call, int64_t app_instance, const char *arn)
{
	static const char sql[] = "INSERT INTO users"
				  " (app_instance, arn, name, metadata,"
				  " created_ms) VALUES (?1, ?2, ?3, ?4, ?5)";

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
	else
		create(call, app_instance, arn);
}
