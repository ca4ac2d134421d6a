#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/quotas.h"
#include "chimed/summary.h"
#include "util/json.h"

static void seat(struct call *call, const struct user *user)
{
	static const char sql[] =
		"INSERT INTO moderators (channel, user, created_by,"
		" created_ms) VALUES (?1, ?2, ?3, ?4)";

	db_run(call->db, sql, "iiii", call->channel.id, user->id,
		call->bearer.id, call->now_ms);
	call_ok(call, call_of_channel(call, "ChannelModerator",
			      call_identity_of(call, user)));
}

void handle_create_channel_moderator(struct call *call)
{
	struct user user;

	if (!call_subject(call, "ChannelModeratorArn", &user))
		return;
	if (call_is_seated(call, SEAT_BAN, &user))
		answer_forbidden(call->answer);
	else if (call_is_seated(call, SEAT_MODERATOR, &user))
		answer_fault(call->answer, FAULT_CONFLICT,
			"%s is a moderator of this channel already", user.arn);
	else if (quota_allows(call, QUOTA_MODERATORS, call->channel.id))
		seat(call, &user);
}

void handle_delete_channel_moderator(struct call *call)
{
	static const char sql[] =
		"DELETE FROM moderators WHERE channel = ?1 AND user = ?2";
	struct user user;

	if (!call_subject(call, "ChannelModeratorArn", &user))
		return;
	db_run(call->db, sql, "ii", call->channel.id, user.id);
	call_ok(call, NULL);
}

static json_t *moderator(struct call *call, struct sqlite3_stmt *row)
{
	json_t *moderator =
		call_of_channel(call, "Moderator", call_identity(row, 1));

	call_set_time(moderator, "CreatedTimestamp", row, 0);
	json_object_set_new(moderator, "CreatedBy", call_identity(row, 3));
	return json_pack("{s:o}", "ChannelModerator", moderator);
}

void handle_describe_channel_moderator(struct call *call)
{
	static const char sql[] =
		"SELECT o.created_ms, u.arn, u.name, b.arn, b.name"
		" FROM moderators o JOIN users u ON u.id = o.user"
		" JOIN users b ON b.id = o.created_by"
		" WHERE o.channel = ?1 AND o.user = ?2";
	struct user user;

	if (!call_subject(call, "ChannelModeratorArn", &user))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "ii", call->channel.id, user.id);

	if (db_step(call->db, row))
		call_ok(call, moderator(call, row));
	else
		answer_fault(call->answer, FAULT_NOT_FOUND,
			"%s is not a moderator of this channel", user.arn);
}

static json_t *listed(struct sqlite3_stmt *row)
{
	return json_pack("{s:o}", "Moderator", call_identity(row, 0));
}

void handle_list_channel_moderators(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT u.arn, u.name, o.user FROM moderators o"
		       " JOIN users u ON u.id = o.user"
		       " WHERE o.channel = ?1 AND o.user > ?2"
		       " ORDER BY o.user LIMIT ?3",
		.id_column = 2,
		.item = listed,
	};

	listing_by_id(call, &of, call->channel.id);
}

void handle_describe_channel_moderated_by_user(struct call *call)
{
	static const char sql[] = "SELECT " SUMMARY_COLUMNS " FROM moderators o"
				  " JOIN channels c ON c.id = o.channel"
				  " WHERE o.channel = ?1 AND o.user = ?2";
	struct user user;

	if (!call_subject(call, "AppInstanceUserArn", &user))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "ii", call->channel.id, user.id);

	if (db_step(call->db, row))
		call_ok(call,
			json_pack("{s:o}", "Channel", summary_wrapped(row)));
	else
		answer_forbidden(call->answer);
}

void handle_list_channels_moderated_by_user(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT " SUMMARY_COLUMNS ", o.channel FROM moderators o"
		       " JOIN channels c ON c.id = o.channel"
		       " WHERE o.user = ?1 AND o.channel > ?2"
		       " ORDER BY o.channel LIMIT ?3",
		.id_column = SUMMARY_END,
		.item = summary_wrapped,
	};
	struct user user;

	if (call_subject(call, "AppInstanceUserArn", &user))
		listing_by_id(call, &of, user.id);
}
