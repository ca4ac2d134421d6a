#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
#include "util/json.h"

/* The app instance, and the user of it that is or becomes its admin. */
struct post {
	int64_t app_instance;
	struct user user;
};

static bool find(struct call *call, struct post *ret)
{
	const char *arn = args_text(&call->args, "AppInstanceAdminArn", NULL);

	if (!call_app_instance(call, &ret->app_instance))
		return false;
	if (call_find_user(call, arn, &ret->user) &&
		ret->user.app_instance == ret->app_instance)
		return true;
	answer_fault(call->answer, FAULT_FORBIDDEN,
		"An invalid app instance user ARN was supplied for the input "
		"parameter.");
	return false;
}

static void appoint(struct call *call, const struct post *post)
{
	static const char sql[] =
		"INSERT INTO admins (app_instance, user, created_ms)"
		" VALUES (?1, ?2, ?3)";

	db_run(call->db, sql, "iii", post->app_instance, post->user.id,
		call->now_ms);
	call_ok(call,
		json_pack("{s:o, s:s}", "AppInstanceAdmin",
			call_identity_of(call, &post->user), "AppInstanceArn",
			args_text(&call->args, "AppInstanceArn", NULL)));
}

void handle_create_app_instance_admin(struct call *call)
{
	static const char sql[] = "SELECT 1 FROM admins"
				  " WHERE app_instance = ?1 AND user = ?2";
	struct post post;

	if (!find(call, &post))
		return;
	if (db_value(call->db, 0, sql, "ii", post.app_instance, post.user.id))
		answer_fault(call->answer, FAULT_CONFLICT,
			"%s is an admin already", post.user.arn);
	else if (quota_allows(call, QUOTA_ADMINS, post.app_instance))
		appoint(call, &post);
}

void handle_describe_app_instance_admin(struct call *call)
{
	static const char sql[] =
		"SELECT u.arn, u.name, x.created_ms FROM admins x"
		" JOIN users u ON u.id = x.user"
		" WHERE x.app_instance = ?1 AND x.user = ?2";
	struct post post;

	if (!find(call, &post))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "ii", post.app_instance, post.user.id);

	if (!db_step(call->db, row)) {
		answer_fault(call->answer, FAULT_NOT_FOUND,
			"%s is not an admin", post.user.arn);
		return;
	}
	json_t *admin = json_pack("{s:o, s:s}", "Admin", call_identity(row, 0),
		"AppInstanceArn",
		args_text(&call->args, "AppInstanceArn", NULL));

	call_set_time(admin, "CreatedTimestamp", row, 2);
	call_ok(call, json_pack("{s:o}", "AppInstanceAdmin", admin));
}

void handle_delete_app_instance_admin(struct call *call)
{
	static const char sql[] =
		"DELETE FROM admins WHERE app_instance = ?1 AND user = ?2";
	struct post post;

	if (!find(call, &post))
		return;
	db_run(call->db, sql, "ii", post.app_instance, post.user.id);
	call_ok(call, NULL);
}

static json_t *listed(struct sqlite3_stmt *row)
{
	return json_pack("{s:o}", "Admin", call_identity(row, 0));
}

void handle_list_app_instance_admins(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT u.arn, u.name, x.user FROM admins x"
		       " JOIN users u ON u.id = x.user"
		       " WHERE x.app_instance = ?1 AND x.user > ?2"
		       " ORDER BY x.user LIMIT ?3",
		.id_column = 2,
		.item = listed,
	};
	int64_t app_instance;

	if (call_app_instance(call, &app_instance))
		listing_by_id(call, &of, app_instance);
}
