/*
 * Allocations of SQLite that fail on purpose. Ours do not: out of memory ends
 * the process there, by design.
 */
#ifndef SUPPORT_STORE_MEMORY_FAULT_H
#define SUPPORT_STORE_MEMORY_FAULT_H

#include <stdbool.h>

/* Once, before SQLite is used. */
void memory_fault_install(void);
/* The nth allocation from now on fails (from 1), and if it `stays` all that
 * follow; 0: none. Counts from the beginning. */
void memory_fault_set(unsigned nth, bool stays);
unsigned memory_fault_failures(void);

#endif
