#include "ctl/provision.h"

#include "aws/arn.h"
#include "ctl/context.h"
#include "ctl/provision_channel.h"
#include "ctl/provision_identity.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <sysexits.h>

enum { MADE_BYTES = 16 * 1024, CONF_BYTES = 64 * 1024 };

static const struct step {
	const char *what;
	int (*run)(struct provision *p, struct err *err);
} steps[] = {
	{"the app instance", provision_instance},
	{"the bridge's user", provision_user},
	{"the admin", provision_admin},
	{"the channel", provision_channel},
};

int provision_run(struct provision *p, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i].run(p, err) < 0)
			return err_prefix(err, "%s", steps[i].what);
	return 0;
}

static int print(const struct provision *p, const struct chime_target *target)
{
	struct buf AUTOBUF text;

	buf_init(&text, CONF_BYTES);
	provision_conf_write(&text, p->plan, target, p->there);
	fwrite(text.data, 1, text.len, stdout);
	if (fflush(stdout) != 0)
		return complain(EXIT_FAILURE, "cannot be written");
	return 0;
}

static int provision(struct context *context, const struct plan *plan)
{
	struct provisioned there = {.app_instance = NULL};
	struct provision p = {
		.session = context->session,
		.plan = plan,
		.progress = stderr,
		.there = &there,
	};
	struct err err = {0};
	int status;

	buf_init(&p.made, MADE_BYTES);
	if (provision_run(&p, &err) == 0)
		status = print(&p, &context->target);
	else
		status = complain(EXIT_FAILURE,
			"%s\nbelfryctl: made so far: %s; the same command goes "
			"on from there",
			err.text, p.made.len ? p.made.data : "nothing");
	buf_release(&p.made);
	provisioned_release(&there);
	return status;
}

/* An ARN says its region. Owned, or NULL. */
static char *region_of(const char *app_instance)
{
	struct arn arn;

	if (!app_instance || arn_parse(app_instance, &arn) < 0)
		return NULL;
	return xstrndup(arn.region.p, arn.region.len);
}

static int complete(struct context *context, struct plan *plan, struct err *err)
{
	const struct belfry_config *config = context->config;
	int error = plan_complete(plan, config ? &config->chime : NULL, err);

	return error ? error
		     : provision_conf_check(plan, &context->target, err);
}

static int run_provision(struct args *args, char **words)
{
	struct plan plan;
	struct context context;
	struct err err = {0};
	char AUTOFREE *region = NULL;
	int status;

	if (plan_parse(&plan, args, words, &err) < 0)
		return complain(EX_USAGE, "%s", err.text);
	region = region_of(plan.app_instance);
	if (!args->region)
		args->region = region;
	status = context_open(&context, args);
	if (status)
		return status;
	if (complete(&context, &plan, &err) < 0)
		status = complain(EX_USAGE, "%s", err.text);
	else
		status = provision(&context, &plan);
	plan_release(&plan);
	context_close(&context);
	return status;
}

const struct command command_provision = {
	.name = "provision",
	.run = run_provision,
	.usage = "[--irc SERVER[:PORT]/#CHANNEL] [--channel-name NAME] ...",
	.summary = "make what a bridge needs and print its configuration",
	.help = plan_help,
};
