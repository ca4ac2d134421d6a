#include "end_irc/command.h"

#include "end_irc/render.h"
#include "irc/casemap.h"
#include "irc/split.h"
#include "irc_words/words.h"
#include "util/alloc.h"
#include "util/bucket.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "!chime";
static const char ANSWER[] = "NOTICE";

enum { ANSWER_BYTES = 4096 };

/* Somebody who asked lately. */
struct asker {
	char *id;
	struct bucket bucket;
	UT_hash_handle hh;
};

struct irc_commands {
	struct loop *loop;
	struct irc_conn *conn;
	const struct irc_folk *folk;
	void (*fn)(void *arg, const struct irc_command *command);
	void *arg;
	char **operators;
	size_t operator_count;
	struct asker *askers; /* by id, who asked longest ago first */
	struct bucket bucket;
	struct log_once news;
};

struct irc_commands *irc_commands_new(const struct irc_commands_params *params)
{
	const struct end_irc_params *p = params->params;
	struct irc_commands *commands = xcalloc(1, sizeof(*commands));

	commands->loop = params->loop;
	commands->conn = params->conn;
	commands->folk = params->folk;
	commands->fn = p->command;
	commands->arg = p->arg;
	commands->operator_count = p->operator_count;
	commands->operators = xcalloc(p->operator_count + 1, sizeof(char *));
	for (size_t i = 0; i < p->operator_count; i++)
		commands->operators[i] = xstrdup(p->operators[i]);
	bucket_init(&commands->bucket, COMMANDS_BURST,
		1000.0 * COMMANDS_BURST / COMMANDS_WINDOW_MS,
		loop_now_ms(params->loop));
	return commands;
}

static void asker_drop(struct irc_commands *commands, struct asker *asker)
{
	HASH_DEL(commands->askers, asker);
	free(asker->id);
	free(asker);
}

void irc_commands_free(struct irc_commands *commands)
{
	struct asker *asker;
	struct asker *next;

	if (!commands)
		return;
	HASH_ITER (hh, commands->askers, asker, next)
		asker_drop(commands, asker);
	for (size_t i = 0; i < commands->operator_count; i++)
		free(commands->operators[i]);
	free(commands->operators);
	free(commands);
}

bool irc_command_is(const char *text)
{
	struct span word = {text, strcspn(text, " ")};

	return span_is_nocase(word, PREFIX);
}

/* Who may ask, and how often. */

static struct asker *find_asker(struct irc_commands *commands, const char *id)
{
	struct asker *asker;

	HASH_FIND_STR(commands->askers, id, asker);
	if (asker) {
		/* To the end: who is first asked longest ago. */
		HASH_DEL(commands->askers, asker);
	} else {
		if (HASH_COUNT(commands->askers) >= COMMAND_ASKERS_MAX)
			asker_drop(commands, commands->askers);
		asker = xcalloc(1, sizeof(*asker));
		asker->id = xstrdup(id);
		bucket_init(&asker->bucket, COMMAND_BURST,
			1000.0 / COMMAND_INTERVAL_MS,
			loop_now_ms(commands->loop));
	}
	HASH_ADD_KEYPTR(
		hh, commands->askers, asker->id, strlen(asker->id), asker);
	return asker;
}

static bool has_budget(struct irc_commands *commands, const char *id)
{
	int64_t now_ms = loop_now_ms(commands->loop);
	struct irc_conn_stats stats;
	bool may;

	irc_conn_stats(commands->conn, &stats);
	may = stats.queued < COMMAND_QUEUE_MAX &&
	      bucket_take(&find_asker(commands, id)->bucket, now_ms) &&
	      bucket_take(&commands->bucket, now_ms);
	if (!may && log_once_is_news(&commands->news, "too many", 600 * 1000))
		log_warn(commands->folk->network,
			"too many commands, of %s for one: not all are "
			"answered",
			id);
	return may;
}

