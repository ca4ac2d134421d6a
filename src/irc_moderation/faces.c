#include "irc_moderation/faces.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void irc_faces_init(struct irc_faces *faces, enum irc_casemap map)
{
	*faces = (struct irc_faces){.map = map};
}

static void face_free(struct irc_faces *faces, struct irc_face *face)
{
	HASH_DEL(faces->all, face);
	if (!face->is_here) {
		DL_DELETE(faces->gone, face);
		faces->gone_count--;
	}
	free(face->key);
	free(face->id);
	free(face->nick);
	free(face->user);
	free(face->host);
	free(face->account);
	free(face);
}

void irc_faces_release(struct irc_faces *faces)
{
	struct irc_face *face;
	struct irc_face *next;

	HASH_ITER (hh, faces->all, face, next)
		face_free(faces, face);
}

void irc_faces_set_map(struct irc_faces *faces, enum irc_casemap map)
{
	if (faces->map == map)
		return;
	irc_faces_release(faces);
	faces->map = map;
}

struct irc_face *irc_faces_find(const struct irc_faces *faces, const char *nick)
{
	struct irc_face *face;
	char key[IRC_NAME_BYTES];

	irc_casemap_fold(faces->map, nick, key, sizeof(key));
	HASH_FIND_STR(faces->all, key, face);
	return face;
}

static struct irc_face *face_new(struct irc_faces *faces, const char *nick)
{
	struct irc_face *face = xcalloc(1, sizeof(*face));
	char key[IRC_NAME_BYTES];

	irc_casemap_fold(faces->map, nick, key, sizeof(key));
	face->key = xstrdup(key);
	face->is_here = true;
	HASH_ADD_KEYPTR(hh, faces->all, face->key, strlen(face->key), face);
	return face;
}

static bool change(char **field, const char *value)
{
	if (str_eq(*field, value))
		return false;
	set_string(field, value);
	return true;
}

/* What is not known (any more) does not take the place of what was. */
static bool learn(struct irc_face *face, const struct irc_user *user)
{
	bool is_news = change(&face->nick, user->nick);

	if (*user->user || !face->user)
		is_news |= change(&face->user, user->user);
	if (*user->host || !face->host)
		is_news |= change(&face->host, user->host);
	is_news |= change(&face->account, user->account);
	is_news |= face->is_account_known != user->is_account_known;
	face->is_account_known = user->is_account_known;
	return is_news;
}

static void come_back(struct irc_faces *faces, struct irc_face *face)
{
	if (face->is_here)
		return;
	DL_DELETE(faces->gone, face);
	faces->gone_count--;
	face->is_here = true;
	face->is_moderator = false;
}

bool irc_faces_see(struct irc_faces *faces, const struct irc_user *user,
	const char *id, bool is_native, struct irc_face **ret)
{
	struct irc_face *face = irc_faces_find(faces, user->nick);
	bool is_news = false;

	/* Somebody else under the same nick is nobody we know. */
	if (face && !face->is_here && !str_eq(face->id, id)) {
		face_free(faces, face);
		face = NULL;
	}
	if (!face) {
		face = face_new(faces, user->nick);
		is_news = true;
	}
	if (!face->is_here)
		is_news = true;
	come_back(faces, face);
	is_news |= change(&face->id, id);
	face->is_native = is_native;
	is_news |= learn(face, user);
	*ret = face;
	return is_news;
}

void irc_faces_go(struct irc_faces *faces, struct irc_face *face)
{
	if (!face->is_here)
		return;
	face->is_here = false;
	DL_APPEND(faces->gone, face);
	if (++faces->gone_count > FACES_GONE_MAX)
		face_free(faces, faces->gone);
}

void irc_faces_all_gone(struct irc_faces *faces)
{
	struct irc_face *face;
	struct irc_face *next;

	HASH_ITER (hh, faces->all, face, next)
		irc_faces_go(faces, face);
}

void irc_faces_rename(
	struct irc_faces *faces, struct irc_face *face, const char *nick)
{
	struct irc_face *other = irc_faces_find(faces, nick);
	char key[IRC_NAME_BYTES];

	if (other && other != face)
		face_free(faces, other);
	irc_casemap_fold(faces->map, nick, key, sizeof(key));
	HASH_DEL(faces->all, face);
	set_string(&face->key, key);
	HASH_ADD_KEYPTR(hh, faces->all, face->key, strlen(face->key), face);
}

struct irc_ban_face irc_face_of(const struct irc_face *face)
{
	return (struct irc_ban_face){
		.nick = face->nick,
		.user = str_or_empty(face->user),
		.host = str_or_empty(face->host),
		.account = str_or_empty(face->account),
		.is_account_known = face->is_account_known,
	};
}
