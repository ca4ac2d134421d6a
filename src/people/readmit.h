/*
 * Who is banned on the other side is not shown there any more; and whose ban is
 * over may be shown again at once, if they are still there.
 */
#ifndef PEOPLE_READMIT_H
#define PEOPLE_READMIT_H

#include "people/mirror.h"

/* The destination has removed them, and would refuse them. Nobody of that id,
 * or one about whom a call is under way: nothing happens. */
void unadmit(struct mirror *mirror, const char *person_id);
/* Forgets that this native was refused or removed in the destination. Nobody
 * of that id: nothing happens. */
void readmit(struct mirror *mirror, const char *person_id);

#endif
