/*
 * Who was removed in the destination of a mirror and is not to be shown there
 * again by themselves: durable (facts of space "outcast", by way, mapping and
 * person), so that a restart does not bring back whom a moderator has sent
 * away. Forgotten when they come anew, or speak, or are gone.
 */
#ifndef PEOPLE_OUTCAST_H
#define PEOPLE_OUTCAST_H

#include "model/store.h"
#include "people/mirror.h"

/* Makes members of those who are remembered. Reads from disk; what cannot be
 * read is logged, and nobody is remembered then. */
void outcast_recall(struct mirror *mirror);
/* Writes down what has changed about this member, if anything has.
 * `is_over`: nothing is to be remembered of them. */
void outcast_note(struct mirror *mirror, struct member *member, bool is_over);
/* The mapping is no more, nor is anybody remembered who was removed there.
 * Reads from disk; what cannot be read stays. */
void outcast_forget(struct store *store, const char *mapping);

#endif
