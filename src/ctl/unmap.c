#include "ctl/unmap.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "ctl/shown.h"
#include "net/loop.h"
#include "util/json.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Between two questions how far it is. */
enum { ASK_EVERY_MS = 250, ANSWER_BYTES = 16 };

struct wanted {
	const char *mapping;
	bool delete_channel;
	bool yes;
};

static const struct option_row rows[] = {
	{"delete-channel", 0, OPTION_SET,
		offsetof(struct wanted, delete_channel)},
	{"yes", 'y', OPTION_SET, offsetof(struct wanted, yes)},
};

/* ---- showing ---- */

static long long number(const json_t *progress, const char *key)
{
	return (long long)json_get_int(progress, key, 0);
}

void unmap_print(const json_t *progress, FILE *out)
{
	static const char *const words[] = {"why", "remark"};

	fprintf(out,
		"%lld memberships taken back, %lld to be looked at, %lld "
		"refused, %lld others kept%s",
		number(progress, "removed"), number(progress, "left"),
		number(progress, "failed"), number(progress, "kept"),
		json_get_bool(progress, "channel_deleted", false)
			? ", channel deleted"
			: "");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *said = json_get_string(progress, words[i]);

		if (!said)
			continue;
		fputs("; ", out);
		shown_print(out, said);
	}
	fputc('\n', out);
}

int unmap_status(const json_t *progress)
{
	return number(progress, "failed") || number(progress, "left");
}

/* ---- asking ---- */

static void wait_on_timer(void *arg)
{
	loop_stop(arg);
}

static void wait_a_moment(void)
{
	struct loop *loop = loop_new();
	struct timer *timer = timer_new(loop, wait_on_timer, loop);

	timer_arm(timer, ASK_EVERY_MS);
	loop_run(loop);
	timer_free(timer);
	loop_free(loop);
}

static json_t *ask(const struct args *args, const struct wanted *wanted,
	const char *method, int *ret_status)
{
	struct buf AUTOBUF target;

	buf_init(&target, DAEMON_TARGET_BYTES);
	buf_adds(&target, "/v1/unmap");
	daemon_add_query(&target, "mapping", wanted->mapping);
	if (wanted->delete_channel)
		daemon_add_query(&target, "delete_channel", "1");
	return daemon_ask(args, method, target.data, ret_status);
}

/* A line for each change; until it is done. */
static int follow(const struct args *args, const struct wanted *wanted)
{
	int status = 0;
	long long before = 0;
	json_t *progress = ask(args, wanted, "POST", &status);

	while (progress) {
		bool is_done = json_get_bool(progress, "done", false);
		long long now = number(progress, "removed") +
				number(progress, "failed");

		if (is_done || now != before)
			unmap_print(progress, stdout);
		before = now;
		status = unmap_status(progress);
		json_decref(progress);
		if (is_done)
			break;
		fflush(stdout);
		wait_a_moment();
		progress = ask(args, wanted, "GET", &status);
	}
	return status;
}

static bool is_sure(const struct wanted *wanted)
{
	char answer[ANSWER_BYTES];

	if (wanted->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	fprintf(stderr,
		"Take back all memberships that were made for %s%s? [y/N] ",
		wanted->mapping,
		wanted->delete_channel
			? " and delete its channel with all messages"
			: "");
	return fgets(answer, sizeof(answer), stdin) &&
	       ascii_lower(answer[0]) == 'y';
}

static int read_words(struct args *args, char **words, struct wanted *ret)
{
	const struct option_set own = {rows, ARRAY_LEN(rows), ret};
	const char *given[ARGS_WORDS_MAX + 1] = {NULL};
	struct err err = {0};

	if (args_parse_words(args, words, &own, given, &err) < 0)
		return complain(EX_USAGE, "unmap: %s", err.text);
	if (!given[0])
		return complain(EX_USAGE, "unmap needs the name of a mapping");
	if (given[1])
		return complain(EX_USAGE, "unmap: not expected: %s", given[1]);
	ret->mapping = given[0];
	return 0;
}

static int run(struct args *args, char **words)
{
	struct wanted wanted = {.mapping = NULL};
	int status = read_words(args, words, &wanted);

	if (status != 0)
		return status;
	if (!is_sure(&wanted))
		return complain(EX_USAGE,
			"nothing is done: say --yes to take back all that was "
			"made for %s",
			wanted.mapping);
	return follow(args, &wanted);
}

const struct command command_unmap = {
	.name = "unmap",
	.run = run,
	.usage = "MAPPING [--delete-channel] [--yes]",
	.summary = "take back the memberships in Chime that were made for a "
		   "mapping",
	.help = "      --delete-channel  delete the channel, with its "
		"messages, if the bridge had made it\n"
		"  -y, --yes             do not ask\n"
		"\n"
		"First take the mapping out of the configuration and reload. "
		"Who was in the channel\nbefore stays there. Can be said "
		"again: it goes on where it was. Exit status 1:\nsomething "
		"was refused. Needs -c FILE with the setting control.\n",
};
