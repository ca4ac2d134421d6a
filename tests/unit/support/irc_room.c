#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_room.h"

#include "util/clock.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void irc_room_folk_init(struct irc_folk *folk, struct irc_peer *peer)
{
	*folk = (struct irc_folk){
		.conn = peer->conn,
		.network = "net",
		.identity = irc_identity_new(peer->conn, "net", NULL),
	};
}

void irc_room_folk_release(struct irc_folk *folk)
{
	irc_identity_free(folk->identity);
	irc_folk_release(folk);
}

void irc_room_up(struct irc_peer *peer, const char *caps)
{
	irc_peer_start(peer);
	irc_peer_welcome(peer, caps, "CHANTYPES=# CHATHISTORY=3");
	irc_peer_join(peer, "#a");
}

void irc_room_again(struct irc_peer *peer, const char *caps)
{
	irc_peer_close(peer, "reset");
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	peer->fn(STREAM_CONNECTED, peer->arg);
	irc_peer_turn(peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(peer);
	irc_peer_welcome(peer, caps, "CHANTYPES=# CHATHISTORY=3");
	irc_peer_join(peer, "#a");
}

const char *irc_room_time(int64_t s)
{
	static char text[4][CLOCK_ISO8601_BYTES];
	static unsigned next;
	char *out = text[next++ % 4];

	clock_format_iso8601(ROOM_MINUTE_MS + s * 1000, out);
	return out;
}

static void room_line(struct irc_peer *peer, const char *line)
{
	char id[32];
	long s;
	int at = 0;
	const char *who = "bob";
	const char *what = "PRIVMSG #a";

	assert_int_equal(sscanf(line, "%31s %ld %n", id, &s, &at), 2);
	line += at;
	if (*line == '!') {
		who = "belfry";
		line++;
	} else if (*line == '-') {
		what = "JOIN";
		line++;
	}
	irc_peer_feed(peer, "@batch=p;time=%s%s%s :%s!u@h %s :%s",
		irc_room_time(s),
		str_eq(id, "-") ? "" : ";msgid=", str_eq(id, "-") ? "" : id,
		who, what, line);
}

void irc_room_page(struct irc_peer *peer, const char *const *lines, size_t n)
{
	irc_peer_feed(peer, ":s BATCH +p chathistory #a");
	for (size_t i = 0; i < n; i++)
		room_line(peer, lines[i]);
	irc_peer_feed(peer, ":s BATCH -p");
}

void irc_room_expect(struct irc_peer *peer, const char *reference)
{
	irc_peer_turn(peer);
	irc_peer_expect(peer, "CHATHISTORY AFTER #a %s 3", reference);
}

void irc_room_log_event(struct buf *log, const struct event *event)
{
	buf_addf(log, "%s%s", event->origin == ORIGIN_SELF ? "own " : "",
		text_plain(event->text));
	if (*event->source_id)
		buf_addf(log, " [%s]", event->source_id);
	buf_addf(log, " @%" PRId64 "\n",
		(event->position - ROOM_MINUTE_MS) / 1000);
}
