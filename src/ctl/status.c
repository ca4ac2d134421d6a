#include "ctl/status.h"

#include "ctl/context.h"
#include "ctl/control_client.h"
#include "ctl/shown.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <sysexits.h>

static const char *const ways[] = {"to_irc", "to_chime"};
static const char *const way_names[] = {"to IRC", "to Chime"};

static long long number(const json_t *object, const char *key)
{
	return (long long)json_get_int(object, key, 0);
}

static void print_lane(const json_t *mapping, size_t way, FILE *out)
{
	const json_t *lane = json_object_get(mapping, ways[way]);
	bool is_ready = json_get_bool(lane, "ready", false);
	const char *why = json_get_string(lane, "trouble");
	bool is_paused = json_get_bool(mapping, "paused", false);

	fprintf(out,
		"%-20s %-8s %-6s %9lld %7lld %7llds %7lld %8lld %7lld %9lld\n",
		way ? "" : json_get_string(mapping, "name"), way_names[way],
		!is_ready   ? "down"
		: is_paused ? "paused"
			    : "ready",
		number(lane, "relayed"), number(lane, "waiting"),
		number(lane, "oldest_ms") / 1000, number(lane, "refused"),
		number(lane, "in_doubt"), number(lane, "dropped"),
		number(lane, "aside"));
	if (!is_ready && why) {
		fprintf(out, "%-29s ", "");
		shown_print(out, why);
		fputc('\n', out);
	}
}

static void print_mappings(const json_t *mappings, FILE *out)
{
	size_t i;
	json_t *mapping;

	fprintf(out, "\n%-20s %-8s %-6s %9s %7s %8s %7s %8s %7s %9s\n",
		"mapping", "way", "", "relayed", "waiting", "oldest", "refused",
		"in doubt", "dropped", "set aside");
	json_array_foreach (mappings, i, mapping) {
		for (size_t way = 0; way < ARRAY_LEN(ways); way++)
			print_lane(mapping, way, out);
	}
}

/* ---- people ---- */

static bool has_people(const json_t *mapping)
{
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		const json_t *lane = json_object_get(mapping, ways[way]);
		const json_t *people = json_object_get(lane, "people");

		if (number(people, "here") || number(people, "shown") ||
			number(lane, "filtered"))
			return true;
	}
	return false;
}

static void print_people_of(const json_t *mapping, FILE *out)
{
	static const char *const from[] = {"Chime", "IRC"};

	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		const json_t *lane = json_object_get(mapping, ways[way]);
		const json_t *people = json_object_get(lane, "people");

		fprintf(out, "%-20s %-8s %7lld %9lld %7lld %7lld %9lld\n",
			way ? "" : json_get_string(mapping, "name"), from[way],
			number(people, "here"), number(people, "shown"),
			number(people, "waiting"), number(people, "refused"),
			number(lane, "filtered"));
	}
}

/* Only of mappings of which anything is known. */
static void print_people(const json_t *mappings, FILE *out)
{
	bool any = false;
	size_t i;
	json_t *mapping;

	json_array_foreach (mappings, i, mapping) {
		if (!has_people(mapping))
			continue;
		if (!any)
			fprintf(out, "\n%-20s %-8s %7s %9s %7s %7s %9s\n",
				"people of", "", "present", "shown", "waiting",
				"refused", "filtered");
		any = true;
		print_people_of(mapping, out);
	}
}

/* ---- moderation ---- */

static const char *const counts[] = {
	"held", "pending", "changed", "refused", "wars"};

static bool has_moderation(const json_t *moderation)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (number(moderation, counts[i]))
			return true;
	return json_array_size(json_object_get(moderation, "denied")) > 0;
}

static void print_denied(const json_t *moderation, FILE *out)
{
	size_t i;
	json_t *denied;

	json_array_foreach (json_object_get(moderation, "denied"), i, denied) {
		fprintf(out, "%-20s only read: %s %s: ", "",
			json_get_string(denied, "right"),
			str_eq(json_get_string(denied, "side"), "irc")
				? "on IRC"
				: "in Chime");
		shown_print(out, json_get_string(denied, "why"));
		fputc('\n', out);
	}
}

