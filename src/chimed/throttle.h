/*
 * Enforces the published rates (chime/rates.h): a call takes a token from
 * every bucket it counts in, which are that of all identity calls, that of
 * its operation's rate, and its bearer's; where one of them is empty it takes
 * none and is refused. A bucket holds THROTTLE_BURST_S seconds' worth.
 *
 * Buckets are made when they are first asked and forgotten when they are full
 * again; of THROTTLE_BUCKETS the one that was not asked for longest makes room
 * for a new one, which forgives whoever emptied it.
 */
#ifndef CHIMED_THROTTLE_H
#define CHIMED_THROTTLE_H

#include "chimed/call.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { THROTTLE_BUCKETS = 8192, THROTTLE_BURST_S = 1 };

struct throttle;

/* The region decides some of the rates. */
struct throttle *throttle_new(const char *region) MUST_CHECK;
void throttle_free(struct throttle *throttle); /* NULL is fine */
/*
 * May the call, whose bearer and arguments are known, go on? Else it has been
 * answered 429. NULL throttle: any may. `now_ms` is monotonic.
 */
bool throttle_pass(struct throttle *throttle, struct call *call,
	int64_t now_ms) MUST_CHECK;
size_t throttle_count(const struct throttle *throttle); /* of buckets */

#endif
