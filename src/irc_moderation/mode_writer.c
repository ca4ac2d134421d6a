#include "irc_moderation/mode_writer.h"

#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc/modes.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { ALTERED_MAX = 64, PACK_MAX = 64, WHY_BYTES = 512 };

enum wish_state { WISH_NEW, WISH_SENT, WISH_SETTLED };

struct wish {
	uint64_t ticket;
	bool add;
	char letter;
	char *param;
	enum wish_state state;
	unsigned fence; /* SENT: the PING behind it */
	enum irc_mode_fate fate;
	bool is_noted; /* the server has said something against it */
	char *why;
	char *got; /* param as the server has it */
	struct wish *prev, *next;
};

/* A change of ours came back that nobody had wished just so. */
struct altered {
	bool add;
	char letter;
	char *param;
	struct altered *prev, *next;
};

struct irc_mode_writer {
	struct irc_mode_writer_params params;
	char *channel;
	struct wish *wishes; /* oldest first */
	struct altered *altered;
	size_t count;
	size_t altered_count;
	unsigned fence; /* the last PING */
	struct timer *flush;
	struct timer *settle;
	struct timer *answer;
};

static const struct irc_isupport *isupport(const struct irc_mode_writer *writer)
{
	return irc_conn_isupport(writer->params.conn);
}

static bool is_same(
	const struct irc_mode_writer *writer, const char *a, const char *b)
{
	return irc_casemap_equal(isupport(writer)->casemap, a, b);
}

static void wish_settle(struct irc_mode_writer *writer, struct wish *wish,
	enum irc_mode_fate fate, const char *why)
{
	wish->state = WISH_SETTLED;
	wish->fate = fate;
	if (why)
		set_string(&wish->why, why);
	if (!timer_is_armed(writer->settle))
		timer_arm(writer->settle, 0);
}

static void wish_free(struct irc_mode_writer *writer, struct wish *wish)
{
	DL_DELETE(writer->wishes, wish);
	writer->count--;
	free(wish->param);
	free(wish->why);
	free(wish->got);
	free(wish);
}

static void altered_clear(struct irc_mode_writer *writer)
{
	struct altered *altered;
	struct altered *next;

	DL_FOREACH_SAFE (writer->altered, altered, next) {
		free(altered->param);
		free(altered);
	}
	writer->altered = NULL;
	writer->altered_count = 0;
}

/* One result in a turn's callback may end all: so one at a time. */
static void writer_on_settle(void *arg)
{
	struct irc_mode_writer *writer = arg;
	struct wish *wish;

	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_SETTLED)
			break;
	if (!wish)
		return;
	timer_arm(writer->settle, 0);
	struct wish copy = *wish;
	wish->param = wish->why = wish->got = NULL;
	wish_free(writer, wish);
	writer->params.result(writer->params.arg,
		&(struct irc_mode_result){
			.ticket = copy.ticket,
			.fate = copy.fate,
			.param = copy.got ? copy.got : copy.param,
			.why = copy.fate == MODE_DONE ? NULL : copy.why,
		});
	free(copy.param);
	free(copy.why);
	free(copy.got);
}

/* Out. */

static int send_line(
	struct irc_mode_writer *writer, const struct irc_modes_line *line)
{
	struct irc_line out = {
		.command = "MODE",
		.params = {writer->channel, line->letters},
	};

	for (size_t i = 0; i < line->nparams; i++)
		out.params[2 + i] = line->params[i];
	return irc_conn_send(
		writer->params.conn, IRC_PRIO_COMMAND, writer->channel, &out);
}

static void fence_text(const struct irc_mode_writer *writer, unsigned fence,
	char ret[IRC_NAME_BYTES + 32])
{
	snprintf(ret, IRC_NAME_BYTES + 32, "modes-%u-%s", fence,
		writer->channel);
}

static void send_fence(struct irc_mode_writer *writer)
{
	char text[IRC_NAME_BYTES + 32];

	fence_text(writer, writer->fence, text);
	/* Without it the answer is overdue in time. */
	(void)!irc_conn_send(writer->params.conn, IRC_PRIO_COMMAND,
		writer->channel,
		&(struct irc_line){.command = "PING", .params = {text}});
	timer_arm(writer->answer, MODE_WRITER_ANSWER_MS);
}

