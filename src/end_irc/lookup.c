#include "end_irc/lookup.h"

#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc/history.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { GHOST_STEP_MS = 500 };

struct own_line {
	struct own_line *prev;
	struct own_line *next;
	char *text;
	char *id;   /* of its mark, or NULL */
	char *nick; /* of whom it was said for; NULL: by ourselves */
	char *msgid;
	int64_t ms; /* by the server's clock */
};

struct irc_lookup {
	struct loop *loop;
	struct irc_lookup_params params;
	char *channel;
	enum irc_lookup_state state;
	char *why;
	char *msgid; /* of the last one found */
	struct irc_history *asked;
	struct timer *timer; /* for the ghost */
	int64_t begun_ms;
	struct own_line *lines; /* not yet found */
	size_t count;
	unsigned pages;
	int64_t skew_ms;   /* the server's clock less ours */
	int64_t last_ms;   /* of the last message of the page */
	int64_t from_ms;   /* what the page was asked from */
	bool reaches_back; /* something from before the moment was there */
	bool is_dead;
};

static void lookup_ask(struct irc_lookup *lookup, enum irc_history_side side);

static void own_line_free(struct irc_lookup *lookup, struct own_line *line)
{
	DL_DELETE(lookup->lines, line);
	free(line->text);
	free(line->id);
	free(line->nick);
	free(line->msgid);
	free(line);
}

static void lookup_end(
	struct irc_lookup *lookup, enum irc_lookup_state state, const char *why)
{
	lookup->state = state;
	set_string(&lookup->why, why);
	irc_history_cancel(TAKE(lookup->asked));
	timer_cancel(lookup->timer);
	lookup->params.done(lookup->params.arg);
}

static void lookup_keep(
	struct irc_lookup *lookup, const struct irc_message *msg, int64_t ms)
{
	struct own_line *line = xcalloc(1, sizeof(*line));

	line->text = xstrdup(irc_message_param(msg, 1));
	line->id = xstrdup_null(irc_message_tag(msg, "+belfry/id"));
	if (!irc_history_is_own(lookup->params.conn, msg))
		line->nick = xstrdup(msg->source.nick);
	line->msgid = xstrdup(str_or_empty(irc_message_tag(msg, "msgid")));
	line->ms = ms;
	lookup->count++;
	DL_APPEND(lookup->lines, line);
}

static bool lookup_is_known(
	const struct irc_lookup *lookup, const struct irc_message *msg)
{
	const char *msgid = str_or_empty(irc_message_tag(msg, "msgid"));
	const struct own_line *line;

	if (*msgid == '\0')
		return false;
	DL_FOREACH (lookup->lines, line)
		if (str_eq(line->msgid, msgid))
			return true; /* pages overlap */
	return lookup->params.is_taken &&
	       lookup->params.is_taken(lookup->params.arg, msgid);
}

/* Puppets and those who are relayed under a nick of their own are ours too; a
 * mark alone proves nothing, anybody can copy it. */
static bool lookup_is_ours(
	const struct irc_lookup *lookup, const struct irc_message *msg)
{
	const char *relayed_by = irc_message_tag(msg, "draft/relaymsg");

	return irc_history_is_own(lookup->params.conn, msg) ||
	       (relayed_by &&
		       irc_conn_is_own_nick(lookup->params.conn, relayed_by)) ||
	       (lookup->params.is_said_for &&
		       lookup->params.is_said_for(
			       lookup->params.arg, msg->source.nick));
}

static bool lookup_is_own_text(
	const struct irc_lookup *lookup, const struct irc_message *msg)
{
	return (irc_message_is(msg, "PRIVMSG") ||
		       irc_message_is(msg, "NOTICE")) &&
	       lookup_is_ours(lookup, msg) && !lookup_is_known(lookup, msg);
}

static void lookup_on_line(const struct irc_message *msg, void *arg)
{
	struct irc_lookup *lookup = arg;
	const char *time = irc_message_tag(msg, "time");
	int64_t ms;

	if (!time || clock_parse_iso8601(time, &ms) < 0)
		return;
	lookup->last_ms = ms;
	if (ms < lookup->params.since_ms + lookup->skew_ms)
		lookup->reaches_back = true;
	if (!lookup_is_own_text(lookup, msg))
		return;
	if (lookup->count >= IRC_LOOKUP_LINES)
		lookup_end(
			lookup, IRC_LOOKUP_UNSURE, "too much was said since");
	else
		lookup_keep(lookup, msg, ms);
}

static void lookup_on_before(const struct irc_history_result *result, void *arg)
{
	struct irc_lookup *lookup = arg;

	lookup->asked = NULL;
	if (result->outcome == IRC_HISTORY_COMPLETE && result->count > 0)
		lookup_end(lookup, IRC_LOOKUP_KNOWS, "");
	else
		lookup_end(lookup, IRC_LOOKUP_UNSURE,
			"the server's history does not reach back so far");
}

static void lookup_on_page(const struct irc_history_result *result, void *arg)
{
	struct irc_lookup *lookup = arg;

	lookup->asked = NULL;
	if (result->outcome != IRC_HISTORY_COMPLETE)
		lookup_end(lookup, IRC_LOOKUP_UNSURE, result->why);
	else if (result->is_full && (lookup->pages >= IRC_LOOKUP_PAGES ||
					    lookup->last_ms <= lookup->from_ms))
		lookup_end(lookup, IRC_LOOKUP_UNSURE,
			"the server's pages have no end");
	else if (result->is_full)
		lookup_ask(lookup, IRC_HISTORY_AFTER);
	else if (lookup->reaches_back)
		lookup_end(lookup, IRC_LOOKUP_KNOWS, "");
	else
		lookup_ask(lookup, IRC_HISTORY_BEFORE);
}

