#include "ctl/provision_channel.h"

#include "aws/arn.h"
#include "chime/decode.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>

enum { PAGE = 50 };

static bool is_wanted(const struct chime_channel *channel,
	const struct plan *plan, const char *app_instance)
{
	return channel->arn && str_eq(channel->name, plan->channel) &&
	       span_is(arn_app_instance(channel->arn), app_instance);
}

/* What was not said is as it is. Privacy can never change. */
static int check_kind(const struct chime_channel *channel,
	const struct plan *plan, struct err *err)
{
	const char *privacy = channel->is_private ? "PRIVATE" : "PUBLIC";
	const char *mode = channel->restricted ? "RESTRICTED" : "UNRESTRICTED";

	if (plan->privacy && !str_eq(plan->privacy, privacy))
		return err_set(err, -EINVAL,
			"%s is there, but %s, which cannot be changed: %s",
			plan->channel, privacy, channel->arn);
	if (plan->mode && !str_eq(plan->mode, mode))
		return err_set(err, -EINVAL,
			"%s is there, but %s (belfryctl chime update-channel "
			"changes it): %s",
			plan->channel, mode, channel->arn);
	return 0;
}

int provision_find_channel(const json_t *channels, const struct plan *plan,
	const char *app_instance, const char **ret_arn, struct err *err)
{
	size_t i;
	json_t *item;
	const char *found = NULL;

	json_array_foreach (channels, i, item) {
		struct chime_channel channel;

		chime_decode_channel(item, &channel);
		if (!is_wanted(&channel, plan, app_instance))
			continue;
		if (found)
			return err_set(err, -EEXIST,
				"several have the name %s (%s and %s)",
				plan->channel, found, channel.arn);
		if (check_kind(&channel, plan, err) < 0)
			return err->code;
		found = channel.arn;
	}
	*ret_arn = found;
	return 0;
}

/* A request of the bridge's user. */
static json_t *request(const struct provision *p)
{
	return json_pack("{s:s}", "ChimeBearer", p->there->user);
}

/* Takes `members`. What it finds becomes the channel. */
static int look_in(
	struct provision *p, enum chime_op op, json_t *members, struct err *err)
{
	struct chime_answered answered;
	const char *arn = NULL;
	int error;

	json_object_set_new(members, "MaxResults", json_integer(PAGE));
	provision_ask(p, op, members, &answered);
	if (answered.error != CHIME_OK)
		error = provision_failed(&answered, err);
	else
		error = provision_find_channel(
			json_object_get(
				answered.body, chime_operation(op)->list),
			p->plan, p->there->app_instance, &arn, err);
	set_string(&p->there->channel, arn);
	chime_answered_release(&answered);
	return error;
}

static int look_in_own(struct provision *p, struct err *err)
{
	json_t *members = request(p);

	json_set_string(members, "AppInstanceUserArn", p->there->user);
	return look_in(
		p, CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER, members, err);
}

static int look_in_public(struct provision *p, struct err *err)
{
	json_t *members = request(p);

	json_set_string(members, "AppInstanceArn", p->there->app_instance);
	json_set_string(members, "Privacy", "PUBLIC");
	return look_in(p, CHIME_LIST_CHANNELS, members, err);
}

static int join(struct provision *p, struct err *err)
{
	json_t *members = request(p);
	struct chime_answered answered;
	int error = 0;

	json_set_string(members, "ChannelArn", p->there->channel);
	json_set_string(members, "MemberArn", p->there->user);
	json_set_string(members, "Type", "DEFAULT");
	provision_ask(p, CHIME_CREATE_CHANNEL_MEMBERSHIP, members, &answered);
	if (answered.error != CHIME_OK && answered.error != CHIME_CONFLICT) {
		provision_failed(&answered, err);
		error = err_prefix(err,
			"%s is there, but the bridge's user cannot join it; a "
			"moderator must add it",
			p->there->channel);
	}
	chime_answered_release(&answered);
	return error;
}

/* A list that fails is no reason to doubt. */
static bool channel_is_seen(struct provision *p)
{
	struct err err = {0};

	return look_in_own(p, &err) < 0 || p->there->channel;
}

static int make(struct provision *p, struct err *err)
{
	const struct plan *plan = p->plan;
	json_t *members = request(p);
	struct chime_answered answered;
	const char *arn;
	int error = 0;

	json_set_string(members, "AppInstanceArn", p->there->app_instance);
	json_set_string(members, "Name", plan->channel);
	json_set_string(
		members, "Privacy", plan->privacy ? plan->privacy : "PUBLIC");
	json_set_string(
		members, "Mode", plan->mode ? plan->mode : "UNRESTRICTED");
	provision_make(
		p, CHIME_CREATE_CHANNEL, members, channel_is_seen, &answered);
	arn = json_get_string(answered.body, "ChannelArn");
	if (arn) {
		set_string(&p->there->channel, arn);
		provision_tell(p, true, "channel", arn);
	} else {
		error = provision_failed(&answered, err);
	}
	chime_answered_release(&answered);
	return error;
}

int provision_channel(struct provision *p, struct err *err)
{
	if (!p->plan->channel)
		return 0;
	if (look_in_own(p, err) < 0)
		return err->code;
	if (!p->there->channel) {
		if (look_in_public(p, err) < 0)
			return err->code;
		if (!p->there->channel)
			return make(p, err);
		if (join(p, err) < 0)
			return err->code;
	}
	provision_tell(p, false, "channel", p->there->channel);
	return 0;
}
