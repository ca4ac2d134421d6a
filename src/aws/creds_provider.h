/*
 * What a provider of credentials is to the chain in creds.c. A provider
 * answers at once, or says CREDS_PENDING and calls fetch->done later. Only
 * creds*.c include this.
 */
#ifndef AWS_CREDS_PROVIDER_H
#define AWS_CREDS_PROVIDER_H

#include "aws/creds.h"
#include "aws/ini.h"
#include "net/child.h"
#include "util/attr.h"
#include "util/buf.h"

struct creds_fetch;

enum creds_outcome {
	CREDS_FOUND,   /* key, expire_ms and source are set */
	CREDS_NONE,    /* not configured here: ask the next */
	CREDS_FAILED,  /* configured but unusable: stop; err is set */
	CREDS_PENDING, /* done() will come */
};

typedef void creds_done_fn(
	struct creds_fetch *fetch, enum creds_outcome outcome);

enum { CREDS_NOTES_BYTES = 400 };

struct creds_fetch {
	struct loop *loop;
	const struct creds_params *params;
	creds_done_fn *done;
	struct child *child; /* credential_process under way */
	struct sigv4_key key;
	int64_t expire_ms; /* 0: never */
	char *source;      /* owned; for people */
	struct buf notes;  /* where was looked in vain */
	struct err err;
};

typedef enum creds_outcome creds_start_fn(struct creds_fetch *fetch);

enum creds_outcome creds_env_start(struct creds_fetch *fetch) MUST_CHECK;
enum creds_outcome creds_profile_start(struct creds_fetch *fetch) MUST_CHECK;
enum creds_outcome creds_process_start(struct creds_fetch *fetch) MUST_CHECK;

/* Adds a sentence to the notes. */
void creds_note(struct creds_fetch *fetch, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* ---- the shared files, for the providers that read them ---- */

struct creds_file {
	enum ini_kind kind;
	char *path;      /* owned; NULL: there is no home directory */
	struct buf text; /* "" when there is no such file */
};

/* Which profile is meant; borrowed. */
const char *creds_profile_name(const struct creds_params *params);
/*
 * Reads a file. One that does not exist is empty, unless it was named: then
 * that is an error, as is one that cannot be read. 0 or negative errno.
 */
int creds_file_open(struct creds_file *file, enum ini_kind kind,
	const struct creds_params *params, struct err *err) MUST_CHECK;
/* Overwrites the text: it holds secrets. */
void creds_file_close(struct creds_file *file);
/* An owned copy of a setting of the profile, or NULL. */
char *creds_file_get(const struct creds_file *file, const char *profile,
	const char *key) MUST_CHECK;
/* Frees a string after overwriting it; NULL is fine. */
void creds_forget(char *secret);

#endif