static void print_moderation_of(const json_t *mapping, FILE *out)
{
	const json_t *moderation = json_object_get(mapping, "moderation");

	fprintf(out, "%-20s", json_get_string(mapping, "name"));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		fprintf(out, " %7lld", number(moderation, counts[i]));
	fputc('\n', out);
	if (number(moderation, "held"))
		fprintf(out, "%-20s held: belfryctl resync %s --confirm\n", "",
			json_get_string(mapping, "name"));
	print_denied(moderation, out);
}

/* Only of mappings of which there is anything to be told. */
static void print_moderation(const json_t *mappings, FILE *out)
{
	bool any = false;
	size_t i;
	json_t *mapping;

	json_array_foreach (mappings, i, mapping) {
		if (!has_moderation(json_object_get(mapping, "moderation")))
			continue;
		if (!any) {
			fprintf(out, "\n%-20s", "moderation of");
			for (size_t c = 0; c < ARRAY_LEN(counts); c++)
				fprintf(out, " %7s", counts[c]);
			fputc('\n', out);
		}
		any = true;
		print_moderation_of(mapping, out);
	}
}

void status_print(const json_t *status, FILE *out)
{
	const char *trouble = json_get_string(status, "state_trouble");
	size_t i;
	json_t *network;

	fprintf(out, "belfryd %s, process %lld, up %lld s\n",
		json_get_string(status, "version"), number(status, "pid"),
		number(status, "uptime_s"));
	fprintf(out, "state    %s\n", trouble ? trouble : "is written");
	json_array_foreach (json_object_get(status, "networks"), i, network) {
		fputs("network  ", out);
		shown_print(out, json_get_string(network, "state"));
		fputc('\n', out);
	}
	print_mappings(json_object_get(status, "mappings"), out);
	print_people(json_object_get(status, "mappings"), out);
	print_moderation(json_object_get(status, "mappings"), out);
}

bool status_is_well(const json_t *status)
{
	bool well = json_get_string(status, "state_trouble") == NULL;
	size_t i;
	json_t *mapping;

	json_array_foreach (json_object_get(status, "mappings"), i, mapping) {
		for (size_t way = 0; way < ARRAY_LEN(ways); way++)
			well = well && json_get_bool(json_object_get(mapping,
							     ways[way]),
					       "ready", false);
	}
	return well;
}

static void print_json(const json_t *status)
{
	json_dumpf(status, stdout, JSON_INDENT(2));
	putchar('\n');
}

static int print_status(const struct context *context, bool as_json)
{
	struct err err = {0};
	json_t AUTOJSON *status =
		control_ask(context->config, "GET", "/v1/status", &err);

	if (!status)
		return complain(err.code == -ENOENT ? EX_USAGE : EX_UNAVAILABLE,
			"%s", err.text);
	if (as_json)
		print_json(status);
	else
		status_print(status, stdout);
	return status_is_well(status) ? 0 : 1;
}

struct wanted {
	bool as_json;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_SET, offsetof(struct wanted, as_json)},
};

static int run(struct args *args, char **words)
{
	struct context context;
	struct wanted wanted = {.as_json = false};
	const struct option_set own = {rows, ARRAY_LEN(rows), &wanted};
	struct err err = {0};
	int status;

	if (args_parse_command(args, words, &own, &err) < 0)
		return complain(EX_USAGE, "status: %s", err.text);
	status = context_open(&context, args);
	if (status != 0)
		return status;
	status = print_status(&context, wanted.as_json);
	context_close(&context);
	return status;
}

const struct command command_status = {
	.name = "status",
	.run = run,
	.usage = "[--json]",
	.summary = "what the running daemon is doing; exit status 1: not all "
		   "is ready",
	.help = "Needs -c FILE with the setting control.\n",
};
