/*
 * People of the other side as members of one channel: the Chime end's admit,
 * dismiss and shown (model/end.h). What is known costs no call; all else is
 * done in the background, so that messages go first. How many are asked for at
 * once is bounded by who asks.
 *
 * A dismissal is of the membership alone: the user stays, until it is retired.
 */
#ifndef END_CHIME_ADMISSION_H
#define END_CHIME_ADMISSION_H

#include "chime_users/users.h"
#include "model/presence.h"
#include "net/loop.h"

struct admission;

struct admission_params {
	struct loop *loop;
	struct chime_client *client; /* borrowed, as users */
	struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN, as far as it is known before, or NULL */
	const char *bridge;  /* ARN of the bridge's own user */
	bool puppets;        /* false: nobody is shown */
	/* Does this person say something just now? Or NULL. */
	bool (*is_speaking)(void *arg, const char *person_id);
	/* Once for each admit and dismiss; from the loop. */
	void (*mirrored)(void *arg, const struct mirror_receipt *receipt);
	void *arg;
};

struct admission *admission_new(
	const struct admission_params *params) MUST_CHECK;
/* The channel can be used: all that is asked before is told to come later. */
void admission_open(struct admission *admission, const char *channel);
/* Frees at the end of the turn; no receipt comes any more. NULL is fine. */
void admission_close(struct admission *admission);

void admission_admit(struct admission *admission, const struct person *person);
void admission_dismiss(
	struct admission *admission, const struct removal *removal);
void admission_shown(const struct admission *admission,
	void (*fn)(void *arg, const struct shown *shown), void *arg);

#endif
