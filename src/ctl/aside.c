#include "ctl/aside.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "ctl/shown.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/json.h"

#include <string.h>
#include <sysexits.h>

/* ---- showing ---- */

static void print_item(const json_t *item, FILE *out)
{
	char at[CLOCK_ISO8601_BYTES];

	clock_format_iso8601(json_get_int(item, "at_ms", 0), at);
	fprintf(out, "%s %s %lld  %s  ", json_get_string(item, "mapping"),
		json_get_string(item, "way"),
		(long long)json_get_int(item, "seq", 0), at);
	shown_print(out, json_get_string(item, "reason"));
	fputs("\n    ", out);
	shown_print(out, json_get_string(item, "payload"));
	fputc('\n', out);
}

void aside_print(const json_t *list, FILE *out)
{
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(list, "aside"), i, item)
		print_item(item, out);
}

/* ---- asking ---- */

static int list(const struct args *args, const char *mapping, bool as_json)
{
	struct buf AUTOBUF target;
	int status = 0;

	buf_init(&target, DAEMON_TARGET_BYTES);
	buf_adds(&target, "/v1/aside");
	if (mapping)
		daemon_add_query(&target, "mapping", mapping);
	json_t AUTOJSON *answer = daemon_ask(args, "GET", target.data, &status);

	if (!answer)
		return status;
	if (as_json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		aside_print(answer, stdout);
	}
	return 0;
}

/* "retry" or "forget", behind which stand mapping, way and number. */
static int change(const struct args *args, const char *const *words)
{
	static const char *const keys[] = {"mapping", "way", "seq"};
	struct buf AUTOBUF target;
	int status = 0;

	buf_init(&target, DAEMON_TARGET_BYTES);
	buf_addf(&target, "/v1/aside/%s", words[0]);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!words[i + 1])
			return complain(EX_USAGE,
				"aside %s needs MAPPING WAY NUMBER, as aside "
				"prints them",
				words[0]);
		daemon_add_query(&target, keys[i], words[i + 1]);
	}
	json_t AUTOJSON *answer =
		daemon_ask(args, "POST", target.data, &status);

	return status;
}

struct wanted {
	bool as_json;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_SET, offsetof(struct wanted, as_json)},
};

static int run(struct args *args, char **words)
{
	struct wanted wanted = {.as_json = false};
	const struct option_set own = {rows, ARRAY_LEN(rows), &wanted};
	const char *given[ARGS_WORDS_MAX + 1];
	struct err err = {0};

	if (args_parse_words(args, words, &own, given, &err) < 0)
		return complain(EX_USAGE, "aside: %s", err.text);
	if (str_eq(given[0], "retry") || str_eq(given[0], "forget"))
		return change(args, given);
	if (given[0] && given[1])
		return complain(EX_USAGE, "aside: not expected: %s", given[1]);
	return list(args, given[0], wanted.as_json);
}

const struct command command_aside = {
	.name = "aside",
	.run = run,
	.usage = "[--json] [MAPPING] | retry MAPPING WAY NUMBER | forget "
		 "MAPPING WAY NUMBER",
	.summary = "what could not be relayed and was set aside",
	.help = "  retry   put it behind all that waits, to be sent again\n"
		"  forget  remove it for good\n"
		"\n"
		"Without these: the list, with MAPPING of that mapping only. "
		"WAY is to_irc or\nto_chime. Needs -c FILE with the setting "
		"control.\n",
};
