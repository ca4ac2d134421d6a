#include "chimed/call.h"

#include "aws/arn.h"
#include "util/json.h"

static const char bad_bearer[] =
	"An invalid app instance user ARN was supplied for the "
	"x-amz-chime-bearer HTTP header.";
static const char bad_user[] = "An invalid app instance user ARN was supplied "
			       "for the input parameter.";

void call_ok(struct call *call, json_t *body)
{
	answer_ok(call->answer, call->operation->status, body);
}

void call_text(struct call *call, struct buf *body)
{
	answer_text(call->answer, call->operation->status, body);
}

static bool is_named_admin(const struct realm *realm, const char *id)
{
	for (const char *const *admin = realm->admins;
		admin != NULL && *admin != NULL; admin++) {
		if (str_eq(*admin, id))
			return true;
	}
	return false;
}

bool call_is_admin(struct call *call, const struct user *user)
{
	static const char sql[] = "SELECT 1 FROM admins"
				  " WHERE app_instance = ?1 AND user = ?2";

	return is_named_admin(call->realm, arn_last_id(user->arn)) ||
	       db_value(call->db, 0, sql, "ii", user->app_instance, user->id) !=
		       0;
}

bool call_is_seated(struct call *call, enum seat seat, const struct user *user)
{
	static const char *const sql[SEAT_COUNT] = {
		[SEAT_MEMBER] = "SELECT 1 FROM members"
				" WHERE channel = ?1 AND user = ?2",
		[SEAT_MODERATOR] = "SELECT 1 FROM moderators"
				   " WHERE channel = ?1 AND user = ?2",
		[SEAT_BAN] = "SELECT 1 FROM bans"
			     " WHERE channel = ?1 AND user = ?2",
	};

	return db_value(call->db, 0, sql[seat], "ii", call->channel.id,
		       user->id) != 0;
}

bool call_find_user(struct call *call, const char *arn, struct user *ret)
{
	static const char sql[] =
		"SELECT u.id, u.app_instance FROM users u"
		" JOIN app_instances a ON a.id = u.app_instance"
		" WHERE u.arn = ?1 AND u.deleted_ms IS NULL"
		" AND a.deleted_ms IS NULL";
	struct sqlite3_stmt AUTOSTMT *row = db_query(call->db, sql, "s", arn);

	if (!db_step(call->db, row))
		return false;
	*ret = (struct user){
		.id = db_int(row, 0),
		.app_instance = db_int(row, 1),
		.arn = arn,
	};
	return true;
}

bool call_load_bearer(struct call *call, const char *arn)
{
	if (arn == NULL) {
		answer_fault(call->answer, FAULT_BAD_REQUEST,
			"The x-amz-chime-bearer HTTP header is required.");
		return false;
	}
	if (!call_find_user(call, arn, &call->bearer)) {
		answer_fault(call->answer, FAULT_UNAUTHORIZED, bad_bearer);
		return false;
	}
	call->roles.held = 1u << ROLE_USER;
	if (call_is_admin(call, &call->bearer))
		call->roles.held |= 1u << ROLE_ADMIN;
	return true;
}

bool call_load_channel(struct call *call, const char *arn)
{
	static const char sql[] =
		"SELECT c.id, c.app_instance, c.mode = 'UNRESTRICTED',"
		" c.privacy = 'PUBLIC', m.type = 'HIDDEN',"
		" o.user IS NOT NULL FROM channels c"
		" LEFT JOIN members m ON m.channel = c.id AND m.user = ?2"
		" LEFT JOIN moderators o ON o.channel = c.id AND o.user = ?2"
		" WHERE c.arn = ?1";
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "si", arn, call->bearer.id);

	if (!db_step(call->db, row) ||
		db_int(row, 1) != call->bearer.app_instance) {
		answer_forbidden(call->answer);
		return false;
	}
	call->channel = (struct channel){
		.id = db_int(row, 0),
		.app_instance = db_int(row, 1),
		.arn = arn,
	};
	call->roles.unrestricted = db_int(row, 2) != 0;
	call->roles.public = db_int(row, 3) != 0;
	if (!db_is_null(row, 4))
		call->roles.held |=
			1u << (db_int(row, 4) ? ROLE_HIDDEN : ROLE_MEMBER);
	if (db_int(row, 5) != 0)
		call->roles.held |= 1u << ROLE_MODERATOR;
	return true;
}

bool call_subject(struct call *call, const char *member, struct user *ret)
{
	const char *arn = args_text(&call->args, member, NULL);

	if (arn == NULL || str_eq(arn, call->bearer.arn)) {
		*ret = call->bearer;
		return true;
	}
	struct user found;

	if (!call_find_user(call, arn, &found) ||
		found.app_instance != call->bearer.app_instance) {
		answer_fault(call->answer, FAULT_FORBIDDEN, bad_user);
		return false;
	}
	*ret = found;
	return true;
}

bool call_app_instance(struct call *call, int64_t *ret_id)
{
	static const char sql[] = "SELECT id FROM app_instances"
				  " WHERE arn = ?1 AND deleted_ms IS NULL";
	const char *arn = args_text(&call->args, "AppInstanceArn", NULL);
	int64_t id = db_value(call->db, 0, sql, "s", arn);

	if (id == 0 ||
		(call->bearer.id != 0 && id != call->bearer.app_instance)) {
		answer_fault(call->answer, FAULT_FORBIDDEN,
			"An invalid app instance ARN was supplied for the "
			"input parameter.");
		return false;
	}
	*ret_id = id;
	return true;
}

void call_unknown(struct call *call, const char *arn)
{
	answer_fault(call->answer, FAULT_NOT_FOUND, "There is no %s", arn);
}

json_t *call_of_channel(const struct call *call, const char *key, json_t *value)
{
	json_t *body = json_object();

	json_set_string(body, "ChannelArn", call->channel.arn);
	if (value != NULL)
		json_object_set_new(body, key, value);
	return body;
}

json_t *call_identity(struct sqlite3_stmt *row, int column)
{
	json_t *identity = json_object();

	call_set_text(identity, "Arn", row, column);
	call_set_text(identity, "Name", row, column + 1);
	return identity;
}

json_t *call_identity_of(struct call *call, const struct user *user)
{
	static const char sql[] = "SELECT arn, name FROM users WHERE id = ?1";
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "i", user->id);

	return db_step(call->db, row) ? call_identity(row, 0) : json_object();
}

json_t *call_entity(struct sqlite3_stmt *row, const char *arn_key)
{
	json_t *entity = json_object();

	call_set_text(entity, arn_key, row, 0);
	call_set_text(entity, "Name", row, 1);
	call_set_text(entity, "Metadata", row, 2);
	return entity;
}

void call_describe(struct call *call, const char *key, json_t *entity,
	struct sqlite3_stmt *row)
{
	call_set_time(entity, "CreatedTimestamp", row, 3);
	call_set_time(entity, "LastUpdatedTimestamp", row, 4);
	call_ok(call, json_pack("{s:o}", key, entity));
}

void call_set_time(
	json_t *object, const char *key, struct sqlite3_stmt *row, int column)
{
	if (!db_is_null(row, column))
		json_object_set_new(object, key,
			json_real((double)db_int(row, column) / 1000.0));
}

void call_set_text(
	json_t *object, const char *key, struct sqlite3_stmt *row, int column)
{
	size_t len;
	const char *text = db_text(row, column, &len);

	if (text != NULL)
		json_object_set_new_nocheck(
			object, key, json_stringn_nocheck(text, len));
}
