#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "util/json.h"

static bool is_staff(const struct call *call)
{
	return roles_has(&call->roles, ROLE_MODERATOR) ||
	       roles_has(&call->roles, ROLE_ADMIN);
}

static void seat(struct call *call, const struct user *user, const char *type)
{
	static const char sql[] =
		"INSERT INTO members (channel, user, type, created_by,"
		" created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";

	db_run(call->db, sql, "iisii", call->channel.id, user->id, type,
		call->bearer.id, call->now_ms);
	call_ok(call,
		call_of_channel(call, "Member", call_identity_of(call, user)));
}

void handle_create_channel_membership(struct call *call)
{
	const char *type = args_text(&call->args, "Type", NULL);
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	if ((str_eq(type, "HIDDEN") && !is_staff(call)) ||
		call_is_seated(call, SEAT_BAN, &user))
		answer_forbidden(call->answer);
	else if (call_is_seated(call, SEAT_MEMBER, &user))
		answer_fault(call->answer, FAULT_CONFLICT,
			"%s is a member of this channel already", user.arn);
	else
		seat(call, &user, type);
}

/* What is not there is removed already. */
void handle_delete_channel_membership(struct call *call)
{
	static const char sql[] =
		"DELETE FROM members WHERE channel = ?1 AND user = ?2";
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	db_run(call->db, sql, "ii", call->channel.id, user.id);
	call_ok(call, NULL);
}

static json_t *membership(struct call *call, struct sqlite3_stmt *row)
{
	json_t *membership =
		call_of_channel(call, "Member", call_identity(row, 3));

	call_set_text(membership, "Type", row, 0);
	call_set_time(membership, "CreatedTimestamp", row, 1);
	call_set_time(membership, "LastUpdatedTimestamp", row, 2);
	json_object_set_new(membership, "InvitedBy", call_identity(row, 5));
	return json_pack("{s:o}", "ChannelMembership", membership);
}

void handle_describe_channel_membership(struct call *call)
{
	static const char sql[] =
		"SELECT m.type, m.created_ms, m.updated_ms, u.arn, u.name,"
		" b.arn, b.name FROM members m"
		" JOIN users u ON u.id = m.user"
		" JOIN users b ON b.id = m.created_by"
		" WHERE m.channel = ?1 AND m.user = ?2"
		" AND (m.type = 'DEFAULT' OR ?3)";
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	int64_t sees_hidden = is_staff(call) || user.id == call->bearer.id;
	struct sqlite3_stmt AUTOSTMT *row = db_query(
		call->db, sql, "iii", call->channel.id, user.id, sees_hidden);

	if (db_step(call->db, row))
		call_ok(call, membership(call, row));
	else
		answer_fault(call->answer, FAULT_NOT_FOUND,
			"%s is not a member of this channel", user.arn);
}

static json_t *listed(struct sqlite3_stmt *row)
{
	return json_pack("{s:o}", "Member", call_identity(row, 0));
}

void handle_list_channel_memberships(struct call *call)
{
	static const char sql[] =
		"SELECT u.arn, u.name, m.user FROM members m"
		" JOIN users u ON u.id = m.user"
		" WHERE m.channel = ?1 AND m.type = ?2 AND m.user > ?3"
		" ORDER BY m.user LIMIT ?4";
	const char *type = args_text(&call->args, "Type", NULL);
	struct listing list;

	if (str_eq(type, "HIDDEN") && !is_staff(call)) {
		answer_forbidden(call->answer);
		return;
	}
	if (!listing_init(&list, call))
		return;
	struct sqlite3_stmt AUTOSTMT *rows = db_query(call->db, sql, "isii",
		call->channel.id, type == NULL ? "DEFAULT" : type,
		list.after.id, list.limit + 1);

	listing_by_id(&list, rows, 2, listed);
}
