#include "store_memory_fault.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

static sqlite3_mem_methods real;
static atomic_uint nth;
static atomic_bool stays;
static atomic_uint calls;
static atomic_uint failures;

static bool fails(void)
{
	unsigned call;

	if (nth == 0)
		return false;
	call = ++calls;
	if (call < nth || (call > nth && !stays))
		return false;
	failures++;
	return true;
}

static void *fault_malloc(int size)
{
	return fails() ? NULL : real.xMalloc(size);
}

static void *fault_realloc(void *memory, int size)
{
	return fails() ? NULL : real.xRealloc(memory, size);
}

void memory_fault_install(void)
{
	sqlite3_mem_methods ours;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		abort();
	ours = real;
	ours.xMalloc = fault_malloc;
	ours.xRealloc = fault_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK)
		abort();
}

void memory_fault_set(unsigned wanted, bool all_that_follow)
{
	nth = 0;
	calls = 0;
	failures = 0;
	stays = all_that_follow;
	nth = wanted;
}

unsigned memory_fault_failures(void)
{
	return failures;
}
