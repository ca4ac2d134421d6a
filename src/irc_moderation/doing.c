#include "irc_moderation/doing.h"

#include "irc/message.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdio.h>
#include <string.h>

void irc_doing_init(struct irc_doing *doing)
{
	*doing = (struct irc_doing){0};
	buf_init(&doing->by, 4 * IRC_SOURCE_BYTES);
}

void irc_doing_release(struct irc_doing *doing)
{
	buf_release(&doing->by);
}

const char *irc_doing_by(const struct irc_doing *doing)
{
	return doing->by.len ? doing->by.data : NULL;
}

static void doing_of_source(struct irc_doing *doing,
	const struct irc_folk *folk, const struct irc_source *source)
{
	enum irc_sort sort = irc_folk_sort(folk, source, false);
	bool is_server = !*source->user && !*source->host &&
			 (strchr(source->nick, '.') || !*source->nick ||
				 !irc_conn_user(folk->conn, source->nick));

	buf_clear(&doing->by);
	utf8_from_irc(&doing->by, source->nick, strlen(source->nick));
	doing->is_automatic =
		sort == IRC_SORT_SELF || sort == IRC_SORT_SERVICE || is_server;
}

static int64_t time_of(const struct irc_message *message)
{
	const char *text = irc_message_tag(message, "time");
	int64_t ms;

	if (text && clock_parse_iso8601(text, &ms) == 0)
		return ms;
	return clock_wall_ms();
}

void irc_doing_of_message(struct irc_doing *doing, const struct irc_folk *folk,
	const struct irc_message *message)
{
	doing_of_source(doing, folk, &message->source);
	doing->at_ms = time_of(message);
}

void irc_doing_of_setter(struct irc_doing *doing, const struct irc_folk *folk,
	const char *setter, int64_t at_ms)
{
	struct irc_source source;
	char text[IRC_SOURCE_BYTES];

	buf_clear(&doing->by);
	doing->at_ms = at_ms;
	doing->is_automatic = false;
	snprintf(text, sizeof(text), "%s", setter);
	if (!*text || irc_source_parse(&source, text) < 0)
		return;
	doing_of_source(doing, folk, &source);
	/* Many servers tell the nick alone, of people who may be away. */
	if (!*source.user && !*source.host)
		doing->is_automatic =
			strchr(source.nick, '.') ||
			irc_conn_is_own_nick(folk->conn, source.nick);
}
