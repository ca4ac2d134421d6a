/*
 * What the settings say about the mirror of people of a mapping, and how far it
 * is.
 */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who is shown on the other side (belfry.conf(5), mirror.members). */
enum members_policy { MEMBERS_OFF, MEMBERS_LAZY, MEMBERS_FULL };

struct mirror_params {
	enum members_policy to_irc;   /* people of Chime on IRC */
	enum members_policy to_chime; /* people of IRC in Chime */
	bool kicks;                   /* a removal there is one here */
	bool announce;                /* comings and goings on IRC, in words */
	int64_t quit_ms;              /* who quit IRC stays for so long */
	int64_t split_ms;             /* and whom a netsplit took */
};

/* One way. */
struct mirror_stats {
	size_t here;    /* on their own side */
	size_t shown;   /* on the other */
	size_t waiting; /* to be shown, or to be taken away */
	size_t refused;
	bool is_known; /* the list of who is here has come */
	uint64_t admitted, dismissed, expelled; /* since the start */
};

#endif
