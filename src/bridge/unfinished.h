/*
 * What an earlier process left unfinished of the events of a lane, by source
 * id: parts that were confirmed, and sends whose outcome is not known. Looked
 * at once, when the event comes again.
 */
#ifndef BRIDGE_UNFINISHED_H
#define BRIDGE_UNFINISHED_H

#include <stddef.h>
#include <stdint.h>

/* A set begins as NULL. */
struct unfinished;

/* The entry of this id, made when it is not there. */
void unfinished_part(
	struct unfinished **set, const char *source_id, size_t progress);
void unfinished_sent(
	struct unfinished **set, const char *source_id, int64_t at_ms);

struct unfinished_state {
	size_t progress; /* bytes confirmed; 0: none */
	int64_t at_ms;   /* when it was sent without known outcome; 0: not */
};
/* Takes the entry out; all zero when there is none. */
struct unfinished_state unfinished_take(
	struct unfinished **set, const char *source_id);
void unfinished_free(struct unfinished **set);

#endif
