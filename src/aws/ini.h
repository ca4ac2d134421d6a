/*
 * The files ~/.aws/config and ~/.aws/credentials: sections of settings. Read
 * only, nothing is copied: what comes out are spans of the text.
 *
 *	[profile name]          (in credentials: [name])
 *	key = value             # comment
 *	s3 =
 *	    nested = ignored
 *
 * Lines that are none of these are passed over. Source: AWS SDKs and Tools
 * Reference Guide, "Shared config and credentials files".
 */
#ifndef AWS_INI_H
#define AWS_INI_H

#include "util/attr.h"
#include "util/str.h"

#include <stdbool.h>

struct ini {
	struct span rest;
	struct span section; /* between the brackets, trimmed; "" before any */
};

struct ini_setting {
	struct span section;
	struct span key;
	struct span value; /* trimmed, may be empty */
};

void ini_init(struct ini *ini, struct span text);
/* The next setting; false at the end. */
bool ini_next(struct ini *ini, struct ini_setting *ret) MUST_CHECK;

enum ini_kind { INI_CREDENTIALS, INI_CONFIG };

/* Is there a section for this profile? */
bool ini_has_profile(struct span text, enum ini_kind kind, const char *profile);
/* The last value of that key in the profile; false: none, or empty. */
struct ini_query {
	enum ini_kind kind;
	const char *profile;
	const char *key;
};
bool ini_get(struct span text, const struct ini_query *query,
	struct span *ret) MUST_CHECK;

#endif
