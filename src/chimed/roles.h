/*
 * Who may do what: the permission matrix, one row per operation, one column
 * per role. A bearer holds several roles at once (an admin may be a member);
 * one that allows is enough. Everybody of the app instance holds ROLE_USER.
 */
#ifndef CHIMED_ROLES_H
#define CHIMED_ROLES_H

#include "chime/operations.h"

#include <stdbool.h>

enum role {
	ROLE_USER,
	ROLE_MEMBER, /* of the channel, type DEFAULT */
	ROLE_HIDDEN, /* of the channel, type HIDDEN */
	ROLE_MODERATOR,
	ROLE_ADMIN,
	ROLE_COUNT,
};

struct roles {
	unsigned held; /* 1u << enum role */
	bool public;   /* the channel; false where there is none */
	bool unrestricted;
	bool self; /* the one acted upon is the bearer */
};

bool roles_has(const struct roles *roles, enum role role);
bool roles_allow(enum chime_op op, const struct roles *roles);

#endif
