#include "chimed/summary.h"

json_t *summary_of(struct sqlite3_stmt *row)
{
	json_t *channel = json_object();

	call_set_text(channel, "ChannelArn", row, 0);
	call_set_text(channel, "Name", row, 1);
	call_set_text(channel, "Mode", row, 2);
	call_set_text(channel, "Privacy", row, 3);
	call_set_text(channel, "Metadata", row, 4);
	call_set_time(channel, "LastMessageTimestamp", row, 5);
	return channel;
}

json_t *summary_wrapped(struct sqlite3_stmt *row)
{
	return json_pack("{s:o}", "ChannelSummary", summary_of(row));
}
