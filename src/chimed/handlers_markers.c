/* The membership as its own user sees it: channel summary and read marker. */
#include "chimed/handlers.h"
#include "chimed/listing.h"
#include "chimed/summary.h"

static json_t *membership(struct sqlite3_stmt *row)
{
	json_t *membership = summary_wrapped(row);
	json_t *own = json_object();

	call_set_text(own, "Type", row, SUMMARY_END);
	call_set_time(own, "ReadMarkerTimestamp", row, SUMMARY_END + 1);
	json_object_set_new(
		membership, "AppInstanceUserMembershipSummary", own);
	return membership;
}

void handle_describe_channel_membership_for_user(struct call *call)
{
	static const char sql[] =
		"SELECT " SUMMARY_COLUMNS ", m.type, m.read_ms"
		" FROM members m JOIN channels c ON c.id = m.channel"
		" WHERE m.channel = ?1 AND m.user = ?2";
	struct user user;

	if (!call_subject(call, "AppInstanceUserArn", &user))
		return;
	struct sqlite3_stmt AUTOSTMT *row =
		db_query(call->db, sql, "ii", call->channel.id, user.id);

	if (db_step(call->db, row))
		call_ok(call, json_pack("{s:o}", "ChannelMembership",
				      membership(row)));
	else
		answer_forbidden(call->answer);
}

void handle_list_channel_memberships_for_user(struct call *call)
{
	static const struct listing_of of = {
		.sql = "SELECT " SUMMARY_COLUMNS
		       ", m.type, m.read_ms, m.channel FROM members m"
		       " JOIN channels c ON c.id = m.channel"
		       " WHERE m.user = ?1 AND m.channel > ?2"
		       " ORDER BY m.channel LIMIT ?3",
		.id_column = SUMMARY_END + 2,
		.item = membership,
	};
	struct user user;

	if (call_subject(call, "AppInstanceUserArn", &user))
		listing_by_id(call, &of, user.id);
}

void handle_update_channel_read_marker(struct call *call)
{
	static const char sql[] = "UPDATE members SET read_ms = ?3"
				  " WHERE channel = ?1 AND user = ?2";

	db_run(call->db, sql, "iii", call->channel.id, call->bearer.id,
		call->now_ms);
	call_ok(call, call_of_channel(call, NULL, NULL));
}
