/*
 * Puppets: the AppInstanceUsers that stand for people on IRC. Made when their
 * person first speaks, made members of a channel when they first speak in it,
 * and remembered in the store, so that a known person costs no call at all.
 */
#ifndef END_CHIME_USERS_H
#define END_CHIME_USERS_H

#include "chime/client.h"
#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>

struct users;
struct users_wait;

/* Strings are copied; client and store are borrowed. */
struct users_params {
	struct chime_client *client;
	struct store *store;
	const char *app_instance;  /* ARN */
	const char *bridge;        /* ARN of the bridge's own user */
	const char *name_template; /* {nick}, {network} */
};

struct users *users_new(const struct users_params *params) MUST_CHECK;
void users_free(struct users *users);

/* Is this the ARN of the bridge's own user or of a puppet? NULL is not. */
bool users_is_own(const struct users *users, const char *arn);
/* The ARN of the person's puppet (whether it exists or not), owned. */
char *users_arn(const struct users *users, const char *person_id) MUST_CHECK;
/* Whose puppet it is: the person's id on the other side, owned. NULL: it is no
 * puppet, or it is not known whose. */
char *users_person(const struct users *users, const char *arn) MUST_CHECK;

/* Makes sure that the person has a puppet and that it is a member. */
struct users_request {
	const char *person_id;
	const char *nick;
	const char *channel; /* ARN, or NULL: just the user */
};
/* `failed` is the call's result, NULL on success. */
typedef void users_fn(const struct chime_result *failed, void *arg);

/* NULL: it is so already, and the callback does not come. */
struct users_wait *users_ensure(struct users *users,
	const struct users_request *request, users_fn *fn,
	void *arg) MUST_CHECK;
void users_cancel(struct users_wait *wait);

/* Is the person known to have a puppet? */
bool users_knows(const struct users *users, const char *person_id);
/* What was remembered turned out wrong: ask again next time. */
void users_forget_member(
	struct users *users, const char *person_id, const char *channel);
void users_forget(struct users *users, const char *person_id);

/* Is the person kept out of the channel, as far as this process has seen? Of no
 * effect here: for who asks whether it is worth waiting for. */
bool users_is_barred(
	const struct users *users, const char *person_id, const char *channel);
void users_set_barred(struct users *users, const char *person_id,
	const char *channel, bool is_barred);

#endif
