/*
 * Puppets: the AppInstanceUsers that stand for people on IRC. Made when their
 * person first speaks or is to be shown, made members of a channel likewise,
 * renamed in the background when their person has another name, and remembered
 * in the store (chime_users/puppets.h), so that a known person costs no call at
 * all.
 *
 * Nobody speaks through a user of somebody else: one that is there already is
 * taken as the person's only when it carries our mark (chime_users/display.h)
 * or is remembered; else the person gets another id, for good.
 *
 * When there are as many as `max_puppets`, or the service has no room for
 * more, no new ones are made: the result is then CHIME_LIMIT.
 */
#ifndef CHIME_USERS_USERS_H
#define CHIME_USERS_USERS_H

#include "chime/client.h"
#include "chime_users/puppets.h"
#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>

struct users;
struct users_wait;

/* Strings are copied; loop, client and store are borrowed. */
struct users_params {
	struct loop *loop;
	struct chime_client *client;
	struct store *store;
	const char *app_instance;  /* ARN */
	const char *bridge;        /* ARN of the bridge's own user */
	const char *name_template; /* {nick}, {network} */
	size_t max_puppets;        /* 0: 90000 */
};

struct users *users_new(const struct users_params *params) MUST_CHECK;
/* Nobody may wait any more. */
void users_free(struct users *users);

/* Is this the ARN of the bridge's own user or of a puppet? NULL is not. */
bool users_is_own(const struct users *users, const char *arn);
/* The ARN of the person's puppet (whether it exists or not), owned. It changes
 * when the id turns out to be somebody else's. */
char *users_arn(const struct users *users, const char *person_id) MUST_CHECK;
/* Of a user id; owned. */
char *users_arn_of(const struct users *users, const char *id) MUST_CHECK;
/* Whose puppet it is: the person's id on the other side, owned. NULL: it is no
 * puppet, or it is not known whose. */
char *users_person(const struct users *users, const char *arn) MUST_CHECK;

/* Makes sure that the person has a puppet and that it is a member. */
struct users_request {
	const char *person_id;
	const char *nick;    /* as it is now: a puppet of another is renamed */
	const char *channel; /* ARN, or NULL: just the user */
	enum chime_priority priority;
};
/* `failed` is the call's result, NULL on success. */
typedef void users_fn(const struct chime_result *failed, void *arg);

/*
 * NULL: it is so already, and the callback does not come. Several may wait for
 * the same person and channel: the calls are made once, and are live as soon
 * as one of them is.
 */
struct users_wait *users_ensure(struct users *users,
	const struct users_request *request, users_fn *fn,
	void *arg) MUST_CHECK;
void users_cancel(struct users_wait *wait);

/* Is the person known to have a puppet? */
bool users_knows(const struct users *users, const char *person_id);
/* And is it known to be a member there? */
bool users_is_member(
	const struct users *users, const char *person_id, const char *channel);
/* Wall ms since when it is known to be one; 0: long ago, or not. */
int64_t users_member_ms(
	const struct users *users, const char *person_id, const char *channel);
/* It is none any more. */
void users_forget_member(
	struct users *users, const char *person_id, const char *channel);
/* This user (ARN), if it is a puppet, is needed as it is: it is not retired for
 * as long as one who was seen today. */
void users_keep(struct users *users, const char *arn);
/* See puppets_doubt_member() in chime_users/puppets.h. */
void users_doubt_member(
	struct users *users, const char *person_id, const char *channel);
void users_trust_member(
	struct users *users, const char *person_id, const char *channel);
bool users_may_be_member(
	const struct users *users, const char *person_id, const char *channel);
/* The person is called so now: the user, if there is one, is renamed, in the
 * background. */
void users_call(struct users *users, const char *person_id, const char *nick);
/* Its user may be gone: looked for before it is used again. */
void users_doubt(struct users *users, const char *person_id);

/* Is the person kept out of the channel? See chime_users/barred.h. */
bool users_is_barred(
	const struct users *users, const char *person_id, const char *channel);
void users_set_barred(struct users *users, const char *person_id,
	const char *channel, bool is_barred);

/* All that is remembered; to be read. */
struct puppets *users_puppets(struct users *users);
/* Who is a member there is present: they are taken out when they are not. Such
 * users are not retired. */
void users_mind(struct users *users, const char *channel, bool is_minded);

#endif
