#include "end_irc/inbound.h"

#include "end_irc/render.h"
#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc/history.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdio.h>
#include <string.h>

void irc_inbound_init(struct irc_inbound *inbound)
{
	memset(inbound, 0, sizeof(*inbound));
	text_init(&inbound->text, RENDER_PAYLOAD_BYTES);
	buf_init(&inbound->name, INBOUND_NAME_BYTES);
	buf_init(&inbound->account, INBOUND_NAME_BYTES);
}

void irc_inbound_release(struct irc_inbound *inbound)
{
	text_release(&inbound->text);
	buf_release(&inbound->name);
	buf_release(&inbound->account);
}

/* Cuts the text out of "\x01ACTION text\x01"; false for other CTCP. */
static bool read_ctcp(struct span *text, enum event_kind *kind)
{
	static const char action[] = "\x01"
				     "ACTION";
	size_t len = sizeof(action) - 1;
	if (!text->len || text->p[0] != '\x01')
		return true;
	if (text->len < len || memcmp(text->p, action, len) != 0)
		return false;
	if (text->len > len && text->p[len] != ' ' && text->p[len] != '\x01')
		return false;
	text->p += len;
	text->len -= len;
	if (text->len && text->p[text->len - 1] == '\x01')
		text->len--;
	if (text->len && text->p[0] == ' ') {
		text->p++;
		text->len--;
	}
	*kind = EVENT_ACTION;
	return true;
}

/* What there is to it besides the words. */
struct saying {
	const struct irc_conn *conn;
	const char *network;
	const struct irc_message *message;
	bool is_past;
};

static bool is_unasked_history(const struct saying *s)
{
	const char *type = irc_conn_batch_type(s->conn, s->message);
	return !s->is_past && type &&
	       (str_eq(type, "chathistory") || str_eq(type, "znc.in/playback"));
}

static bool is_from_us(const struct saying *s)
{
	if (s->is_past)
		return irc_history_is_own(s->conn, s->message);
	return irc_conn_is_own_nick(s->conn, s->message->source.nick) ||
	       irc_conn_is_own_echo(s->conn, s->message);
}

static enum event_origin origin_of(const struct saying *s)
{
	if (is_from_us(s))
		return ORIGIN_SELF;
	if (irc_message_tag(s->message, "+belfry/id") ||
		irc_message_tag(s->message, "draft/relaymsg"))
		return ORIGIN_BRIDGE;
	return ORIGIN_PERSON;
}

static const char *account_of(const struct saying *s)
{
	const char *account = irc_message_tag(s->message, "account");
	if (account)
		return *account ? account : NULL;
	if (s->is_past)
		return NULL;
	const struct irc_channel *channel =
		irc_conn_channel(s->conn, irc_message_param(s->message, 0));
	const struct irc_member *member =
		channel ? irc_channel_member(channel, s->message->source.nick)
			: NULL;
	return member && *member->user->account ? member->user->account : NULL;
}

static const char *decoded(struct buf *out, const char *name)
{
	buf_clear(out);
	utf8_from_irc(out, name, strlen(name));
	return out->data;
}

/* The id is of the bytes: who is shown alike is not the same person. */
static void read_sender(struct irc_inbound *inbound, const struct saying *s)
{
	struct person *who = &inbound->event.sender;
	char folded[INBOUND_ID_BYTES / 2];
	const char *nick = s->message->source.nick;
	const char *account = account_of(s);
	who->name = decoded(&inbound->name, nick);
	who->account = account ? decoded(&inbound->account, account) : NULL;
	irc_casemap_fold(irc_conn_isupport(s->conn)->casemap,
		account ? account : nick, folded, sizeof(folded));
	/* No nick begins with '@': whoever takes the nick "bob" is not taken
	 * for the one who is logged in as bob. */
	snprintf(inbound->id, sizeof(inbound->id), "%s/%s%s", s->network,
		account ? "@" : "", folded);
	who->id = inbound->id;
}

static int64_t position_of(const struct irc_message *message)
{
	int64_t ms;
	const char *time = irc_message_tag(message, "time");
	if (time && clock_parse_iso8601(time, &ms) == 0)
		return ms;
	return clock_wall_ms();
}

/* What is not past is said now, whatever our clock thinks of its date. */
static int64_t clock_off_ms(const struct saying *s, int64_t position)
{
	return (s->is_past ? irc_conn_server_ms(s->conn) : position) -
	       clock_wall_ms();
}

/* A server, or a service that tells of the past in its own words. */
static bool is_machine(const struct saying *s)
{
	const struct irc_source *source = &s->message->source;
	if (s->is_past && str_eq(source->nick, "HistServ"))
		return true;
	return !*source->user && !*source->host && strchr(source->nick, '.');
}

static bool read_saying(struct irc_inbound *inbound, const struct saying *s)
{
	struct event *event = &inbound->event;
	struct span text = span_of(irc_message_param(s->message, 1));
	*event = (struct event){.kind = EVENT_MESSAGE};
	if (irc_message_is(s->message, "NOTICE"))
		event->kind = EVENT_NOTICE;
	else if (!irc_message_is(s->message, "PRIVMSG"))
		return false;
	if (is_machine(s) || !read_ctcp(&text, &event->kind) ||
		is_unasked_history(s))
		return false;
	text_clear(&inbound->text);
	render_text_from_irc(&inbound->text, text.p, text.len);
	if (text_is_empty(&inbound->text))
		return false;
	event->text = &inbound->text;
	event->origin = origin_of(s);
	event->source_id = str_or_empty(irc_message_tag(s->message, "msgid"));
	event->position = position_of(s->message);
	event->clock_off_ms = clock_off_ms(s, event->position);
	read_sender(inbound, s);
	return true;
}

bool irc_inbound_read(struct irc_inbound *inbound, const struct irc_conn *conn,
	const char *network, const struct irc_message *message)
{
	const struct saying s = {conn, network, message, false};
	return read_saying(inbound, &s);
}

bool irc_inbound_read_past(struct irc_inbound *inbound,
	const struct irc_conn *conn, const char *network,
	const struct irc_message *message)
{
	const struct saying s = {conn, network, message, true};
	return read_saying(inbound, &s);
}
