#include "ctl/provision_conf.h"

#include "aws/arn.h"
#include "config/belfry.h"
#include "ctl/conf_text.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>

enum { CONF_BYTES = 64 * 1024 };

void provisioned_release(struct provisioned *provisioned)
{
	free(provisioned->app_instance);
	free(provisioned->user);
	free(provisioned->channel);
}

static void write_chime(struct buf *out, const struct chime_target *target,
	const struct provisioned *provisioned)
{
	buf_adds(out, "chime = {\n");
	conf_text_setting(out, 1, "region", target->region);
	conf_text_setting(out, 1, "app_instance", provisioned->app_instance);
	conf_text_setting(out, 1, "user", provisioned->user);
	conf_text_setting(
		out, 1, "messaging_endpoint", target->messaging_endpoint);
	conf_text_setting(
		out, 1, "identity_endpoint", target->identity_endpoint);
	conf_text_setting(out, 1, "profile", target->profile);
	conf_text_setting(out, 1, "credentials_file", target->credentials_file);
	conf_text_setting(out, 1, "ca_file", target->ca_file);
	buf_adds(out, "};\n\n");
}

static void write_network(struct buf *out, const struct plan *plan)
{
	if (!plan->irc)
		buf_adds(
			out, "# Put in your network, and its channel below.\n");
	buf_adds(out, "networks = (\n\t{\n");
	conf_text_setting(out, 2, "name", plan->network_name);
	buf_adds(out, "\t\tservers = ( ");
	conf_text_string(out, plan->server);
	buf_addf(out, " );\n\t\ttls = %s;\n", plan->tls ? "true" : "false");
	conf_text_setting(out, 2, "nick", plan->nick);
	buf_adds(out, "\t}\n);\n");
}

static void write_mapping(struct buf *out, const struct plan *plan,
	const struct provisioned *provisioned)
{
	const struct conf_text_mapping mapping = {
		.name = plan->mapping_name,
		.network = plan->network_name,
		.channel = plan->irc_channel,
		.chime = provisioned->channel,
	};

	if (!mapping.chime)
		return;
	buf_adds(out, "\nmappings = (\n\t");
	conf_text_mapping(out, &mapping);
	buf_adds(out, "\n);\n");
}

void provision_conf_write(struct buf *out, const struct plan *plan,
	const struct chime_target *target,
	const struct provisioned *provisioned)
{
	buf_adds(out, "# Made by belfryctl provision; see belfry.conf(5).\n");
	conf_text_setting(out, 0, "state", plan->state);
	conf_text_setting(out, 0, "control", plan->control);
	buf_addc(out, '\n');
	write_chime(out, target, provisioned);
	write_network(out, plan);
	write_mapping(out, plan, provisioned);
}

static int load(const char *text, struct err *err)
{
	struct belfry_config config;
	struct problems problems;
	int error;

	problems_init(&problems);
	error = schema_load_text(
		&belfry_schema, "provision", text, &config, &problems);
	if (error)
		err_set(err, -EINVAL, "%s: %s",
			str_or_empty(problems.list[0].setting),
			problems.list[0].text);
	else
		belfry_config_free(&config);
	problems_release(&problems);
	return error ? err->code : 0;
}

/* ARNs of the form that those to come will have. */
static struct provisioned stand_ins(const struct plan *plan, const char *region)
{
	struct provisioned stand_in = {
		.app_instance = str_starts(plan->app_instance, "arn:")
					? xstrdup(plan->app_instance)
					: arn_new_app_instance("aws", region,
						  "123456789012", "id"),
	};

	stand_in.user =
		arn_new_child(stand_in.app_instance, ARN_USER, plan->user_id);
	if (plan->channel)
		stand_in.channel =
			arn_new_child(stand_in.app_instance, ARN_CHANNEL, "id");
	return stand_in;
}

int provision_conf_check(const struct plan *plan,
	const struct chime_target *target, struct err *err)
{
	struct provisioned stand_in = stand_ins(plan, target->region);
	struct buf AUTOBUF text;
	int error;

	buf_init(&text, CONF_BYTES);
	provision_conf_write(&text, plan, target, &stand_in);
	error = load(text.data, err);
	provisioned_release(&stand_in);
	return error;
}
