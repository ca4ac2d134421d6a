#include "ctl/mapping_view.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "util/json.h"
#include "util/str.h"

#include <sysexits.h>

struct wanted {
	const char *mapping;
	bool as_json;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_SET, offsetof(struct wanted, as_json)},
};

static int read_words(
	const char *verb, struct args *args, char **words, struct wanted *ret)
{
	const struct option_set own = {rows, ARRAY_LEN(rows), ret};
	const char *given[ARGS_WORDS_MAX + 1];
	struct err err = {0};

	if (args_parse_words(args, words, &own, given, &err) < 0)
		return complain(EX_USAGE, "%s: %s", verb, err.text);
	if (!given[0])
		return complain(
			EX_USAGE, "%s needs the name of a mapping", verb);
	if (given[1])
		return complain(
			EX_USAGE, "%s: not expected: %s", verb, given[1]);
	ret->mapping = given[0];
	return 0;
}

int mapping_view_run(
	const struct mapping_view *view, struct args *args, char **words)
{
	struct wanted wanted = {.mapping = NULL};
	struct buf AUTOBUF target;
	int status = read_words(view->verb, args, words, &wanted);

	buf_init(&target, DAEMON_TARGET_BYTES);
	if (status != 0)
		return status;
	buf_addf(&target, "/v1/%s", view->verb);
	daemon_add_query(&target, "mapping", wanted.mapping);
	json_t AUTOJSON *answer = daemon_ask(args, "GET", target.data, &status);

	if (!answer)
		return status;
	if (wanted.as_json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		view->print(answer, stdout);
	}
	return 0;
}
