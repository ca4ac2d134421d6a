/*
 * What sort of being somebody on a network is: a person, one of us, a bridge
 * like us, a robot, a service; and a person of IRC in the bridge's words. What
 * reads messages, lists channels and hears commands decides by this alone.
 */
#ifndef IRC_PEOPLE_FOLK_H
#define IRC_PEOPLE_FOLK_H

#include "irc/conn.h"
#include "irc_people/identity.h"
#include "model/person.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_puppets;

/* All borrowed by whoever is given it, for the end's life. */
struct irc_folk {
	const struct irc_conn *conn;
	const char *network;
	struct irc_identity *identity;
	const struct irc_puppets *puppets; /* or NULL */
	char **relays;                     /* owned, masks */
	size_t relay_count;
	bool ignores_bots;
	/* "!chime" is for us, not for the others in the channel. */
	bool has_commands;
};

enum irc_sort {
	IRC_SORT_PERSON,
	IRC_SORT_SELF,    /* our own nick, a puppet */
	IRC_SORT_BRIDGE,  /* somebody else's bridge, by the settings */
	IRC_SORT_BOT,     /* and bots are ignored */
	IRC_SORT_SERVICE, /* host "services.…": not one of the people */
};

/* Copied, but for the network's name. */
struct irc_folk_params {
	const char *network;
	const char *const *relays; /* masks of other bridges' users */
	size_t relay_count;
	bool ignores_bots;
	bool has_commands;
};
/* `identity` and `puppets` are set by the owner. */
void irc_folk_init(struct irc_folk *folk, const struct irc_conn *conn,
	const struct irc_folk_params *params);
void irc_folk_release(struct irc_folk *folk);

/*
 * `is_bot`: says so of itself. A service is told by its host alone, whose
 * first label is "services" ("services.libera.chat", "services.int"): that is
 * what service packages ship with. A false one of that kind is a person who is
 * not listed, but heard.
 */
enum irc_sort irc_folk_sort(const struct irc_folk *folk,
	const struct irc_source *source, bool is_bot);
/* The same of somebody in a channel. */
enum irc_sort irc_folk_sort_user(
	const struct irc_folk *folk, const struct irc_user *user);

/* A person and the memory that it borrows from. */
struct irc_portrait {
	struct person person;
	/* Decoded: UTF-8, else CP1252. */
	struct buf name;
	struct buf account;
	struct buf address;
	struct buf id;
};

void irc_portrait_init(struct irc_portrait *portrait);
void irc_portrait_release(struct irc_portrait *portrait);
/* Who sends this message of now; of the past. */
void irc_portrait_of_message(struct irc_portrait *portrait,
	const struct irc_folk *folk, const struct irc_message *message);
void irc_portrait_of_past(struct irc_portrait *portrait,
	const struct irc_folk *folk, const struct irc_message *message);
/* Somebody in a channel, or one who was, whose id is known. */
void irc_portrait_of_user(struct irc_portrait *portrait,
	const struct irc_folk *folk, const char *id,
	const struct irc_user *user);

#endif