static struct wish *first_new(const struct irc_mode_writer *writer)
{
	struct wish *wish;

	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_NEW)
			return wish;
	return NULL;
}

static size_t gather(const struct irc_mode_writer *writer,
	struct irc_mode_change changes[PACK_MAX])
{
	size_t count = 0;

	for (struct wish *wish = first_new(writer); wish && count < PACK_MAX;
		wish = wish->next)
		if (wish->state == WISH_NEW)
			changes[count++] = (struct irc_mode_change){
				.add = wish->add,
				.letter = wish->letter,
				.param = wish->param,
			};
	return count;
}

static void mark_sent(struct irc_mode_writer *writer, size_t used)
{
	for (; used > 0; used--) {
		struct wish *wish = first_new(writer);
		wish->state = WISH_SENT;
		wish->fence = writer->fence;
	}
}

/* False when no more can be sent now. */
static bool send_some(struct irc_mode_writer *writer)
{
	struct irc_mode_change changes[PACK_MAX];
	struct irc_modes_line line;
	size_t count = gather(writer, changes);
	size_t used = 0;
	size_t room = irc_conn_text_room(
		writer->params.conn, "MODE", writer->channel);

	if (!count)
		return false;
	if (irc_modes_pack(
		    &line, isupport(writer), changes, count, room, &used) < 0) {
		wish_settle(writer, first_new(writer), MODE_REFUSED,
			"it cannot be put into a line of IRC");
		return true;
	}
	if (send_line(writer, &line) == 0) {
		mark_sent(writer, used);
		return true;
	}
	while (used-- > 0)
		wish_settle(writer, first_new(writer), MODE_LATER,
			"it could not be sent");
	return true;
}

static bool has_sent(const struct irc_mode_writer *writer, unsigned fence)
{
	const struct wish *wish;

	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_SENT && wish->fence == fence)
			return true;
	return false;
}

static void writer_on_flush(void *arg)
{
	struct irc_mode_writer *writer = arg;

	writer->fence++;
	while (send_some(writer))
		continue;
	if (has_sent(writer, writer->fence))
		send_fence(writer);
}

void irc_mode_writer_add(
	struct irc_mode_writer *writer, const struct irc_mode_wish *wanted)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	wish->ticket = wanted->ticket;
	wish->add = wanted->add;
	wish->letter = wanted->letter;
	wish->param = xstrdup_null(wanted->param);
	DL_APPEND(writer->wishes, wish);
	if (++writer->count > MODE_WRITER_MAX)
		wish_settle(writer, wish, MODE_LATER,
			"there are too many changes at once");
	else
		timer_arm(writer->flush, 0);
}

/* What is known of the channel. */

static bool holds(const struct irc_mode_writer *writer, const struct wish *wish)
{
	const struct irc_channel *channel =
		irc_conn_channel(writer->params.conn, writer->channel);
	const struct irc_member *member;

	if (!channel)
		return false;
	switch (irc_isupport_mode_class(isupport(writer), wish->letter)) {
	case IRC_MODE_LIST:
		return (irc_channel_entry(channel, wish->letter,
				str_or_empty(wish->param)) != NULL) ==
		       wish->add;
	case IRC_MODE_PREFIX:
		member = irc_channel_member(channel, str_or_empty(wish->param));
		return member &&
		       irc_member_has_mode(member, wish->letter) == wish->add;
	default:
		return irc_channel_has_mode(channel, wish->letter) == wish->add;
	}
}

static struct altered *find_altered(
	const struct irc_mode_writer *writer, const struct wish *wish)
{
	struct altered *altered;

	DL_FOREACH (writer->altered, altered)
		if (altered->add == wish->add &&
			altered->letter == wish->letter)
			return altered;
	return NULL;
}

