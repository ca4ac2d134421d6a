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

static int read_words(const char *verb, char **words, struct wanted *ret)
{
	for (; *words; words++) {
		if (str_eq(*words, "--json"))
			ret->as_json = true;
		else if (ret->mapping || **words == '-')
			return complain(
				EX_USAGE, "%s: not expected: %s", verb, *words);
		else
			ret->mapping = *words;
	}
	return ret->mapping ? 0
			    : complain(EX_USAGE,
				      "%s needs the name of a mapping", verb);
}

int mapping_view_run(
	const struct mapping_view *view, const struct args *args, char **words)
{
	struct wanted wanted = {.mapping = NULL};
	struct buf AUTOBUF target;
	int status = read_words(view->verb, words, &wanted);

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
