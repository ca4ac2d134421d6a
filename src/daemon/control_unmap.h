/*
 * The control socket's requests about a mapping that shall leave no trace:
 * begin, and how far it is. Its mapping must not run any more, so that nothing
 * makes anew what is taken away.
 *
 * How far each is, is remembered until the daemon ends; of the oldest that
 * are done at most UNMAPS_MAX.
 */
#ifndef DAEMON_CONTROL_UNMAP_H
#define DAEMON_CONTROL_UNMAP_H

#include "daemon/control_answer.h"

struct unmaps;

enum { UNMAPS_MAX = 64 };

struct unmaps *unmaps_new(void) MUST_CHECK;
/* The end of Chime must not call any more, or be gone before the next turn of
 * the loop. NULL is fine. */
void unmaps_free(struct unmaps *unmaps);

/* Parameters: mapping, delete_channel (1: if the bridge had made it). */
struct control_answer control_unmap_begin(
	const struct control_request *request) MUST_CHECK;
/* {"mapping", "channel", "removed", "left", "kept", "failed",
 * "channel_deleted", "done", "why"} */
struct control_answer control_unmap_progress(
	const struct control_request *request) MUST_CHECK;

#endif
