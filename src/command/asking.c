#include "command/asking.h"

#include "util/str.h"
#include "util/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 2048 };

/* ---- answers ---- */

static void add_shown(struct buf *out, const char *text, size_t len)
{
	size_t done = 0;

	while (done < len) {
		uint32_t c = 0;
		size_t n = utf8_decode(text + done, len - done, &c);

		if (n == 0 || utf8_is_control(c) || utf8_is_invisible(c))
			buf_addc(out, '?');
		else
			buf_add(out, text + done, n);
		done += n ? n : 1;
	}
}

void asking_say(struct asking *asking, const char *fmt, ...)
{
	const struct command *command = asking->command;
	char text[TEXT_BYTES];
	struct buf AUTOBUF line;
	size_t fits;
	va_list ap;

	buf_init(&line, (size_t)TEXT_BYTES);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (asking->said == COMMAND_LINES_MAX)
		return;
	asking->said++;
	add_shown(&line, text, strlen(text));
	fits = utf8_fit(line.data, line.len, ASKING_LINE_BYTES);
	if (fits < line.len) {
		buf_truncate(&line, fits);
		buf_adds(&line, "\xe2\x80\xa6");
	}
	command->say(command->arg, line.data);
}

void listing_init(
	struct listing *listing, struct asking *asking, unsigned lines)
{
	*listing = (struct listing){.asking = asking, .lines_left = lines};
	buf_init(&listing->line, (size_t)TEXT_BYTES);
}

static void listing_flush(struct listing *listing)
{
	asking_say(listing->asking, "%s", listing->line.data);
	buf_clear(&listing->line);
	listing->lines_left--;
}

void listing_add(struct listing *listing, const char *item)
{
	size_t len = strlen(item) + 2;

	if (listing->line.len && listing->line.len + len > ASKING_LINE_BYTES &&
		listing->lines_left)
		listing_flush(listing);
	if (listing->lines_left == 0) {
		listing->more++;
		return;
	}
	if (listing->line.len)
		buf_adds(&listing->line, ", ");
	buf_adds(&listing->line, item);
}

void listing_end(struct listing *listing)
{
	if (listing->line.len)
		listing_flush(listing);
	if (listing->more)
		asking_say(listing->asking, "and %zu more", listing->more);
	buf_release(&listing->line);
}

/* ---- mappings ---- */

const char *asking_label(const struct mapping *mapping)
{
	const char *slash =
		mapping->irc_label ? strchr(mapping->irc_label, '/') : NULL;

	return slash ? slash + 1 : mapping->name;
}

/* Conversations of two have no channel and are nobody else's business. */
static bool is_of_network(const struct mapping *mapping, const char *network)
{
	size_t n = strlen(network);
	const char *label = mapping->irc_label;

	return label && strncmp(label, network, n) == 0 && label[n] == '/' &&
	       label[n + 1] && strchr("#&+!", label[n + 1]);
}

/* Who quit is still of the channel for a while. */
static bool is_in_channel(const struct mapping *mapping, const char *id)
{
	const struct member *member =
		roster_find(&mapping->shown_in_chime->roster, id);

	return member && (member->place == MEMBER_HERE ||
				 member->place == MEMBER_LINGERS);
}

bool asking_sees(const struct asking *asking, const struct mapping *mapping)
{
	const struct command *command = asking->command;

	if (!is_of_network(mapping, command->network))
		return false;
	return command->is_operator ||
	       str_eq(command->mapping, mapping->name) ||
	       is_in_channel(mapping, command->person->id);
}

struct visit {
	struct asking *asking;
	void (*fn)(struct asking *asking, struct mapping *mapping, void *arg);
	void *arg;
};

static void visit_on_mapping(struct mapping *mapping, void *arg)
{
	struct visit *visit = arg;

	if (asking_sees(visit->asking, mapping))
		visit->fn(visit->asking, mapping, visit->arg);
}

void asking_each(struct asking *asking,
	void (*fn)(struct asking *asking, struct mapping *mapping, void *arg),
	void *arg)
{
	struct visit visit = {asking, fn, arg};

	bridge_each(asking->bridge, visit_on_mapping, &visit);
}

struct choice {
	const char *word; /* NULL: any */
	struct mapping *chosen;
	size_t count;
};

static void choice_on_mapping(
	struct asking *asking UNUSED, struct mapping *mapping, void *arg)
{
	struct choice *choice = arg;

	if (choice->word && !str_eq_nocase(choice->word, mapping->name) &&
		!str_eq_nocase(choice->word, asking_label(mapping)))
		return;
	choice->chosen = mapping;
	choice->count++;
}

struct mapping *asking_mapping(struct asking *asking, const char *word)
{
	struct choice choice = {
		.word = word ? word : asking->command->mapping,
	};

	asking_each(asking, choice_on_mapping, &choice);
	if (choice.count == 1)
		return choice.chosen;
	if (choice.word)
		asking_say(asking,
			"There is no bridged channel %s here that you are in.",
			choice.word);
	else if (choice.count)
		asking_say(asking,
			"Which channel? There are %zu: say \"mappings\" to see "
			"them.",
			choice.count);
	else
		asking_say(asking,
			"You are in none of the bridged channels of this "
			"network.");
	return NULL;
}