/* The server has had its say. */
static void conclude(struct irc_mode_writer *writer, struct wish *wish)
{
	struct altered *altered;

	if (holds(writer, wish)) {
		wish_settle(writer, wish, MODE_DONE, NULL);
		return;
	}
	if (wish->is_noted) {
		wish_settle(writer, wish, wish->fate, NULL);
		return;
	}
	altered = find_altered(writer, wish);
	if (!altered) {
		wish_settle(writer, wish, MODE_LATER,
			"the server has not done it, and said nothing");
		return;
	}
	wish->got = altered->param;
	DL_DELETE(writer->altered, altered);
	writer->altered_count--;
	free(altered);
	wish_settle(writer, wish, MODE_DONE, NULL);
}

static void on_fence(struct irc_mode_writer *writer, unsigned fence)
{
	struct wish *wish;
	bool is_waiting = false;

	DL_FOREACH (writer->wishes, wish) {
		if (wish->state != WISH_SENT)
			continue;
		if (wish->fence <= fence)
			conclude(writer, wish);
		else
			is_waiting = true;
	}
	if (is_waiting)
		return;
	timer_cancel(writer->answer);
	altered_clear(writer);
}

static void writer_on_answer(void *arg)
{
	struct irc_mode_writer *writer = arg;
	struct wish *wish;

	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_SENT)
			wish_settle(writer, wish, MODE_LATER,
				"the server has not answered");
	altered_clear(writer);
}

/* In. */

static void on_pong(
	struct irc_mode_writer *writer, const struct irc_message *message)
{
	char text[IRC_NAME_BYTES + 32];
	const struct wish *wish;

	DL_FOREACH (writer->wishes, wish) {
		if (wish->state != WISH_SENT)
			continue;
		fence_text(writer, wish->fence, text);
		if (!str_eq(irc_message_last(message), text))
			continue;
		on_fence(writer, wish->fence);
		return;
	}
}

static bool is_wished(const struct irc_mode_writer *writer,
	const struct wish *wish, const struct irc_mode_change *change)
{
	return wish->state == WISH_SENT && wish->add == change->add &&
	       wish->letter == change->letter &&
	       is_same(writer, str_or_empty(wish->param),
		       str_or_empty(change->param));
}

static void on_change(struct irc_mode_writer *writer,
	const struct irc_mode_change *change, bool is_own)
{
	struct wish *wish;
	struct altered *altered;
	bool is_known = false;

	DL_FOREACH (writer->wishes, wish)
		if (is_wished(writer, wish, change)) {
			if (change->param)
				set_string(&wish->got, change->param);
			wish_settle(writer, wish, MODE_DONE, NULL);
			is_known = true;
		}
	if (is_known || !is_own || change->class != IRC_MODE_LIST ||
		!change->param || writer->altered_count >= ALTERED_MAX)
		return;
	altered = xcalloc(1, sizeof(*altered));
	altered->add = change->add;
	altered->letter = change->letter;
	altered->param = xstrdup(change->param);
	DL_APPEND(writer->altered, altered);
	writer->altered_count++;
}

static void on_mode(
	struct irc_mode_writer *writer, const struct irc_message *message)
{
	struct irc_modes modes;
	struct irc_mode_change change;
	bool is_own =
		irc_conn_is_own_nick(writer->params.conn, message->source.nick);

	if (message->nparams < 2)
		return;
	irc_modes_init(&modes, isupport(writer), message->params + 1,
		message->nparams - 1);
	while (irc_modes_next(&modes, &change))
		on_change(writer, &change, is_own);
}

/* Is the refusal about this one in particular? `at`: the first parameter that
 * may say so. */
static bool is_named(const struct irc_mode_writer *writer,
	const struct wish *wish, const struct irc_message *message, size_t at)
{
	const char letter[] = {wish->letter, '\0'};
	const char *subject = wish->param ? wish->param : letter;

	for (size_t i = at; i + 1 < message->nparams; i++)
		if (is_same(writer, message->params[i], subject))
			return true;
	return false;
}

static void note(struct wish *wish, enum irc_mode_fate fate, const char *why)
{
	wish->is_noted = true;
	wish->fate = fate;
	set_string(&wish->why, why);
}

