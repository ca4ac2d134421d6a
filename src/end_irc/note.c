#include "end_irc/note.h"

#include "irc/delivery.h"
#include "irc/split.h"

#include <string.h>

enum { NOTE_BYTES = 4096 };

static const char COMMAND[] = "NOTICE";

/* False when it cannot be a line. */
static bool note_say(
	struct irc_conn *conn, const char *channel, const struct buf *line)
{
	struct irc_delivery *unused;
	const struct irc_delivery_request request = {
		.command = COMMAND,
		.channel = channel,
		.text = line->data,
		.text_len = line->len,
		.id = "note",
	};

	return irc_deliver(conn, &request, NULL, NULL, &unused) == 0;
}

void irc_note_send(struct irc_conn *conn, const char *channel, const char *text)
{
	size_t budget = irc_conn_text_room(conn, COMMAND, channel);
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF clean;
	struct buf AUTOBUF line;

	buf_init(&clean, NOTE_BYTES);
	buf_init(&line, budget);
	if (irc_conn_state(conn) != IRC_CONN_READY)
		return;
	irc_text_clean(&clean, text, strnlen(text, NOTE_BYTES / 4));
	if (irc_split_init(&split, clean.data, clean.len, budget, 0) < 0)
		return;
	for (int i = 0; i < IRC_NOTE_LINES; i++)
		if (!irc_split_next(&split, &line, &part) ||
			!note_say(conn, channel, &line))
			return;
}
