#include "ctl/mapping.h"

#include "ctl/context.h"
#include "ctl/daemon_ask.h"
#include "util/duration.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* More than that of each belfryd does not take. */
enum { VALUE_BYTES_MAX = 500 };

struct wanted {
	const char *mapping;
	const char *who;
	const char *time;
	const char *reason;
	bool confirm;
};

static const struct option_row resync_rows[] = {
	{"confirm", 0, OPTION_SET, offsetof(struct wanted, confirm)},
};
static const struct option_row ban_rows[] = {
	{"for", 0, OPTION_VALUE, offsetof(struct wanted, time)},
	{"reason", 0, OPTION_VALUE, offsetof(struct wanted, reason)},
};

/* What is asked of the daemon: /v1/NAME */
struct verb {
	const char *name;
	const struct option_row *rows;
	size_t row_count;
	bool has_who;
};

/* ---- words ---- */

static int read_words(struct args *args, char **words, const struct verb *verb,
	struct wanted *ret, struct err *err)
{
	const struct option_set own = {verb->rows, verb->row_count, ret};
	const char *given[ARGS_WORDS_MAX + 1];
	size_t max = verb->has_who ? 2 : 1;

	if (args_parse_words(args, words, &own, given, err) < 0)
		return err->code;
	if (given[0] && given[1] && given[max])
		return err_set(err, -EINVAL, "not expected: %s", given[max]);
	ret->mapping = given[0];
	ret->who = verb->has_who && given[0] ? given[1] : NULL;
	return 0;
}

static bool is_too_long(const char *value)
{
	return value && strlen(value) > VALUE_BYTES_MAX;
}

static int check(const struct verb *verb, const struct wanted *wanted)
{
	int64_t ms;

	if (!wanted->mapping)
		return complain(
			EX_USAGE, "%s needs the name of a mapping", verb->name);
	if (verb->has_who && !wanted->who)
		return complain(
			EX_USAGE, "%s needs MAPPING and WHO", verb->name);
	if (wanted->time && duration_parse(wanted->time, &ms) < 0)
		return complain(EX_USAGE,
			"%s: --for wants a time like 30m, 2h or 7d, not %s",
			verb->name, wanted->time);
	if (is_too_long(wanted->who) || is_too_long(wanted->reason))
		return complain(EX_USAGE,
			"%s: %s is too long (%d bytes at most)", verb->name,
			is_too_long(wanted->who) ? "WHO" : "--reason",
			VALUE_BYTES_MAX);
	return 0;
}

/* ---- asking ---- */

static void add_value(struct buf *target, const char *key, const char *value)
{
	if (value)
		daemon_add_query(target, key, value);
}

/* It is done as far as the bridge may. */
static void print_denied(const json_t *answer)
{
	size_t i;
	json_t *denied;

	json_array_foreach (json_object_get(answer, "denied"), i, denied) {
		const char *side = json_get_string(denied, "side");

		fprintf(stderr, "but not %s, where the bridge may not: %s\n",
			str_eq(side, "irc") ? "on IRC" : "in Chime",
			str_or_empty(json_get_string(denied, "why")));
	}
}

static int ask(const struct args *args, const struct verb *verb,
	const struct wanted *wanted)
{
	struct buf AUTOBUF target;
	int status = 0;

	buf_init(&target, (size_t)DAEMON_TARGET_BYTES * 4);
	buf_addf(&target, "/v1/%s", verb->name);
	add_value(&target, "mapping", wanted->mapping);
	add_value(&target, "who", wanted->who);
	add_value(&target, "for", wanted->time);
	add_value(&target, "reason", wanted->reason);
	add_value(&target, "confirm", wanted->confirm ? "1" : NULL);
	add_value(&target, "by", "belfryctl");
	if (target.overflow)
		return complain(EX_USAGE, "%s: that is too long", verb->name);
	json_t AUTOJSON *answer =
		daemon_ask(args, "POST", target.data, &status);

	if (answer && wanted->confirm)
		printf("%lld changes are made\n",
			(long long)json_get_int(answer, "confirmed", 0));
	print_denied(answer);
	return status;
}

static int run(struct args *args, char **words, const struct verb *verb)
{
	struct wanted wanted = {.mapping = NULL};
	struct err err = {0};
	int status;

	if (read_words(args, words, verb, &wanted, &err) < 0)
		return complain(EX_USAGE, "%s: %s", verb->name, err.text);
	status = check(verb, &wanted);
	return status ? status : ask(args, verb, &wanted);
}

static int run_pause(struct args *args, char **words)
{
	return run(args, words, &(struct verb){.name = "pause"});
}

static int run_resume(struct args *args, char **words)
{
	return run(args, words, &(struct verb){.name = "resume"});
}

static int run_resync(struct args *args, char **words)
{
	return run(args, words,
		&(struct verb){.name = "resync",
			.rows = resync_rows,
			.row_count = ARRAY_LEN(resync_rows)});
}

static int run_ban(struct args *args, char **words)
{
	return run(args, words,
		&(struct verb){.name = "ban",
			.rows = ban_rows,
			.row_count = ARRAY_LEN(ban_rows),
			.has_who = true});
}

static int run_unban(struct args *args, char **words)
{
	return run(
		args, words, &(struct verb){.name = "unban", .has_who = true});
}

/* ---- commands ---- */

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
	.usage = "MAPPING [--confirm]",
	.summary = "ask both sides of a mapping anew who is there",
	.help = "  --confirm  make the changes of bans and moderators that are "
		"held because they\n"
		"             are so many\n"
		"\n"
		"What differs is put right. Who was refused is tried again. "
		"Needs -c FILE with\nthe setting control.\n",
};

const struct command command_ban = {
	.name = "ban",
	.run = run_ban,
	.usage = "MAPPING WHO [--for TIME] [--reason TEXT]",
	.summary = "ban somebody from both of a mapping's channels",
	.help = "  --for TIME     30m, 2h, 7d: then it is lifted by itself, "
		"after a restart too\n"
		"  --reason TEXT  what they are told\n"
		"\n"
		"WHO is a name, a nick or an id, as bans and members show "
		"them. Needs -c FILE\nwith the setting control.\n",
};

const struct command command_unban = {
	.name = "unban",
	.run = run_unban,
	.usage = "MAPPING WHO",
	.summary = "lift a ban, on both sides",
	.help = "WHO as bans shows them. Needs -c FILE with the setting "
		"control.\n",
};
