#include "ctl/standings.h"

#include "ctl/mapping_view.h"
#include "ctl/shown.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

enum {
	WHO_COLUMNS = 24,
	NAME_COLUMNS = 16,
	RULE_COLUMNS = 24,
	SIDE_COLUMNS = 5,
	PENDING_COLUMNS = 14,
	BY_COLUMNS = 14,
	TIME_COLUMNS = 20,
};

/* ---- bans and moderators ---- */

static void add_time(FILE *out, const json_t *entry, const char *key)
{
	int64_t at_ms = json_get_int(entry, key, 0);
	char at[CLOCK_ISO8601_BYTES];

	if (at_ms == 0) {
		shown_cell(out, NULL, TIME_COLUMNS);
		return;
	}
	clock_format_iso8601(at_ms / 1000 * 1000, at);
	/* Without its milliseconds. */
	fprintf(out, "%.19sZ ", at);
}

/* True, false, or not known. */
static void add_side(FILE *out, const json_t *entry, const char *key)
{
	const json_t *value = json_object_get(entry, key);

	shown_cell(out,
		json_is_true(value)    ? "yes"
		: json_is_false(value) ? "no"
				       : "?",
		SIDE_COLUMNS);
}

static void print_entry(FILE *out, const json_t *entry)
{
	shown_cell(out, json_get_string(entry, "id"), WHO_COLUMNS);
	shown_cell(out, json_get_string(entry, "name"), NAME_COLUMNS);
	shown_cell(out, json_get_string(entry, "rule"), RULE_COLUMNS);
	add_side(out, entry, "irc");
	add_side(out, entry, "chime");
	add_side(out, entry, "base");
	shown_cell(out, json_get_string(entry, "pending"), PENDING_COLUMNS);
	shown_cell(out, json_get_string(entry, "by"), BY_COLUMNS);
	add_time(out, entry, "at_ms");
	add_time(out, entry, "until_ms");
	shown_print(out, json_get_string(entry, "why"));
	fputc('\n', out);
}

static void print_head(FILE *out)
{
	static const struct {
		const char *title;
		size_t columns;
	} heads[] = {
		{"who", WHO_COLUMNS},
		{"name", NAME_COLUMNS},
		{"rule", RULE_COLUMNS},
		{"IRC", SIDE_COLUMNS},
		{"Chime", SIDE_COLUMNS},
		{"base", SIDE_COLUMNS},
		{"pending", PENDING_COLUMNS},
		{"by", BY_COLUMNS},
		{"when", TIME_COLUMNS},
		{"until", TIME_COLUMNS},
	};

	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		shown_cell(out, heads[i].title, heads[i].columns);
	fputs("why\n", out);
}

void standings_print(const json_t *standings, FILE *out)
{
	int64_t held = json_get_int(standings, "held", 0);
	size_t i;
	json_t *entry;

	if (held > 0) {
		fprintf(out,
			"%lld changes are held: belfryctl resync --confirm "
			"lets them\n",
			(long long)held);
	}
	print_head(out);
	json_array_foreach (json_object_get(standings, "entries"), i, entry)
		print_entry(out, entry);
}

/* ---- attributes ---- */

static const struct {
	const char *key;
	const char *title;
} sides[] = {{"irc", "IRC"}, {"chime", "Chime"}};

static void print_side(FILE *out, const json_t *attribute, size_t i)
{
	const json_t *side = json_object_get(attribute, sides[i].key);
	const char *value = json_get_string(side, "value");
	const char *base = json_get_string(side, "base");

	fprintf(out, "  %-6s ", sides[i].title);
	shown_print(out, value ? value : "? (not known)");
	if (base && (!value || !str_eq(base, value))) {
		fputs("  (agreed: ", out);
		shown_print(out, base);
		fputc(')', out);
	}
	fputc('\n', out);
}

static void print_attribute(FILE *out, const json_t *attribute)
{
	const char *pending = json_get_string(attribute, "pending");
	const char *why = json_get_string(attribute, "why");

	shown_print(out, json_get_string(attribute, "attribute"));
	if (pending) {
		fputs(", to be done: ", out);
		shown_print(out, pending);
	}
	if (why) {
		fputs(", as yet not: ", out);
		shown_print(out, why);
	}
	fputc('\n', out);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		print_side(out, attribute, i);
}

void attributes_print(const json_t *attributes, FILE *out)
{
	size_t i;
	json_t *attribute;

	json_array_foreach (
		json_object_get(attributes, "attributes"), i, attribute)
		print_attribute(out, attribute);
}

/* ---- commands ---- */

static int run_bans(struct args *args, char **words)
{
	static const struct mapping_view view = {
		.verb = "bans", .print = standings_print};

	return mapping_view_run(&view, args, words);
}

static int run_moderators(struct args *args, char **words)
{
	static const struct mapping_view view = {
		.verb = "moderators", .print = standings_print};

	return mapping_view_run(&view, args, words);
}

static int run_attributes(struct args *args, char **words)
{
	static const struct mapping_view view = {
		.verb = "attributes", .print = attributes_print};

	return mapping_view_run(&view, args, words);
}

const struct command command_bans = {
	.name = "bans",
	.run = run_bans,
	.usage = "MAPPING [--json]",
	.summary = "who is banned from a mapping's channels, on each side",
	.help = "Who, name, rule on IRC; on IRC, in Chime, as both last "
		"agreed; what is to be\ndone; by whom, when, until when; why "
		"it is not done. Needs -c FILE with the\nsetting control.\n",
};

const struct command command_moderators = {
	.name = "moderators",
	.run = run_moderators,
	.usage = "MAPPING [--json]",
	.summary = "who is operator or moderator, on each side",
	.help = "As bans. Needs -c FILE with the setting control.\n",
};

const struct command command_attributes = {
	.name = "attributes",
	.run = run_attributes,
	.usage = "MAPPING [--json]",
	.summary = "topic, name and mode of a mapping's channels, on each side",
	.help = "Needs -c FILE with the setting control.\n",
};
