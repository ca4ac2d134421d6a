/*
 * Notices that something goes to and fro: counts what happens within
 * WAR_WINDOW_MS of the first of it. Plain value, zero is peace. Times are
 * monotonic ms.
 */
#ifndef RECONCILE_WAR_H
#define RECONCILE_WAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WAR_WINDOW_MS = 60 * 1000, WAR_REST_MS = 10 * 60 * 1000 };

struct war {
	size_t count; /* within the window */
	int64_t since_ms;
	int64_t rest_until_ms; /* left alone until then */
};

/* It has happened once more. True: that is more than `most`, and it is left
 * alone from now on. */
bool war_count(struct war *war, size_t most, int64_t now_ms);
bool war_is_resting(const struct war *war, int64_t now_ms);
/* How long it must not be forgotten yet; 0: it may be. */
int64_t war_left_ms(const struct war *war, int64_t now_ms);

#endif
