/*
 * Who may do what in one channel, and what it is called: the Chime end's
 * moderate, stand and set_attribute (model/end.h). It tells of bans and
 * moderators (chime_moderation/standings.h) while the bridge's user may
 * moderate the channel (chime_moderation/mandate.h), of attributes
 * (chime_moderation/attributes.h) always, and what we may change of all that.
 *
 * What our keys may not do is tried again after MODERATION_DENIED_MS.
 */
#ifndef CHIME_MODERATION_MODERATION_H
#define CHIME_MODERATION_MODERATION_H

#include "chime/client.h"
#include "chime_moderation/mandate.h"
#include "chime_users/users.h"
#include "model/sink.h"
#include "util/attr.h"

#include <stdbool.h>

enum { MODERATION_DENIED_MS = 10 * 60 * 1000 };

struct moderation;

struct moderation_params {
	struct chime_client *client; /* borrowed, as all but strings */
	struct users *users;
	struct mandate *mandate;
	const char *object; /* for logs; copied, as all strings */
	const char *bridge; /* ARN of the bridge's own user */
	int64_t every_ms;
	unsigned *load; /* see chime_moderation/pace.h */
	bool topic_is_name;
	bool puppets; /* people of IRC have users of their own */
	const struct end_sink *sink;
	/* This person is a member now. May close. */
	void (*joined)(void *arg, const char *person_id);
	void *arg;
};

/* May all be called inside callbacks of the client and of the sink. */
struct moderation *moderation_new(
	struct loop *loop, const struct moderation_params *params) MUST_CHECK;
/* Frees at the end of the turn; the sink is not called any more. NULL is
 * fine. */
void moderation_close(struct moderation *moderation);
/* The channel (ARN) can be used; maybe another one than before. */
void moderation_open(struct moderation *moderation, const char *channel);

/* As `moderate`, `stand` and `set_attribute` of model/end.h; NULL, of which
 * there are none, is fine for the first. */
void moderation_watch(struct moderation *moderation, bool on);
void moderation_stand(
	struct moderation *moderation, const struct standing_change *change);
void moderation_set(struct moderation *moderation, enum attribute attribute,
	const char *value);

#endif
