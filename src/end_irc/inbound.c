#include "end_irc/inbound.h"

#include "end_irc/command.h"
#include "end_irc/render.h"
#include "irc/history.h"
#include "irc_words/words.h"
#include "util/clock.h"
#include "util/str.h"

#include <string.h>

void irc_inbound_init(struct irc_inbound *inbound)
{
	memset(inbound, 0, sizeof(*inbound));
	text_init(&inbound->text, RENDER_PAYLOAD_BYTES);
	irc_portrait_init(&inbound->sender);
}

void irc_inbound_release(struct irc_inbound *inbound)
{
	text_release(&inbound->text);
	irc_portrait_release(&inbound->sender);
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
	const struct irc_folk *folk;
	const struct irc_message *message;
	bool is_past;
};

static bool is_unasked_history(const struct saying *s)
{
	const char *type = irc_conn_batch_type(s->folk->conn, s->message);
	return !s->is_past && type &&
	       (str_eq(type, "chathistory") || str_eq(type, "znc.in/playback"));
}

static bool is_from_us(const struct saying *s)
{
	const struct irc_conn *conn = s->folk->conn;
	const char *relay = irc_message_tag(s->message, "draft/relaymsg");
	/* The server says who spoke under another's name. */
	if (relay && irc_conn_is_own_nick(conn, relay))
		return true;
	return s->is_past ? irc_history_is_own(conn, s->message)
			  : irc_conn_is_own_echo(conn, s->message);
}

static enum event_origin origin_of(const struct saying *s, bool is_bot)
{
	static const enum event_origin origins[] = {
		[IRC_SORT_PERSON] = ORIGIN_PERSON,
		[IRC_SORT_SELF] = ORIGIN_SELF,
		[IRC_SORT_BRIDGE] = ORIGIN_BRIDGE,
		[IRC_SORT_BOT] = ORIGIN_BRIDGE,
		[IRC_SORT_SERVICE] = ORIGIN_PERSON,
	};
	enum event_origin origin =
		origins[irc_folk_sort(s->folk, &s->message->source, is_bot)];
	if (is_from_us(s) || origin == ORIGIN_SELF)
		return ORIGIN_SELF;
	if (irc_message_tag(s->message, "+belfry/id") ||
		irc_message_tag(s->message, "draft/relaymsg"))
		return ORIGIN_BRIDGE;
	return origin;
}

static void read_sender(struct irc_inbound *inbound, const struct saying *s)
{
	if (s->is_past)
		irc_portrait_of_past(&inbound->sender, s->folk, s->message);
	else
		irc_portrait_of_message(&inbound->sender, s->folk, s->message);
	inbound->event.sender = inbound->sender.person;
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
	return (s->is_past ? irc_conn_server_ms(s->folk->conn) : position) -
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

/* What is said to a puppet is for nobody else. */
static bool is_command(const struct saying *s, const struct event *event)
{
	const struct irc_isupport *isupport = irc_conn_isupport(s->folk->conn);

	return s->folk->has_commands && event->kind == EVENT_MESSAGE &&
	       event->origin == ORIGIN_PERSON && !event->sender.is_bot &&
	       irc_isupport_is_channel(
		       isupport, irc_message_param(s->message, 0)) &&
	       irc_command_is(irc_message_param(s->message, 1));
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
	words_from_irc(&inbound->text, text.p, text.len);
	if (text_is_empty(&inbound->text))
		return false;
	event->text = &inbound->text;
	event->source_id = str_or_empty(irc_message_tag(s->message, "msgid"));
	event->position = position_of(s->message);
	event->clock_off_ms = clock_off_ms(s, event->position);
	read_sender(inbound, s);
	event->origin = origin_of(s, event->sender.is_bot);
	return !is_command(s, event);
}

bool irc_inbound_read(struct irc_inbound *inbound, const struct irc_folk *folk,
	const struct irc_message *message)
{
	const struct saying s = {folk, message, false};
	return read_saying(inbound, &s);
}

bool irc_inbound_read_past(struct irc_inbound *inbound,
	const struct irc_folk *folk, const struct irc_message *message)
{
	const struct saying s = {folk, message, true};
	return read_saying(inbound, &s);
}
