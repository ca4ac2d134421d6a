/*
 * A step of "provision": the channel. One of that name that the bridge's
 * user is in, else a PUBLIC one of that name, which it joins, else a new one,
 * of which it is a moderator.
 */
#ifndef CTL_PROVISION_CHANNEL_H
#define CTL_PROVISION_CHANNEL_H

#include "ctl/provision_step.h"
#include "util/attr.h"

/* 0, or a negative code with `err`. Does nothing when none is wanted. */
int provision_channel(struct provision *p, struct err *err) MUST_CHECK;

/*
 * The channel of that name among Channels or ChannelMemberships, of this app
 * instance: its ARN, borrowed; NULL: none. With `err`: -EEXIST, several have
 * the name; -EINVAL, it is not as `plan` wants it.
 */
int provision_find_channel(const json_t *channels, const struct plan *plan,
	const char *app_instance, const char **ret_arn,
	struct err *err) MUST_CHECK;

#endif
