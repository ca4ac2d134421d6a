/*
 * One call on its way through the service: what was asked, by whom, about
 * which channel, and what is answered. It lives on the stack for as long as
 * it is handled; all it points to is borrowed.
 *
 * Also the look-ups that many operations share. Those that can refuse return
 * false after they have set the answer.
 */
#ifndef CHIMED_CALL_H
#define CHIMED_CALL_H

#include "chime/operations.h"
#include "chimed/answer.h"
#include "chimed/args.h"
#include "chimed/db.h"
#include "chimed/roles.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What all calls of one service have in common. */
struct realm {
	const char *region;
	const char *account;
	const char *const *admins; /* user ids, NULL ends; or NULL */
	const int64_t *quotas;     /* by enum quota; NULL: there are none */
};

struct user {
	int64_t id;
	int64_t app_instance;
	const char *arn;
};

struct channel {
	int64_t id;
	int64_t app_instance;
	const char *arn;
};

struct call {
	struct db *db;
	const struct realm *realm;
	const struct chime_operation *operation;
	struct args args;
	int64_t now_ms;         /* never goes back within one state file */
	struct user bearer;     /* id 0: the operation has none */
	struct channel channel; /* id 0: the operation has none */
	struct roles roles;
	struct answer *answer;
};

void call_ok(struct call *call, json_t *body); /* takes body */
/* The same from text; takes its content. */
void call_text(struct call *call, struct buf *body);

/* Fills bearer and its roles that do not depend on a channel. */
bool call_load_bearer(struct call *call, const char *arn) MUST_CHECK;
/* Fills channel and the bearer's roles in it. */
bool call_load_channel(struct call *call, const char *arn) MUST_CHECK;

/* Is it a user at all? Says nothing. */
bool call_find_user(
	struct call *call, const char *arn, struct user *ret) MUST_CHECK;
/* The user that a member names, of the bearer's app instance; absent: the
 * bearer. */
bool call_subject(
	struct call *call, const char *member, struct user *ret) MUST_CHECK;
/* The app instance that AppInstanceArn names; of the bearer, if any. */
bool call_app_instance(struct call *call, int64_t *ret_id) MUST_CHECK;
/* What a description or change of a user or app instance says when there is
 * no such. */
void call_unknown(struct call *call, const char *arn);
/* By the settings or by an operation. */
bool call_is_admin(struct call *call, const struct user *user);

/* Does the user stand in that list of the channel? */
enum seat { SEAT_MEMBER, SEAT_MODERATOR, SEAT_BAN, SEAT_COUNT };
bool call_is_seated(struct call *call, enum seat seat, const struct user *user);

/* ---- the shapes of answers ---- */

/* {"ChannelArn": ..., key: value}; takes value, which may be NULL. */
json_t *call_of_channel(
	const struct call *call, const char *key, json_t *value) MUST_CHECK;
/* {"Arn", "Name"} of a user. */
json_t *call_identity_of(struct call *call, const struct user *user) MUST_CHECK;
/* The same from two columns. */
json_t *call_identity(struct sqlite3_stmt *row, int column) MUST_CHECK;
/* {arn_key, "Name", "Metadata"} of the first three columns: an app instance or
 * a user as lists have it. */
json_t *call_entity(struct sqlite3_stmt *row, const char *arn_key) MUST_CHECK;
/* The answer {key: entity} with the times of two more columns. Takes it. */
void call_describe(struct call *call, const char *key, json_t *entity,
	struct sqlite3_stmt *row);
/* Sets seconds with milliseconds; NULL columns set nothing. */
void call_set_time(
	json_t *object, const char *key, struct sqlite3_stmt *row, int column);
/* Sets a text column; NULL sets nothing. */
void call_set_text(
	json_t *object, const char *key, struct sqlite3_stmt *row, int column);

#endif
