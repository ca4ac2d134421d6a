#include "ctl/members.h"

#include "ctl/mapping_view.h"
#include "ctl/shown.h"
#include "util/clock.h"
#include "util/json.h"

static const struct {
	const char *way;
	const char *title;
} ways[] = {
	{"to_irc", "people of Chime"},
	{"to_chime", "people of IRC"},
};

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
	shown_cell(out, json_get_string(person, "name"), 20);
	shown_cell(out, json_get_string(person, "state"), 10);
	shown_cell(out, json_get_string(person, "as"), 20);
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

static int run(struct args *args, char **words)
{
	static const struct mapping_view view = {
		.verb = "members", .print = members_print};

	return mapping_view_run(&view, args, words);
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
