/*
 * Users before a scripted Chime (end_chime_service.h), for the tests of what
 * is done about them.
 */
#ifndef SUPPORT_END_CHIME_USERS_RIG_H
#define SUPPORT_END_CHIME_USERS_RIG_H

#include "chime_users/users.h"
#include "end_chime_service.h"

#define USERS_MAKE "POST /app-instance-users"
#define USERS_JOIN "POST /channels/APP/channel/c/memberships"
#define USERS_AT "/app-instance-users/APP/user/"
#define USERS_DENIED                                                           \
	"{\"Code\":\"AccessDeniedException\",\"Message\":\"policy\"}"
/* What is told of a user that has our mark. */
#define USERS_OURS(name, person)                                               \
	"{\"AppInstanceUser\":{\"Name\":\"" name "\",\"Metadata\":"            \
	"\"{\\\"belfry\\\":{\\\"v\\\":1,\\\"person\\\":"                       \
	"\\\"" person "\\\"}}\"}}"
#define USERS_THEIRS "{\"AppInstanceUser\":{\"Name\":\"Bob\"}}"

struct users_rig {
	struct service s;
	struct users *users;
	size_t max_puppets;
	unsigned done;
	enum chime_error error; /* of the last one */
	char why[256];
};

/* Of each test; the rig is its state. */
int users_rig_setup(void **state);
int users_rig_teardown(void **state);
/* Another process, with the same file. */
void users_rig_restart(struct users_rig *f);

/* Asks for somebody ("net/bob", "Bob") in WORLD_CHANNEL. */
struct users_wait *users_rig_ensure(struct users_rig *f, const char *person,
	const char *nick, enum chime_priority priority);
/* So many were answered since the last time, this way; nothing else comes. */
void users_rig_expect(
	struct users_rig *f, unsigned done, enum chime_error error);
/* Has a puppet that is a member, by the calls that this takes. */
void users_rig_know(struct users_rig *f, const char *person, const char *nick);
/* What was appended since the last time. */
void users_rig_expect_log(struct users_rig *f, const char *text);

#endif
