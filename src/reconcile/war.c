#include "reconcile/war.h"

bool war_count(struct war *war, size_t most, int64_t now_ms)
{
	if (war->count == 0 || now_ms - war->since_ms >= WAR_WINDOW_MS) {
		war->count = 0;
		war->since_ms = now_ms;
	}
	war->count++;
	if (war->count <= most)
		return false;
	war->count = 0;
	war->rest_until_ms = now_ms + WAR_REST_MS;
	return true;
}

bool war_is_resting(const struct war *war, int64_t now_ms)
{
	return now_ms < war->rest_until_ms;
}

int64_t war_left_ms(const struct war *war, int64_t now_ms)
{
	int64_t left_ms = war->rest_until_ms - now_ms;

	if (left_ms <= 0 && war->count)
		left_ms = war->since_ms + WAR_WINDOW_MS - now_ms;
	return left_ms > 0 ? left_ms : 0;
}
