/*
 * Whom bans of one channel may be about: those who are in it, and those who
 * were in it in this session, each with the address under which they were last
 * seen. By nick; a person with two sessions has two faces. Pure.
 *
 * Bounds: all who are there; FACES_GONE_MAX who have gone, the oldest is
 * forgotten first.
 */
#ifndef IRC_MODERATION_FACES_H
#define IRC_MODERATION_FACES_H

#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc_moderation/ban_mask.h"
#include "util/attr.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>

enum { FACES_GONE_MAX = 2000 };

struct irc_face {
	char *key; /* folded nick */
	char *id;  /* the person's: ours, or that of the other side */
	bool is_native;
	char *nick;
	char *user;
	char *host;
	char *account;
	bool is_account_known;
	bool is_here;
	/* As was last told, and whether it was nobody's doing. */
	bool is_moderator;
	bool is_automatic;
	struct irc_face *prev, *next; /* who is gone, oldest first */
	UT_hash_handle hh;
};

struct irc_faces {
	enum irc_casemap map;
	struct irc_face *all;
	struct irc_face *gone;
	size_t gone_count;
};

void irc_faces_init(struct irc_faces *faces, enum irc_casemap map);
void irc_faces_release(struct irc_faces *faces);
/* Another case mapping: all are forgotten when it is one. */
void irc_faces_set_map(struct irc_faces *faces, enum irc_casemap map);

struct irc_face *irc_faces_find(
	const struct irc_faces *faces, const char *nick);
/* Who is in the channel. True when that is news: who was not known, or by
 * another address, account or id. *ret is the face. */
bool irc_faces_see(struct irc_faces *faces, const struct irc_user *user,
	const char *id, bool is_native, struct irc_face **ret);
void irc_faces_go(struct irc_faces *faces, struct irc_face *face);
/* All are gone: the channel is not seen any more. */
void irc_faces_all_gone(struct irc_faces *faces);
/* Has gone by that nick, and goes by another: a face that has it is forgotten.
 */
void irc_faces_rename(
	struct irc_faces *faces, struct irc_face *face, const char *nick);

struct irc_ban_face irc_face_of(const struct irc_face *face);

#endif
