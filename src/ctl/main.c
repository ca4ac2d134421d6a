#include "config.h"

#include "config/belfry.h"
#include "ctl/args.h"
#include "ctl/chime_call.h"
#include "ctl/chime_command.h"
#include "ctl/chime_help.h"
#include "util/log.h"
#include "util/str.h"

#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

static const char help_text[] =
	"Usage: belfryctl [OPTIONS] chime OPERATION [--MEMBER VALUE ...] "
	"[--json BODY] [--all]\n"
	"       belfryctl chime help [OPERATION]\n"
	"\n"
	"  -c, --config FILE   region, endpoints, credentials and bearer from "
	"a belfry.conf\n"
	"      --endpoint URL  call this address, for both services\n"
	"      --region REGION the AWS region\n"
	"      --bearer ARN    the AppInstanceUser on whose behalf to call\n"
	"  -h, --help          this summary\n"
	"  -V, --version       the version\n"
	"\n"
	"Prints the answer as JSON. See belfryctl(1).\n";

static int complain(const char *text)
{
	fprintf(stderr, "belfryctl: %s\n", text);
	return EX_USAGE;
}

static int print_chime_help(char **words)
{
	const struct chime_operation *operation;

	if (!*words) {
		chime_help_list(stdout);
		return 0;
	}
	operation = chime_operation_by_name(*words);
	if (!operation)
		return complain("no such operation; see belfryctl chime help");
	chime_help_operation(operation, stdout);
	return 0;
}

static void print_problems(const struct problems *problems)
{
	struct buf AUTOBUF line;

	buf_init(&line, 4096);
	for (size_t i = 0; i < problems->count; i++) {
		buf_clear(&line);
		problems_format(problems, i, &line);
		fprintf(stderr, "%s\n", line.data);
	}
}

static int load_config(const char *path, struct belfry_config *ret)
{
	struct problems problems;
	int error;

	problems_init(&problems);
	error = belfry_config_load(path, ret, &problems);
	print_problems(&problems);
	problems_release(&problems);
	return error;
}

static int call(const struct args *args, const struct belfry_config *config,
	struct chime_command *command)
{
	struct chime_target target;
	struct err err = {0};

	chime_target_init(&target, args, config);
	if (chime_command_complete(command, target.bearer, &err) < 0)
		return complain(err.text);
	return chime_call_run(&target, command, stdout, stderr);
}

static int run_chime(struct args *args, char **words)
{
	struct belfry_config config;
	struct chime_command command;
	struct err err = {0};
	int status = EX_CONFIG;

	if (*words && str_eq(*words, "help"))
		return print_chime_help(words + 1);
	if (chime_command_parse(args, words, &command, &err) < 0)
		return complain(err.text);
	if (!args->config)
		status = call(args, NULL, &command);
	else if (load_config(args->config, &config) == 0) {
		status = call(args, &config, &command);
		belfry_config_free(&config);
	}
	chime_command_release(&command);
	return status;
}

int main(int argc UNUSED, char **argv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct args args;
	struct err err = {0};

	sigaction(SIGPIPE, &ignore, NULL);
	log_set_level(LOG_LEVEL_WARN);
	if (args_parse(argv, &args, &err) < 0)
		return complain(err.text);
	if (args.version) {
		printf("belfryctl %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (args.help || (*args.words && str_eq(*args.words, "help"))) {
		fputs(help_text, stdout);
		return 0;
	}
	if (*args.words && str_eq(*args.words, "chime"))
		return run_chime(&args, args.words + 1);
	return complain("what to do? Try belfryctl help");
}
