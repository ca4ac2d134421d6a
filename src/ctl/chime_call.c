#include "ctl/chime_call.h"

#include "ctl/chime_help.h"
#include "ctl/context.h"
#include "util/str.h"

#include <stdlib.h>
#include <sysexits.h>

static int print_answer(const json_t *body, FILE *out)
{
	if (!body)
		return 0;
	json_dumpf(body, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	if (fflush(out) != 0 || ferror(out))
		return complain(EXIT_FAILURE, "the answer cannot be written");
	return 0;
}

int chime_call_run(struct chime_session *session,
	const struct chime_command *command, FILE *out)
{
	struct chime_answered answered;
	int status;

	(command->all ? chime_session_list : chime_session_call)(
		session, command->operation->op, command->members, &answered);
	if (answered.error == CHIME_OK)
		status = print_answer(answered.body, out);
	else
		status = complain(EXIT_FAILURE, "%s", answered.message);
	chime_answered_release(&answered);
	return status;
}

static int print_help(char **words)
{
	const struct chime_operation *operation;

	if (!*words) {
		chime_help_list(stdout);
		return 0;
	}
	operation = chime_operation_by_name(*words);
	if (!operation)
		return complain(EX_USAGE,
			"no such operation: %s; see belfryctl chime help",
			*words);
	chime_help_operation(operation, stdout);
	return 0;
}

static int call(const struct args *args, struct chime_command *command)
{
	struct context context;
	struct err err = {0};
	int status = context_open(&context, args);

	if (status)
		return status;
	if (chime_command_complete(command, context.target.bearer, &err) < 0)
		status = complain(EX_USAGE, "%s", err.text);
	else
		status = chime_call_run(context.session, command, stdout);
	context_close(&context);
	return status;
}

static int run_chime(struct args *args, char **words)
{
	struct chime_command command;
	struct err err = {0};
	int status;

	if (*words && str_eq(*words, "help"))
		return print_help(words + 1);
	if (chime_command_parse(args, words, &command, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	if (args->help) {
		chime_help_operation(command.operation, stdout);
		status = 0;
	} else {
		status = call(args, &command);
	}
	chime_command_release(&command);
	return status;
}

const struct command command_chime = {
	.name = "chime",
	.run = run_chime,
	.usage = "OPERATION [--MEMBER VALUE ...] [--json BODY] [--all]",
	.summary = "call one operation of the service; chime help lists them",
	.help = "belfryctl chime help lists the operations; belfryctl chime "
		"help OPERATION tells the\nmembers of one.\n",
	.finds_help = true,
};
