/*
 * Whose ban is over may be shown again at once, if they are still there.
 */
#ifndef BRIDGE_READMIT_H
#define BRIDGE_READMIT_H

#include "bridge/mirror.h"

/* Forgets that this native was refused or removed in the destination. Nobody
 * of that id: nothing happens. */
void readmit(struct mirror *mirror, const char *person_id);

#endif