/* From page to page by time: a moment is never unknown. What shares the last
 * millisecond of a page comes again, and is known. */
static void lookup_ask(struct irc_lookup *lookup, enum irc_history_side side)
{
	bool is_after = side == IRC_HISTORY_AFTER;
	int64_t moment_ms = lookup->params.since_ms + lookup->skew_ms;

	lookup->from_ms = lookup->pages ? lookup->last_ms - 1
					: moment_ms - IRC_LOOKUP_MARGIN_MS;
	lookup->pages++;
	lookup->asked = irc_history_ask(lookup->params.conn,
		&(struct irc_history_request){
			.side = side,
			.channel = lookup->channel,
			.time_ms = is_after ? lookup->from_ms : moment_ms,
			.line = is_after ? lookup_on_line : NULL,
			.done = is_after ? lookup_on_page : lookup_on_before,
			.arg = lookup,
		});
}

static bool lookup_sees_ghost(const struct irc_lookup *lookup)
{
	const struct irc_conn *conn = lookup->params.conn;
	const char *nick = irc_conn_wanted_nick(conn);
	const struct irc_channel *channel =
		irc_conn_channel(conn, lookup->channel);

	return channel && !irc_conn_is_own_nick(conn, nick) &&
	       irc_channel_member(channel, nick);
}

static void lookup_begin(void *arg)
{
	struct irc_lookup *lookup = arg;
	int64_t now_ms = loop_now_ms(lookup->loop);

	if (lookup_sees_ghost(lookup) &&
		now_ms - lookup->begun_ms < IRC_LOOKUP_GHOST_MS) {
		timer_arm(lookup->timer, GHOST_STEP_MS);
		return;
	}
	lookup->skew_ms =
		irc_conn_server_ms(lookup->params.conn) - clock_wall_ms();
	lookup_ask(lookup, IRC_HISTORY_AFTER);
}

struct irc_lookup *irc_lookup_new(
	struct loop *loop, const struct irc_lookup_params *params)
{
	struct irc_lookup *lookup = xcalloc(1, sizeof(*lookup));

	lookup->loop = loop;
	lookup->params = *params;
	lookup->channel = xstrdup(params->channel);
	lookup->why = xstrdup("");
	lookup->timer = timer_new(loop, lookup_begin, lookup);
	lookup->begun_ms = loop_now_ms(loop);
	lookup_begin(lookup);
	return lookup;
}

static void lookup_destroy(void *arg)
{
	struct irc_lookup *lookup = arg;

	while (lookup->lines)
		own_line_free(lookup, lookup->lines);
	free(lookup->channel);
	free(lookup->why);
	free(lookup->msgid);
	free(lookup);
}

void irc_lookup_free(struct irc_lookup *lookup)
{
	if (!lookup || lookup->is_dead)
		return;
	lookup->is_dead = true;
	irc_history_cancel(TAKE(lookup->asked));
	timer_free(TAKE(lookup->timer));
	loop_defer(lookup->loop, lookup_destroy, lookup);
}

enum irc_lookup_state irc_lookup_state(const struct irc_lookup *lookup)
{
	return lookup->state;
}

const char *irc_lookup_why(const struct irc_lookup *lookup)
{
	return lookup->why;
}

bool irc_lookup_covers(const struct irc_lookup *lookup, int64_t since_ms)
{
	return lookup->params.since_ms <= since_ms;
}

/* The msgid lives on until the next one is found. */
static void lookup_found(struct irc_lookup *lookup, struct own_line *line,
	const char **ret_msgid)
{
	set_string(&lookup->msgid, line->msgid);
	*ret_msgid = lookup->msgid;
	own_line_free(lookup, line);
}

bool irc_lookup_find_id(struct irc_lookup *lookup, const char *id, size_t above,
	size_t *ret_n, const char **ret_msgid)
{
	size_t len = strlen(id);
	struct own_line *line;
	uint64_t n;

	DL_FOREACH (lookup->lines, line) {
		if (!line->id || !str_starts(line->id, id) ||
			line->id[len] != '.' ||
			parse_u64(line->id + len + 1, SIZE_MAX, &n) < 0 ||
			n <= above)
			continue;
		*ret_n = (size_t)n;
		lookup_found(lookup, line, ret_msgid);
		return true;
	}
	return false;
}

static bool lookup_is_said_by(const struct irc_lookup *lookup,
	const struct own_line *line, const char *nick)
{
	if (!nick || !line->nick)
		return !nick && !line->nick;
	return irc_casemap_equal(
		irc_conn_isupport(lookup->params.conn)->casemap, line->nick,
		nick);
}

bool irc_lookup_find_text(struct irc_lookup *lookup,
	const struct irc_lookup_text *said, const char *text,
	const char **ret_msgid)
{
	struct own_line *line;

	DL_FOREACH (lookup->lines, line) {
		if (line->id || line->ms < said->since_ms + lookup->skew_ms ||
			!lookup_is_said_by(lookup, line, said->nick) ||
			!str_eq(line->text, text))
			continue;
		lookup_found(lookup, line, ret_msgid);
		return true;
	}
	return false;
}
