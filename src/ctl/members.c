#include "ctl/members.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "ctl/shown.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <string.h>
#include <sysexits.h>

enum { CELL_BYTES = 2048 };

/* ---- showing ---- */

static const struct {
	const char *way;
	const char *title;
} ways[] = {
	{"to_irc", "people of Chime"},
	{"to_chime", "people of IRC"},
};

/* Other people's words, filled up with blanks to a column. */
static void print_cell(FILE *out, const char *text, size_t width)
{
	struct buf AUTOBUF shown;
	size_t length;

	buf_init(&shown, CELL_BYTES);
	shown_add(&shown, text && *text ? text : "-");
	fwrite(shown.data, 1, shown.len, out);
	length = utf8_length(shown.data, shown.len);
	fprintf(out, "%*s", length < width ? (int)(width - length) + 1 : 1, "");
}

static void print_read(FILE *out, const json_t *person)
{
	int64_t read_ms = json_get_int(person, "read_ms", 0);
	char at[CLOCK_ISO8601_BYTES];

	if (read_ms == 0)
		return;
	clock_format_iso8601(read_ms, at);
	fprintf(out, "  read up to %s", at);
}

static void print_person(FILE *out, const json_t *person)
{
	const char *why = json_get_string(person, "why");

	fputs("  ", out);
	print_cell(out, json_get_string(person, "name"), 20);
	print_cell(out, json_get_string(person, "state"), 10);
	print_cell(out, json_get_string(person, "as"), 20);
	shown_print(out, json_get_string(person, "id"));
	if (why) {
		fputs("  (", out);
		shown_print(out, why);
		fputc(')', out);
	}
	print_read(out, person);
	fputc('\n', out);
}

void members_print(const json_t *members, FILE *out)
{
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		const json_t *side = json_object_get(members, ways[way].way);
		const json_t *people = json_object_get(side, "people");
		size_t i;
		json_t *person;

		fprintf(out, "%s: %zu%s\n", ways[way].title,
			json_array_size(people),
			json_get_bool(side, "known", false)
				? ""
				: ", and maybe others: no list has come");
		json_array_foreach (people, i, person)
			print_person(out, person);
	}
}

/* ---- asking ---- */

struct wanted {
	const char *mapping;
	bool as_json;
};

static int read_words(char **words, struct wanted *ret)
{
	for (; *words; words++) {
		if (str_eq(*words, "--json"))
			ret->as_json = true;
		else if (ret->mapping || **words == '-')
			return complain(
				EX_USAGE, "members: not expected: %s", *words);
		else
			ret->mapping = *words;
	}
	return ret->mapping ? 0
			    : complain(EX_USAGE,
				      "members needs the name of a mapping");
}

static int run(struct args *args, char **words)
{
	struct wanted wanted = {.mapping = NULL};
	struct buf AUTOBUF target;
	int status = read_words(words, &wanted);

	buf_init(&target, DAEMON_TARGET_BYTES);
	if (status != 0)
		return status;
	buf_adds(&target, "/v1/members");
	daemon_add_query(&target, "mapping", wanted.mapping);
	json_t AUTOJSON *answer = daemon_ask(args, "GET", target.data, &status);

	if (!answer)
		return status;
	if (wanted.as_json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		members_print(answer, stdout);
	}
	return 0;
}

const struct command command_members = {
	.name = "members",
	.run = run,
	.usage = "MAPPING [--json]",
	.summary = "who is in a mapping's channels, and as whom on the other "
		   "side",
	.help = "Name, state, as whom, id. Needs -c FILE with the setting "
		"control.\n",
};
