/*
 * What is known of a channel that we are in: who is there with which rank, its
 * modes, topic and lists. Kept true by irc/track.h; read only here. Get one
 * with irc_conn_channel(). Pointers are valid until the next message is
 * processed.
 *
 * Bounds: IRC_CHANNEL_MEMBERS_MAX members, IRC_CHANNEL_ENTRIES_MAX entries in
 * each list; those past that are not known (and is_cut says so).
 *
 * Names are compared under the server's case mapping; strings are as received,
 * any bytes but NUL, CR and LF.
 */
#ifndef IRC_CHANNEL_H
#define IRC_CHANNEL_H

#include "irc/isupport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IRC_CHANNEL_MEMBERS_MAX = 100000,
	IRC_CHANNEL_ENTRIES_MAX = 5000,
	IRC_CHANNEL_MODES_MAX = 64,
	IRC_NAME_BYTES = 256, /* longest nick or channel name that is tracked */
};

struct irc_channel;

/* A person. Parts that are not known (yet) are "". */
struct irc_user {
	const char *nick;
	const char *user;
	const char *host;
	const char *account; /* "" unknown or not logged in */
	const char *realname;
	bool is_account_known; /* "" means: not logged in */
	bool is_away;
	bool is_bot; /* says so of itself: bot mode, or the tag `bot` */
};

struct irc_member {
	const struct irc_user *user;
	/* Membership modes, highest first: "ov". Without multi-prefix only the
	 * highest may be known at first. */
	char modes[IRC_PREFIXES_MAX + 1];
};

struct irc_topic {
	const char *text;   /* "" none */
	const char *setter; /* nick or mask, "" unknown */
	int64_t set_ms;     /* wall ms, 0 unknown */
};

/* An entry of a list mode: a ban, an exception, a quiet, ... */
struct irc_list_entry {
	const char *mask;
	const char *setter; /* "" unknown */
	int64_t set_ms;     /* wall ms, 0 unknown */
};

/* As the server writes it. */
const char *irc_channel_name(const struct irc_channel *channel);
/* Has the first NAMES list come to its end? */
bool irc_channel_is_listed(const struct irc_channel *channel);
/* Has the answer to a WHO of it come to its end? */
bool irc_channel_who_known(const struct irc_channel *channel);

size_t irc_channel_member_count(const struct irc_channel *channel);
/* NULL when that nick is not there. */
const struct irc_member *irc_channel_member(
	const struct irc_channel *channel, const char *nick);
/* The one after `prev`, the first for NULL; NULL at the end. */
const struct irc_member *irc_channel_next_member(
	const struct irc_channel *channel, const struct irc_member *prev);
bool irc_member_has_mode(const struct irc_member *member, char mode);
/* Have members been left out because there are too many? */
bool irc_channel_is_cut(const struct irc_channel *channel);

/* Has the reply to MODE (324) come? */
bool irc_channel_modes_known(const struct irc_channel *channel);
bool irc_channel_has_mode(const struct irc_channel *channel, char mode);
/* The argument of a mode that is set, "" without; NULL when it is not set. */
const char *irc_channel_mode_param(
	const struct irc_channel *channel, char mode);
/* The modes that are set, in no order: "nt". */
const char *irc_channel_modes(const struct irc_channel *channel);

struct irc_topic irc_channel_topic(const struct irc_channel *channel);

/*
 * The list of a list mode ('b'), oldest first as far as known. It is complete
 * when it was asked for with "MODE #channel b" and has come to its end, and is
 * kept true from then on.
 */
bool irc_channel_list_is_complete(const struct irc_channel *channel, char mode);
size_t irc_channel_list_count(const struct irc_channel *channel, char mode);
/* The one after `prev`, the first for NULL; NULL at the end. */
const struct irc_list_entry *irc_channel_next_entry(
	const struct irc_channel *channel, char mode,
	const struct irc_list_entry *prev);
/* By mask, under the case mapping; or NULL. */
const struct irc_list_entry *irc_channel_entry(
	const struct irc_channel *channel, char mode, const char *mask);

#endif
