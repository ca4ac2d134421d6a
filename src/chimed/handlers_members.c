#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
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
}

/* Why the user cannot become a member. */
static enum fault obstacle(
	struct call *call, const struct user *user, const char *type)
{
	if ((str_eq(type, "HIDDEN") && !is_staff(call)) ||
		call_is_seated(call, SEAT_BAN, user))
		return FAULT_FORBIDDEN;
	return call_is_seated(call, SEAT_MEMBER, user) ? FAULT_CONFLICT
						       : FAULT_NONE;
}

void handle_create_channel_membership(struct call *call)
{
	const char *type = args_text(&call->args, "Type", NULL);
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	enum fault fault = obstacle(call, &user, type);

	if (fault == FAULT_FORBIDDEN) {
		answer_forbidden(call->answer);
	} else if (fault == FAULT_CONFLICT) {
		answer_fault(call->answer, FAULT_CONFLICT,
			"%s is a member of this channel already", user.arn);
	} else if (quota_allows(
			   call, QUOTA_MEMBERS_PER_CHANNEL, call->channel.id) &&
		   quota_allows(call, QUOTA_MEMBERSHIPS_PER_USER, user.id)) {
		seat(call, &user, type);
		call_ok(call, call_of_channel(call, "Member",
				      call_identity_of(call, &user)));
	}
}

/* ---- many at once ---- */

struct batch {
	struct call *call;
	const char *type;
	json_t *members, *errors;
};

static void batch_refuse(struct batch *batch, const char *arn, enum fault fault)
{
	json_array_append_new(batch->errors,
		json_pack("{s:s, s:s, s:s}", "MemberArn", arn, "ErrorCode",
			answer_fault_code(fault), "ErrorMessage",
			fault == FAULT_CONFLICT ? "is a member already"
						: "cannot become a member"));
}

static bool has_room(struct call *call, const struct user *user)
{
	return quota_has_room(
		       call, QUOTA_MEMBERS_PER_CHANNEL, call->channel.id) &&
	       quota_has_room(call, QUOTA_MEMBERSHIPS_PER_USER, user->id);
}

static void batch_seat(struct batch *batch, const char *arn)
{
	struct call *call = batch->call;
	struct user user;

	if (!call_find_user(call, arn, &user) ||
		user.app_instance != call->bearer.app_instance) {
		batch_refuse(batch, arn, FAULT_FORBIDDEN);
		return;
	}
	enum fault fault = obstacle(call, &user, batch->type);

	if (fault == FAULT_NONE && !has_room(call, &user))
		fault = FAULT_LIMIT;
	if (fault != FAULT_NONE) {
		batch_refuse(batch, arn, fault);
		return;
	}
	seat(call, &user, batch->type);
	json_array_append_new(batch->members, call_identity_of(call, &user));
}

void handle_batch_create_channel_membership(struct call *call)
{
	const char *type = args_text(&call->args, "Type", NULL);
	struct batch batch = {
		.call = call,
		.type = type == NULL ? "DEFAULT" : type,
		.members = json_array(),
		.errors = json_array(),
	};
	size_t i;
	json_t *arn;

	json_array_foreach (
		json_object_get(call->args.values, "MemberArns"), i, arn)
		batch_seat(&batch, json_string_value(arn));
	json_t *made = call_of_channel(call, "Members", batch.members);

	json_set_string(made, "Type", batch.type);
	json_object_set_new(
		made, "InvitedBy", call_identity_of(call, &call->bearer));
	call_ok(call, json_pack("{s:o, s:o}", "BatchChannelMemberships", made,
			      "Errors", batch.errors));
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

/* The real service says how far each has read, which its model does not. */
static json_t *listed(struct sqlite3_stmt *row)
{
	json_t *summary = json_pack("{s:o}", "Member", call_identity(row, 0));

	call_set_time(summary, "ReadMarkerTimestamp", row, 3);
	return summary;
}

static const char sql_members[] =
	"SELECT u.arn, u.name, m.user, m.read_ms FROM members m"
	" JOIN users u ON u.id = m.user"
	" WHERE m.channel = ?1 AND m.type = ?4 AND m.user > ?2"
	" ORDER BY m.user LIMIT ?3";

void handle_list_channel_memberships(struct call *call)
{
	const char *type = args_text(&call->args, "Type", NULL);
	const struct listing_of of = {
		.sql = sql_members,
		.word = type == NULL ? "DEFAULT" : type,
		.id_column = 2,
		.item = listed,
	};

	if (str_eq(type, "HIDDEN") && !is_staff(call))
		answer_forbidden(call->answer);
	else
		listing_by_id(call, &of, call->channel.id);
}
