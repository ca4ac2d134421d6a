/*
 * What the files of moderation share: the object itself, and how it tells. Only
 * they touch its members.
 */
#ifndef IRC_MODERATION_MODERATION_PRIVATE_H
#define IRC_MODERATION_MODERATION_PRIVATE_H

#include "irc_moderation/doing.h"
#include "irc_moderation/faces.h"
#include "irc_moderation/mode_writer.h"
#include "irc_moderation/moderation.h"

struct irc_stand;

/* A ban as it was told, to be found by other letters. */
struct irc_told_ban {
	UT_hash_handle hh;
	char mask[];
};

/* An attribute that was asked for. */
struct irc_asked_attribute {
	bool is_asked;
	unsigned again; /* times more, before it was answered */
	char *value;    /* as it will be told */
	size_t left;    /* mode changes without result */
	enum mirror_outcome outcome;
	char *why;
	struct timer *overdue;
	struct irc_moderation *moderation;
};

struct irc_moderation {
	struct loop *loop;
	struct irc_folk *folk;
	struct irc_conn *conn;
	struct irc_census *census;
	struct end_sink sink;
	char *channel;
	char *object; /* for logs */
	char *ban_mask;
	char *moderator_modes;
	char *restricted_modes;
	bool needs_account;

	struct irc_faces faces;
	struct irc_told_ban *told_bans;
	struct irc_mode_writer *writer;
	struct irc_stand *stands; /* under way, oldest first */
	size_t stand_count;
	uint64_t ticket; /* the last that was given */
	struct irc_asked_attribute asked[ATTRIBUTES];
	char *told[ATTRIBUTES]; /* as last told; NULL: unknown */
	int may[RIGHTS];        /* as last told; -1: never */
	bool is_key_said, is_hidden_said;

	struct irc_census_request *request;
	struct irc_portrait portrait;
	struct timer *soon;
	struct timer *late; /* the lists are overdue */
	bool waits_bans, waits_excepts;
	bool is_overdue;    /* it was told without these */
	bool lacks_excepts; /* they were hidden from us */
	bool is_on;
	bool is_in;    /* the channel */
	bool is_known; /* the lists have been told */
	bool is_fresh; /* new lists are wanted */
	bool is_closed;
};

/* May the sink be called? */
static inline bool moderation_tells(const struct irc_moderation *moderation)
{
	return moderation->is_on && !moderation->is_closed;
}

static inline const struct irc_isupport *moderation_isupport(
	const struct irc_moderation *moderation)
{
	return irc_conn_isupport(moderation->conn);
}

/* The channel as it is tracked; NULL when we are not in it. */
static inline const struct irc_channel *moderation_channel(
	const struct irc_moderation *moderation)
{
	return irc_conn_channel(moderation->conn, moderation->channel);
}

/* Tells of a face; NULL: of nobody in particular. */
void moderation_tell(struct irc_moderation *moderation,
	const struct standing *standing, const struct irc_face *face);
void moderation_tell_list(struct irc_moderation *moderation,
	enum standing_kind kind, enum roster_state state, bool is_whole);
/* The face of somebody in the channel; NULL: of one of those who are nobody,
 * or not there. *ret_is_news as irc_faces_see(). */
struct irc_face *moderation_see(
	struct irc_moderation *moderation, const char *nick, bool *ret_is_news);

#endif
