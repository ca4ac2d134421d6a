/*
 * Removals that cross: whoever is shown in the destination and was removed
 * there is removed in the source too, with the reason and the name of who did
 * it; or, where we may not, the source is told. They are not shown again until
 * they come anew, or speak.
 *
 * No loop: who is removed in the source by us is not shown any more by then,
 * so nothing is left to be done. What others do without end kicks.c stops.
 */
#ifndef PEOPLE_EXPULSION_H
#define PEOPLE_EXPULSION_H

#include "people/mirror.h"

/* `presence` is of the destination, PRESENCE_REMOVED, of this member. */
void expulsion(struct mirror *mirror, struct member *member,
	const struct presence *presence);

#endif
