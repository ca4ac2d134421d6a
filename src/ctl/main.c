#include "config.h"

#include "ctl/args.h"
#include "ctl/commands.h"
#include "ctl/context.h"
#include "util/log.h"
#include "util/str.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static void print_help(void)
{
	fputs("Usage: belfryctl [OPTIONS] COMMAND ...\n\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n"
	      "  -c, --config FILE   region, endpoints, credentials and bearer "
	      "from a belfry.conf\n"
	      "      --endpoint URL  call this address, for both services\n"
	      "      --region REGION the AWS region\n"
	      "      --bearer ARN    the AppInstanceUser on whose behalf to "
	      "call\n"
	      "  -h, --help          this summary; behind a command: its own\n"
	      "  -V, --version       the version\n"
	      "\n"
	      "See belfryctl(1).\n",
		stdout);
}

static int print_command_help(const struct command *command)
{
	printf("Usage: belfryctl [OPTIONS] %s %s\n", command->name,
		command->usage);
	if (command->help)
		printf("\n%s", command->help);
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (str_eq(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static bool is_help(const char *word)
{
	return str_eq(word, "--help") || str_eq(word, "-h");
}

/* Is help all that is wanted of the command? It shall not run then. */
static bool wants_help(const struct args *args, const struct command *command,
	char *const *words)
{
	if (args->help || (*words && is_help(*words)))
		return true;
	while (*words && !command->finds_help)
		if (is_help(*words++))
			return true;
	return false;
}

static int run_command(struct args *args)
{
	const struct command *command = find_command(*args->words);

	if (!command)
		return complain(EX_USAGE,
			"no such command: %s; "
			"try belfryctl help",
			*args->words);
	if (wants_help(args, command, args->words + 1))
		return print_command_help(command);
	return command->run(args, args->words + 1);
}

static int run(char **argv)
{
	struct args args;
	struct err err = {0};

	if (args_parse(argv, &args, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	if (args.version) {
		printf("belfryctl %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (!*args.words && !args.help)
		return complain(EX_USAGE, "what to do? Try belfryctl help");
	if (*args.words && str_eq(*args.words, "help")) {
		args.help = true;
		args.words++;
	}
	if (*args.words)
		return run_command(&args);
	print_help();
	return 0;
}

/* What was to be printed and could not be is a failure. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return status ? status
		      : complain(EXIT_FAILURE,
				"standard output cannot be written");
}

int main(int argc UNUSED, char **argv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &ignore, NULL);
	log_set_level(LOG_LEVEL_WARN);
	return finish(run(argv));
}
