/*
 * What a mirror makes of the lists that the source tells (model/presence.h):
 * who was shown and is not named by a complete list is gone. After a restart
 * that is how those are found who left meanwhile.
 *
 * A list that would take away more than MIRROR_LOSS_MAX people, and more than
 * half of those shown, is taken for broken until the next one says the same;
 * that one is asked for after MIRROR_CONFIRM_MS.
 */
#ifndef PEOPLE_CENSUS_H
#define PEOPLE_CENSUS_H

#include "people/mirror.h"

void census_on_roster(struct mirror *mirror, enum roster_state state);
/* The time before the next list is over. */
void census_on_confirm(void *arg);

#endif
