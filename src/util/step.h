/*
 * Named steps of a message's way, for tests that end the process at one of
 * them. In a build with --enable-steps the environment decides:
 *
 *	BELFRY_DIE_AT="3 line is saved"  its third time is the last: SIGKILL
 *	BELFRY_STEPS=FILE                each step's name is appended to FILE
 *
 * In any other build a step is nothing. Steps may be passed by any thread; the
 * count and the two settings are the process's own.
 */
#ifndef UTIL_STEP_H
#define UTIL_STEP_H

#include "config.h"

#ifdef ENABLE_STEPS
void step(const char *name);
#else
static inline void step(const char *name)
{
	(void)name;
}
#endif

#endif
