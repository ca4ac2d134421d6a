#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "util/json.h"

/* Whoever is banned is kicked, too. */
static void ban(struct call *call, const struct user *user)
{
	static const char put[] =
		"INSERT INTO bans (channel, user, created_by, created_ms)"
		" VALUES (?1, ?2, ?3, ?4)";
	static const char kick[] =
		"DELETE FROM members WHERE channel = ?1 AND user = ?2";

	db_run(call->db, put, "iiii", call->channel.id, user->id,
		call->bearer.id, call->now_ms);
	db_run(call->db, kick, "ii", call->channel.id, user->id);
	call_ok(call,
		call_of_channel(call, "Member", call_identity_of(call, user)));
}

void handle_create_channel_ban(struct call *call)
{
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	if (call_is_admin(call, &user) ||
		call_is_seated(call, SEAT_MODERATOR, &user))
		answer_forbidden(call->answer);
	else if (call_is_seated(call, SEAT_BAN, &user))
		answer_fault(call->answer, FAULT_CONFLICT,
			"%s is banned from this channel already", user.arn);
	else
		ban(call, &user);
}

void handle_delete_channel_ban(struct call *call)
{
	static const char sql[] =
		"DELETE FROM bans WHERE channel = ?1 AND user = ?2";
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	db_run(call->db, sql, "ii", call->channel.id, user.id);
	call_ok(call, NULL);
}

static json_t *described(struct call *call, struct sqlite3_stmt *row)
{
	json_t *ban = call_of_channel(call, "Member", call_identity(row, 1));

	call_set_time(ban, "CreatedTimestamp", row, 0);
	json_object_set_new(ban, "CreatedBy", call_identity(row, 3));
	return json_pack("{s:o}", "ChannelBan", ban);
}

void handle_describe_channel_ban(struct call *call)
{
	static const char sql[] =
		"SELECT x.created_ms, u.arn, u.name, b.arn, b.name"
		" FROM bans x JOIN users u ON u.id = x.user"
		" JOIN users b ON b.id = x.created_by"
		" WHERE x.channel = ?1 AND x.user = ?2";
	struct user user;

	if (!call_subject(call, "MemberArn", &user))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "ii", call->channel.id, user.id);

	if (db_step(call->db, row))
		call_ok(call, described(call, row));
	else
		answer_fault(call->answer, FAULT_NOT_FOUND,
			"%s is not banned from this channel", user.arn);
}

static json_t *listed(struct sqlite3_stmt *row)
{
	return json_pack("{s:o}", "Member", call_identity(row, 0));
}

void handle_list_channel_bans(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT u.arn, u.name, x.user FROM bans x"
		       " JOIN users u ON u.id = x.user"
		       " WHERE x.channel = ?1 AND x.user > ?2"
		       " ORDER BY x.user LIMIT ?3",
		.id_column = 2,
		.item = listed,
	};

	listing_by_id(call, &of, call->channel.id);
}
