#include "ctl/mapping.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "util/json.h"

#include <sysexits.h>

static int ask(const struct args *args, char **words, const char *verb)
{
	struct buf AUTOBUF target;
	int status = 0;

	buf_init(&target, DAEMON_TARGET_BYTES);
	if (!words[0] || words[0][0] == '-')
		return complain(
			EX_USAGE, "%s needs the name of a mapping", verb);
	if (words[1])
		return complain(
			EX_USAGE, "%s: not expected: %s", verb, words[1]);
	buf_addf(&target, "/v1/%s", verb);
	daemon_add_query(&target, "mapping", words[0]);
	daemon_add_query(&target, "by", "belfryctl");
	json_t AUTOJSON *answer =
		daemon_ask(args, "POST", target.data, &status);

	return status;
}

static int run_pause(struct args *args, char **words)
{
	return ask(args, words, "pause");
}

static int run_resume(struct args *args, char **words)
{
	return ask(args, words, "resume");
}

static int run_resync(struct args *args, char **words)
{
	return ask(args, words, "resync");
}

const struct command command_pause = {
	.name = "pause",
	.run = run_pause,
	.usage = "MAPPING",
	.summary = "let what is said in a mapping's channels wait, both ways",
	.help = "It stays paused over restarts, until resume. What waits is "
		"bounded by the setting\nqueue. Needs -c FILE with the setting "
		"control.\n",
};

const struct command command_resume = {
	.name = "resume",
	.run = run_resume,
	.usage = "MAPPING",
	.summary = "let a paused mapping go on",
	.help = "Needs -c FILE with the setting control.\n",
};

const struct command command_resync = {
	.name = "resync",
	.run = run_resync,
	.usage = "MAPPING",
	.summary = "ask both sides of a mapping anew who is there",
	.help = "What differs is put right. Who was refused is tried again. "
		"Needs -c FILE with\nthe setting control.\n",
};
