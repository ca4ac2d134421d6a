/*
 * Who said something, as one side knows them. Values only; all strings are
 * borrowed from whoever made the value and valid as long as it says.
 */
#ifndef MODEL_PERSON_H
#define MODEL_PERSON_H

#include <stdbool.h>

struct person {
	/*
	 * Stable on its side and within it unique: for IRC
	 * "network/@account", or "network/nick" of one who is not logged in
	 * (both folded), for Chime the user ARN. Never NULL.
	 */
	const char *id;
	const char *name;    /* what people see: nick or display name */
	const char *account; /* services account, or NULL */
	/*
	 * What patterns of settings are held against: for IRC nick!user@host,
	 * for Chime the user ARN. NULL when it is not known.
	 */
	const char *address;
	bool is_bot; /* says so of itself (IRCv3 bot mode) */
	/* Has no likeness on the other side: spoken for by the bridge's own
	 * user. Set by the bridge. */
	bool is_unshown;
};

#endif
