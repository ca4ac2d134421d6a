#include "ctl/state.h"

#include "ctl/context.h"
#include "ctl/state_dump.h"
#include "ctl/state_report.h"
#include "store/statefile.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

enum { WORDS_MAX = 2 };

/* A failure that was told on standard error, as an exit status. */
static int fail(const struct err *err)
{
	complain(0, "%s", err->text);
	return err->code == -EBUSY ? EX_TEMPFAIL : 1;
}

static int run_export(const char *path, const char *word UNUSED)
{
	struct err err = {0};

	return state_export(path, stdout, &err) < 0 ? fail(&err) : 0;
}

static int run_import(const char *path, const char *word UNUSED)
{
	struct err err = {0};
	bool is_complete = true;

	if (state_import(path, stdin, &is_complete, &err) < 0)
		return fail(&err);
	if (!is_complete)
		complain(0, "the export was not complete, for the file was "
			    "damaged; what there was is imported");
	return 0;
}

/* What can be read is counted even when the file is damaged. */
static int report(struct statefile *file, const char *path)
{
	struct state_report *counts = state_report_new();
	struct err damage = {0};
	struct err err = {0};
	int code = statefile_check(file, &damage);
	int read_code = statefile_each(file, state_report_add, counts, &err);

	printf("%s: %s, version %d\n", path, code == 0 ? "sound" : "DAMAGED",
		statefile_version(file));
	state_report_print(counts, clock_wall_ms(), stdout);
	state_report_free(counts);
	if (code < 0)
		return fail(&damage);
	return read_code < 0 ? fail(&err) : 0;
}

static int run_check(const char *path, const char *word UNUSED)
{
	struct err err = {0};
	struct statefile *file = statefile_open(path, &err);
	int status;

	if (!file)
		return fail(&err);
	status = report(file, path);
	statefile_close(file);
	return status;
}

static int run_backup(const char *path, const char *dest)
{
	struct err err = {0};
	struct statefile *file = statefile_open(path, &err);
	int code;

	if (!file)
		return fail(&err);
	code = statefile_backup(file, dest, &err);
	statefile_close(file);
	return code < 0 ? fail(&err) : 0;
}

static const struct action {
	const char *name;
	int (*run)(const char *path, const char *word);
	size_t words; /* before FILE */
} actions[] = {
	{"export", run_export, 0},
	{"import", run_import, 0},
	{"check", run_check, 0},
	{"backup", run_backup, 1},
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(actions); i++)
		if (str_eq(actions[i].name, name))
			return &actions[i];
	return NULL;
}

/* The file that is named, or the configuration's. */
static int run_action(const struct action *action, const struct args *args,
	const char *const *words)
{
	const char *path = words[action->words];
	struct context context;
	int status;

	if (path)
		return action->run(path, words[0]);
	if (!args->config)
		return complain(EX_USAGE,
			"state %s needs a FILE, or -c with a configuration "
			"that names it",
			action->name);
	status = context_open(&context, args);
	if (status)
		return status;
	status = action->run(context.config->state, words[0]);
	context_close(&context);
	return status;
}

/* Options and at most WORDS_MAX words, in any order. */
static int parse(struct args *args, char **words, const char **ret_words,
	struct err *err)
{
	size_t count = 0;

	while (*words && !err->code) {
		if (args_take(args, &words, err))
			continue;
		if ((*words)[0] == '-' || count == WORDS_MAX)
			err_set(err, -EINVAL, "not expected: %s", *words);
		else
			ret_words[count++] = *words;
		words++;
	}
	return err->code;
}

static int run_state(struct args *args, char **words)
{
	const struct action *action = find_action(*words);
	const char *given[WORDS_MAX + 1] = {NULL};
	struct err err = {0};

	if (!action)
		return complain(
			EX_USAGE, "state: export, import, check or backup?");
	if (parse(args, words + 1, given, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	if (action->words > 0 && !given[0])
		return complain(EX_USAGE, "state %s: where to?", action->name);
	if (given[action->words] && given[action->words + 1])
		return complain(
			EX_USAGE, "not expected: %s", given[action->words + 1]);
	return run_action(action, args, given);
}

const struct command command_state = {
	.name = "state",
	.run = run_state,
	.usage = "export|import|check [FILE] | backup DEST [FILE]",
	.summary = "save, fill, check or copy the state file",
	.help = "  export  print what the file holds, as lines of JSON\n"
		"  import  fill a file that holds nothing from such lines\n"
		"  check   is the file sound, and what does it hold?\n"
		"  backup  copy the file to DEST, also while belfryd runs\n"
		"\n"
		"FILE is that of the configuration (-c) unless it is named.\n",
};
