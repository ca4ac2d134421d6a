/*
 * What is remembered of the users that stand for people, by user id, and of
 * their memberships: in memory (about 110 bytes a user with one membership)
 * and as facts of the store, so that a known person costs no call.
 *
 *	space "puppet", key USERID
 *		{"v":1, "nick", "sum", "day"[, "person"]}  a user of ours
 *		{"v":1, "foreign":true}  taken by somebody else, or used up
 *		anything else: the nick (as files of earlier versions have it)
 *	space "member", key "CHANNEL|USERID"
 *		"made SECONDS"   made by us then (wall)
 *		"found SECONDS"  it was there when we came
 *		... " in-doubt"  behind these: it was about to be made, or to
 *		    be ended, and what became of that is not known
 *		anything else: not known which, long ago
 *
 * "sum" is a checksum of the display name that it was given, "day" the last one
 * on which its person was seen (days since 1970), "person" the person's id,
 * percent-encoded, where the user id does not tell it (chime_users/userid.h).
 */
#ifndef CHIME_USERS_PUPPETS_H
#define CHIME_USERS_PUPPETS_H

#include "chime_users/seats.h"
#include "model/store.h"
#include "util/attr.h"

struct puppets;

/* The store is borrowed. What it knows is read now. */
struct puppets *puppets_new(struct store *store) MUST_CHECK;
void puppets_free(struct puppets *puppets);

struct puppet {
	const char *id;     /* USERID */
	const char *nick;   /* of the person */
	const char *person; /* its id; NULL: as the user id says, if it does */
	uint32_t sum;       /* 0: of the nick by the present template */
	uint16_t day;       /* 0: not known */
};

/* Those of ours. */
size_t puppets_count(const struct puppets *puppets);
/* False: not known, or not ours. Strings are borrowed until the next change. */
bool puppets_get(
	const struct puppets *puppets, const char *id, struct puppet *ret);
/* Adds or replaces. A NULL person leaves the one that is known. */
void puppets_put(struct puppets *puppets, const struct puppet *puppet);
/* There is no such user any more; nor its memberships. */
void puppets_forget(struct puppets *puppets, const char *id);
/* Of all of ours; fn may change nothing. */
typedef void puppets_fn(void *arg, const struct puppet *puppet);
void puppets_each(const struct puppets *puppets, puppets_fn *fn, void *arg);
/* Was seen on that day. Written only when that is news. */
void puppets_seen(struct puppets *puppets, const char *id, uint16_t day);
/* The id of the person, owned; NULL: not known. */
char *puppets_person(const struct puppets *puppets, const char *id) MUST_CHECK;

/* A user of this id is not ours and never will be. */
void puppets_set_foreign(struct puppets *puppets, const char *id);
bool puppets_is_foreign(const struct puppets *puppets, const char *id);

/* Of this process alone: does the user exist still? To be asked. */
void puppets_set_doubted(
	struct puppets *puppets, const char *id, bool is_doubted);
bool puppets_is_doubted(const struct puppets *puppets, const char *id);

/* Memberships. Of users that are not known nothing is kept. */
void puppets_join(struct puppets *puppets, const char *id, const char *channel,
	bool is_made);
void puppets_leave(
	struct puppets *puppets, const char *id, const char *channel);
bool puppets_is_member(
	const struct puppets *puppets, const char *id, const char *channel);
/* It is about to be made, or to be ended: it counts for none, and is not
 * forgotten, until one of the two above says how that went, or that nothing
 * has changed. */
void puppets_doubt_member(
	struct puppets *puppets, const char *id, const char *channel);
void puppets_trust_member(
	struct puppets *puppets, const char *id, const char *channel);
/* It is one, or that is in doubt. */
bool puppets_may_be_member(
	const struct puppets *puppets, const char *id, const char *channel);
/* Wall ms of when it was made or found; 0: not known. */
int64_t puppets_member_ms(
	const struct puppets *puppets, const char *id, const char *channel);

struct puppets_member {
	struct puppet puppet;
	bool is_made;
	bool is_in_doubt;
};
typedef void puppets_member_fn(void *arg, const struct puppets_member *member);
/* Of one channel; fn may change nothing. */
void puppets_each_member(const struct puppets *puppets, const char *channel,
	puppets_member_fn *fn, void *arg);
size_t puppets_members(const struct puppets *puppets, const char *channel);

/* See seats.h. */
void puppets_mind(struct puppets *puppets, const char *channel, bool is_minded);
bool puppets_is_minded(const struct puppets *puppets, const char *id);

#endif
