#include "ctl/discover.h"

#include "aws/arn.h"
#include "ctl/channels_print.h"
#include "ctl/context.h"
#include "util/alloc.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { PAGE = 50 };

static const struct source {
	enum chime_op op;
	const char *privacy;
	enum channels_role role;
	bool may_be_forbidden; /* for admins only */
} sources[] = {
	{CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER, NULL, CHANNELS_MEMBER, false},
	{CHIME_LIST_CHANNELS_MODERATED_BY_USER, NULL, CHANNELS_MODERATOR,
		false},
	{CHIME_LIST_CHANNELS, "PUBLIC", CHANNELS_SEEN, false},
	{CHIME_LIST_CHANNELS, "PRIVATE", CHANNELS_SEEN, true},
};

static json_t *members_of(const struct source *source, const char *user)
{
	json_t *members = json_pack(
		"{s:s, s:i}", "ChimeBearer", user, "MaxResults", PAGE);
	struct span instance = arn_app_instance(user);
	char AUTOFREE *arn =
		instance.p ? xstrndup(instance.p, instance.len) : NULL;

	if (source->privacy) {
		json_set_string(members, "AppInstanceArn", arn);
		json_set_string(members, "Privacy", source->privacy);
	} else {
		json_set_string(members, "AppInstanceUserArn", user);
	}
	return members;
}

static int ask(struct chime_session *session, const struct source *source,
	const char *user, struct channels *channels, struct err *err)
{
	json_t AUTOJSON *members = members_of(source, user);
	struct chime_answered answered;
	int error = 0;

	chime_session_list(session, source->op, members, &answered);
	if (answered.error == CHIME_OK)
		channels_add(channels,
			json_object_get(answered.body,
				chime_operation(source->op)->list),
			source->role);
	else if (!source->may_be_forbidden || answered.error != CHIME_FORBIDDEN)
		error = err_set(err, -EIO, "%s", answered.message);
	chime_answered_release(&answered);
	return error;
}

int discover_channels(struct chime_session *session, const char *user,
	struct channels *channels, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		int error = ask(session, &sources[i], user, channels, err);

		if (error)
			return error;
	}
	channels_sort(channels);
	return 0;
}

struct discover_options {
	bool json;
	bool mappings;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_SET, offsetof(struct discover_options, json)},
	{"mappings", 0, OPTION_SET,
		offsetof(struct discover_options, mappings)},
};

static void print(const struct discover_options *options,
	const struct channels *channels, const struct belfry_config *config)
{
	if (options->json) {
		json_t AUTOJSON *body =
			json_pack("{s:o}", "Channels", channels_json(channels));

		json_dumpf(body, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	if (!options->mappings) {
		channels_print_table(channels, stdout);
		putchar('\n');
	}
	channels_print_mappings(channels, config, stdout);
}

static int discover(
	struct context *context, const struct discover_options *options)
{
	struct channels channels;
	struct err err = {0};
	int status = 0;

	channels_init(&channels);
	if (discover_channels(context->session, context->target.bearer,
		    &channels, &err) < 0) {
		status = complain(EXIT_FAILURE, "%s", err.text);
	} else {
		if (context->config)
			channels_map(&channels, context->config);
		print(options, &channels, context->config);
	}
	channels_release(&channels);
	return status;
}

static int run_discover(struct args *args, char **words)
{
	struct discover_options options = {.json = false};
	const struct option_set own = {rows, ARRAY_LEN(rows), &options};
	struct context context;
	struct err err = {0};
	int status;

	if (args_parse_command(args, words, &own, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	status = context_open(&context, args);
	if (status)
		return status;
	if (!context.target.bearer)
		status = complain(EX_USAGE, "discover needs -c FILE or "
					    "--bearer ARN: whose channels?");
	else if (arn_kind(context.target.bearer) != ARN_USER)
		status = complain(EX_USAGE, "not the ARN of a user: %s",
			context.target.bearer);
	else
		status = discover(&context, &options);
	context_close(&context);
	return status;
}

const struct command command_discover = {
	.name = "discover",
	.run = run_discover,
	.usage = "[--json | --mappings]",
	.summary = "list the channels that a mapping could name",
	.help = "      --json          as JSON\n"
		"      --mappings      only entries for mappings of those that "
		"have none\n",
};
