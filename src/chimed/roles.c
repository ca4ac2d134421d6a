#include "chimed/roles.h"

#include <stdint.h>

/* Conditions under which a role suffices; all named ones must hold. */
enum {
	NEVER = 0,
	ALWAYS = 1 << 0,
	IF_SELF = 1 << 1,
	IF_PUBLIC = 1 << 2,
	IF_UNRESTRICTED = 1 << 3,
};

struct row {
	uint8_t user, member, hidden, moderator, admin;
};

#define ANY_USER                                                               \
	{                                                                      \
		.user = ALWAYS                                                 \
	}
#define STAFF                                                                  \
	{                                                                      \
		.moderator = ALWAYS, .admin = ALWAYS                           \
	}
#define READERS                                                                \
	{                                                                      \
		.user = IF_PUBLIC, .member = ALWAYS, .hidden = ALWAYS,         \
		.moderator = ALWAYS, .admin = ALWAYS                           \
	}
#define ONESELF                                                                \
	{                                                                      \
		.user = IF_SELF, .admin = ALWAYS                               \
	}

/*
 * Where being on the staff is not enough (sending needs a membership) their
 * columns are NEVER: they pass by the role of a member, which they may hold.
 */
static const struct row rows[CHIME_OP_COUNT] = {
	[CHIME_CREATE_APP_INSTANCE] = ANY_USER,
	[CHIME_CREATE_APP_INSTANCE_USER] = ANY_USER,
	[CHIME_CREATE_CHANNEL] = ANY_USER,
	[CHIME_CREATE_CHANNEL_BAN] = STAFF,
	[CHIME_CREATE_CHANNEL_MEMBERSHIP] = {.user = IF_SELF | IF_PUBLIC |
						     IF_UNRESTRICTED,
		.member = IF_UNRESTRICTED,
		.moderator = ALWAYS,
		.admin = ALWAYS},
	[CHIME_CREATE_CHANNEL_MODERATOR] = STAFF,
	[CHIME_DELETE_CHANNEL] = STAFF,
	[CHIME_DELETE_CHANNEL_BAN] = STAFF,
	[CHIME_DELETE_CHANNEL_MEMBERSHIP] = {.member = IF_SELF,
		.hidden = IF_SELF,
		.moderator = ALWAYS,
		.admin = ALWAYS},
	[CHIME_DELETE_CHANNEL_MESSAGE] = {.admin = ALWAYS},
	[CHIME_DELETE_CHANNEL_MODERATOR] = STAFF,
	[CHIME_DESCRIBE_CHANNEL] = READERS,
	[CHIME_DESCRIBE_CHANNEL_BAN] = STAFF,
	[CHIME_DESCRIBE_CHANNEL_MEMBERSHIP] = READERS,
	[CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER] = ONESELF,
	[CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER] = ONESELF,
	[CHIME_DESCRIBE_CHANNEL_MODERATOR] = STAFF,
	[CHIME_GET_CHANNEL_MESSAGE] = READERS,
	[CHIME_LIST_CHANNEL_BANS] = STAFF,
	[CHIME_LIST_CHANNEL_MEMBERSHIPS] = READERS,
	[CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER] = ONESELF,
	[CHIME_LIST_CHANNEL_MESSAGES] = READERS,
	[CHIME_LIST_CHANNEL_MODERATORS] = STAFF,
	[CHIME_LIST_CHANNELS] = ANY_USER,
	[CHIME_LIST_CHANNELS_MODERATED_BY_USER] = ONESELF,
	[CHIME_REDACT_CHANNEL_MESSAGE] = STAFF,
	[CHIME_SEND_CHANNEL_MESSAGE] = {.member = ALWAYS},
	[CHIME_UPDATE_CHANNEL] = STAFF,
	[CHIME_UPDATE_CHANNEL_MESSAGE] = {.member = IF_SELF,
		.moderator = IF_SELF,
		.admin = IF_SELF},
	[CHIME_UPDATE_CHANNEL_READ_MARKER] = {.member = ALWAYS,
		.hidden = ALWAYS},
	[CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP] = {.member = IF_UNRESTRICTED,
		.moderator = ALWAYS,
		.admin = ALWAYS},
	[CHIME_CREATE_APP_INSTANCE_ADMIN] = ANY_USER,
	[CHIME_DELETE_APP_INSTANCE] = ANY_USER,
	[CHIME_DELETE_APP_INSTANCE_ADMIN] = ANY_USER,
	[CHIME_DELETE_APP_INSTANCE_USER] = ANY_USER,
	[CHIME_DESCRIBE_APP_INSTANCE] = ANY_USER,
	[CHIME_DESCRIBE_APP_INSTANCE_ADMIN] = ANY_USER,
	[CHIME_DESCRIBE_APP_INSTANCE_USER] = ANY_USER,
	[CHIME_LIST_APP_INSTANCE_ADMINS] = ANY_USER,
	[CHIME_LIST_APP_INSTANCE_USERS] = ANY_USER,
	[CHIME_LIST_APP_INSTANCES] = ANY_USER,
	[CHIME_UPDATE_APP_INSTANCE] = ANY_USER,
	[CHIME_UPDATE_APP_INSTANCE_USER] = ANY_USER,
};

bool roles_has(const struct roles *roles, enum role role)
{
	return (roles->held & 1u << role) != 0;
}

static bool holds(unsigned conditions, const struct roles *roles)
{
	if (conditions == NEVER)
		return false;
	if ((conditions & IF_SELF) != 0 && !roles->self)
		return false;
	if ((conditions & IF_PUBLIC) != 0 && !roles->public)
		return false;
	return (conditions & IF_UNRESTRICTED) == 0 || roles->unrestricted;
}

bool roles_allow(enum chime_op op, const struct roles *roles)
{
	const uint8_t conditions[ROLE_COUNT] = {
		[ROLE_USER] = rows[op].user,
		[ROLE_MEMBER] = rows[op].member,
		[ROLE_HIDDEN] = rows[op].hidden,
		[ROLE_MODERATOR] = rows[op].moderator,
		[ROLE_ADMIN] = rows[op].admin,
	};

	for (int role = 0; role < ROLE_COUNT; role++) {
		if (roles_has(roles, (enum role)role) &&
			holds(conditions[role], roles))
			return true;
	}
	return false;
}