/* Rows: what a refusal means, and of which changes it speaks. */
static const struct refusal {
	int numeric;
	enum irc_mode_fate fate;
	bool is_of_letter; /* parameter 1 is the mode */
	bool is_general;   /* of all that was asked; else of one that it names
			    */
} REFUSALS[] = {
	{ERR_NOSUCHNICK, MODE_ABSENT, false, false},
	{ERR_USERNOTINCHANNEL, MODE_ABSENT, false, false},
	{ERR_UNKNOWNMODE, MODE_REFUSED, true, false},
	{ERR_BANLISTFULL, MODE_REFUSED, false, false},
	{ERR_NOPRIVILEGES, MODE_DENIED, false, true},
	{ERR_CHANOPRIVSNEEDED, MODE_DENIED, false, true},
	{ERR_RESTRICTED, MODE_DENIED, false, true},
	{ERR_INVALIDMODEPARAM, MODE_REFUSED, false, false},
	{ERR_LISTMODEALREADYSET, MODE_DONE, false, false},
	{ERR_LISTMODENOTSET, MODE_DONE, false, false},
};

static bool is_spoken_of(const struct irc_mode_writer *writer,
	const struct refusal *refusal, const struct wish *wish,
	const struct irc_message *message)
{
	const char *first = irc_message_param(message, 1);

	if (refusal->is_general)
		return !wish->is_noted;
	if (refusal->is_of_letter)
		return first[0] == wish->letter && !first[1];
	return is_named(writer, wish, message, 1);
}

static void on_refusal(struct irc_mode_writer *writer,
	const struct refusal *refusal, const struct irc_message *message)
{
	struct wish *wish;
	struct buf AUTOBUF why;
	const char *text = irc_message_last(message);
	bool is_heard = false;

	buf_init(&why, 4 * IRC_BODY_BYTES);
	utf8_from_irc(&why, text, strlen(text));
	buf_truncate(&why, utf8_fit(why.data, why.len, WHY_BYTES));
	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_SENT &&
			is_spoken_of(writer, refusal, wish, message)) {
			note(wish, refusal->fate, why.data);
			is_heard = true;
		}
	/* Some servers do not say which entry has found no room. */
	if (is_heard || message->numeric != ERR_BANLISTFULL)
		return;
	DL_FOREACH (writer->wishes, wish)
		if (wish->state == WISH_SENT && wish->add && wish->param)
			note(wish, refusal->fate, why.data);
}

void irc_mode_writer_take(
	struct irc_mode_writer *writer, const struct irc_message *message)
{
	if (!writer->wishes)
		return;
	if (irc_message_is(message, "MODE"))
		on_mode(writer, message);
	else if (irc_message_is(message, "PONG"))
		on_pong(writer, message);
	else
		for (size_t i = 0; i < ARRAY_LEN(REFUSALS); i++)
			if (REFUSALS[i].numeric == message->numeric)
				on_refusal(writer, &REFUSALS[i], message);
}

void irc_mode_writer_left(struct irc_mode_writer *writer)
{
	struct wish *wish;

	timer_cancel(writer->flush);
	timer_cancel(writer->answer);
	DL_FOREACH (writer->wishes, wish)
		if (wish->state != WISH_SETTLED)
			wish_settle(writer, wish, MODE_LATER,
				"the channel was left");
	altered_clear(writer);
}

/* Life. */

struct irc_mode_writer *irc_mode_writer_new(
	struct loop *loop, const struct irc_mode_writer_params *params)
{
	struct irc_mode_writer *writer = xcalloc(1, sizeof(*writer));

	writer->params = *params;
	writer->channel = xstrdup(params->channel);
	writer->flush = timer_new(loop, writer_on_flush, writer);
	writer->settle = timer_new(loop, writer_on_settle, writer);
	writer->answer = timer_new(loop, writer_on_answer, writer);
	return writer;
}

void irc_mode_writer_free(struct irc_mode_writer *writer)
{
	if (!writer)
		return;
	while (writer->wishes)
		wish_free(writer, writer->wishes);
	altered_clear(writer);
	timer_free(writer->flush);
	timer_free(writer->settle);
	timer_free(writer->answer);
	free(writer->channel);
	free(writer);
}