static bool is_operator(
	const struct irc_commands *commands, const struct irc_message *message)
{
	enum irc_casemap map = irc_conn_isupport(commands->conn)->casemap;
	const char *account =
		irc_who_of_message(commands->conn, message).account;

	for (size_t i = 0; account && i < commands->operator_count; i++)
		if (irc_casemap_equal(map, commands->operators[i], account))
			return true;
	return false;
}

/* Answers. */

struct answer {
	struct irc_commands *commands;
	const char *nick;
	unsigned lines;
};

static bool answer_line(struct answer *answer, const char *text)
{
	const struct irc_line line = {
		.command = ANSWER,
		.params = {answer->nick, text},
	};

	if (answer->lines++ >= COMMAND_ANSWER_LINES)
		return false;
	return irc_conn_send(
		       answer->commands->conn, IRC_PRIO_TEXT, NULL, &line) == 0;
}

static void answer_say(void *arg, const char *text)
{
	struct answer *answer = arg;
	size_t budget = irc_conn_text_room(
		answer->commands->conn, ANSWER, answer->nick);
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF clean;
	struct buf AUTOBUF line;

	buf_init(&clean, ANSWER_BYTES);
	buf_init(&line, budget);
	irc_text_clean(&clean, text, strnlen(text, ANSWER_BYTES / 4));
	if (irc_split_init(&split, clean.data, clean.len, budget, 0) < 0)
		return;
	while (irc_split_next(&split, &line, &part) &&
		answer_line(answer, line.data))
		;
}

/* Is it said by somebody who may be answered? */
static bool is_from_person(const struct irc_commands *commands,
	const struct irc_message *message, const struct person *person)
{
	const struct irc_source *source = &message->source;
	enum irc_sort sort =
		irc_folk_sort(commands->folk, source, person->is_bot);

	return sort == IRC_SORT_PERSON && !person->is_bot && *source->nick &&
	       (*source->host || !strchr(source->nick, '.')) &&
	       !irc_message_tag(message, "+belfry/id") &&
	       !irc_message_tag(message, "draft/relaymsg") &&
	       !irc_conn_is_own_echo(commands->conn, message);
}

static void ask(struct irc_commands *commands,
	const struct irc_message *message, const struct irc_command *draft)
{
	struct answer answer = {
		.commands = commands,
		.nick = message->source.nick,
	};
	struct irc_command command = *draft;

	if (!has_budget(commands, command.person->id))
		return;
	command.network = commands->folk->network;
	command.is_operator = is_operator(commands, message);
	command.say = answer_say;
	command.say_arg = &answer;
	commands->fn(commands->arg, &command);
}

/* The words of a command, in plain letters; false when it is none. */
static bool read_words(
	struct text *out, const struct irc_message *message, bool in_channel)
{
	const char *text = irc_message_param(message, 1);

	if (*text == '\x01' || (in_channel && !irc_command_is(text)))
		return false;
	if (irc_command_is(text))
		text += sizeof(PREFIX) - 1;
	text += strspn(text, " ");
	words_from_irc(out, text, strnlen(text, ANSWER_BYTES / 4));
	return true;
}

bool irc_commands_take(struct irc_commands *commands,
	const struct irc_message *message, const char *mapping)
{
	struct irc_portrait portrait;
	struct text AUTOTEXT words;
	bool is_command;

	text_init(&words, ANSWER_BYTES);
	if (!commands->fn || !irc_message_is(message, "PRIVMSG") ||
		irc_conn_is_history(commands->conn, message) ||
		!read_words(&words, message, mapping != NULL))
		return false;
	irc_portrait_init(&portrait);
	irc_portrait_of_message(&portrait, commands->folk, message);
	is_command = is_from_person(commands, message, &portrait.person);
	if (is_command)
		ask(commands, message,
			&(struct irc_command){
				.mapping = mapping,
				.person = &portrait.person,
				.words = text_plain(&words),
			});
	irc_portrait_release(&portrait);
	return is_command;
}
