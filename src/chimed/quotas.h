/*
 * How many there may be of what: the resource quotas of the service, enforced
 * where the realm has some. Whatever makes something asks here first.
 * Source: Amazon Chime SDK endpoints and quotas; the defaults stand in
 * settings.c.
 */
#ifndef CHIMED_QUOTAS_H
#define CHIMED_QUOTAS_H

#include "chimed/call.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum quota {
	QUOTA_APP_INSTANCES,        /* of the account, whose id is 0 */
	QUOTA_USERS,                /* of an app instance */
	QUOTA_ADMINS,               /* of an app instance */
	QUOTA_CHANNELS,             /* of an app instance */
	QUOTA_MEMBERS_PER_CHANNEL,  /* of a channel */
	QUOTA_MODERATORS,           /* of a channel */
	QUOTA_MEMBERSHIPS_PER_USER, /* of a user */
	QUOTA_COUNT,
};

/* Is there room for one more of the app instance, channel or user? */
bool quota_has_room(struct call *call, enum quota quota, int64_t id) MUST_CHECK;
/* The same; answers 400 when there is none. */
bool quota_allows(struct call *call, enum quota quota, int64_t id) MUST_CHECK;

#endif
