/*
 * The inside of a channel, and what the tracker does to it. Readers use
 * irc/channel.h.
 */
#ifndef IRC_CHANNEL_PRIVATE_H
#define IRC_CHANNEL_PRIVATE_H

#include "irc/channel.h"
#include "irc/people.h"
#include "util/attr.h"
#include "util/hash.h"

struct irc_member_node {
	struct irc_member member; /* first: what readers see */
	struct irc_person *person;
	struct irc_channel *channel;
	unsigned seen;                /* the NAMES list that had it last */
	struct irc_member_node *prev; /* of the person's memberships */
	struct irc_member_node *next;
	UT_hash_handle hh; /* by person */
};

struct irc_entry_node {
	struct irc_list_entry entry; /* first */
	char *key;                   /* folded mask */
	unsigned seen;               /* the listing that had it last */
	UT_hash_handle hh;           /* by key, oldest first */
};

struct irc_mode_list {
	char letter;
	struct irc_entry_node *entries;
	unsigned listing; /* number of the listing that runs or ran last */
	bool is_listing;
	bool is_complete;
};

enum { IRC_CHANNEL_LISTS_MAX = 8 };

struct irc_channel {
	struct irc_people *people; /* borrowed from the tracker */
	char *name;
	char *key; /* folded name */
	struct irc_member_node *members;
	unsigned names; /* number of the NAMES list that runs or ran last */
	bool in_names;  /* between 353 and 366 */
	bool is_listed;
	bool is_cut;
	bool modes_known;
	bool who_known;
	char modes[IRC_CHANNEL_MODES_MAX + 1];
	char **params; /* of modes[i], or NULL; NULL: none has had any */
	char *topic;
	char *topic_setter;
	int64_t topic_ms;
	struct irc_mode_list lists[IRC_CHANNEL_LISTS_MAX];
	size_t list_count;
	UT_hash_handle hh; /* in the tracker's table */
};

struct irc_channel *irc_channel_new(
	struct irc_people *people, const char *name) MUST_CHECK;
/* Its members leave it; people without a channel are forgotten. */
void irc_channel_free(struct irc_channel *channel);

struct irc_member_node *irc_channel_find(
	const struct irc_channel *channel, const char *nick);
/* Finds or makes the member; NULL at a ceiling. */
struct irc_member_node *irc_channel_add(
	struct irc_channel *channel, const char *nick);
/* Forgets the person too when this was the last channel. */
void irc_channel_remove(struct irc_member_node *node);
/* +o, -v. Letters that are no membership modes change nothing. */
void irc_member_set_mode(struct irc_member_node *node,
	const struct irc_isupport *isupport, char mode, bool on);

void irc_channel_set_mode(
	struct irc_channel *channel, char mode, bool on, const char *param);
void irc_channel_clear_modes(struct irc_channel *channel);
void irc_channel_set_topic(
	struct irc_channel *channel, const struct irc_topic *topic);

/* NULL when there are too many kinds of lists already. */
struct irc_mode_list *irc_channel_list(struct irc_channel *channel, char mode);
void irc_channel_add_entry(struct irc_channel *channel, char mode,
	const struct irc_list_entry *entry);
void irc_channel_remove_entry(
	struct irc_channel *channel, char mode, const char *mask);
/* A listing begins (called for each of its entries) and ends: entries that it
 * did not have are gone. */
void irc_channel_list_begin(struct irc_channel *channel, char mode);
void irc_channel_list_end(struct irc_channel *channel, char mode);
/* The same for NAMES. */
void irc_channel_names_begin(struct irc_channel *channel);
void irc_channel_names_end(struct irc_channel *channel);

#endif
