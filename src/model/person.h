/*
 * Who said something, as one side knows them. Values only; all strings are
 * borrowed from whoever made the value and valid as long as it says.
 */
#ifndef MODEL_PERSON_H
#define MODEL_PERSON_H

struct person {
	/*
	 * Stable on its side and within it unique: for IRC
	 * "network/@account", or "network/nick" of one who is not logged in
	 * (both folded), for Chime the user ARN. Never NULL.
	 */
	const char *id;
	const char *name;    /* what people see: nick or display name */
	const char *account; /* services account, or NULL */
};

#endif
