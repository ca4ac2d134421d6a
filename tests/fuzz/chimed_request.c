/*
 * Requests to the service, without signatures and without HTTP, on a state in
 * memory. Input: requests as world_ask() takes them, separated by a line "--".
 * Every answer has a known status and its shape, and the state takes all of
 * it.
 */
#include "chimed_world.h"
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RUNS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	static unsigned runs;
	char AUTOFREE *text = xstrndup((const char *)data, size);
	char *at = text;

	if (world.db == NULL)
		world_init(&world);
	while (at != NULL) {
		char *end = strstr(at, "\n--\n");
		size_t len = end == NULL ? strlen(at) : (size_t)(end - at);

		free(world_ask(&world, (struct span){at, len}));
		at = end == NULL ? NULL : end + 4;
	}
	if (++runs % RUNS == 0 || !world_is_intact(&world))
		world_release(&world);
	return 0;
}
