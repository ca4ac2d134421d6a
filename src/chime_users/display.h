/*
 * How a user that stands for a person is called and marked: the display name,
 * by the template of the settings, and the Metadata that says whose it is:
 * {"belfry":{"v":1, "person"}} with the person's id, percent-encoded (one that
 * is too long for that: "sha256:" and the digest).
 */
#ifndef CHIME_USERS_DISPLAY_H
#define CHIME_USERS_DISPLAY_H

#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* The template's {nick} and {network} are replaced; cleaned to what the API
 * takes (no controls, nothing outside the BMP, 100 characters), never empty.
 * Owned. */
char *display_name(const char *name_template, const char *person_id,
	const char *nick) MUST_CHECK;
/* Of a name; never 0. */
uint32_t display_sum(const char *name);

/* Owned; the same for the same person. */
char *display_mark(const char *person_id) MUST_CHECK;
enum display_owner {
	DISPLAY_OURS,    /* the mark of this person */
	DISPLAY_OTHERS,  /* that of another one */
	DISPLAY_UNKNOWN, /* none */
};
/* metadata: as the service tells it, or NULL. */
enum display_owner display_owner(const char *metadata, const char *person_id);

#endif
