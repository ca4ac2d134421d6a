#include "irc_puppets/gate.h"

enum {
	RESPITE_MS = 600 * 1000, /* after the network has had enough of us */
	THROTTLED_MS = 30 * 1000,
	BANS_MAX = 3, /* in a row */
	FAILURES_MAX = 3,
	NEWS_MS = 600 * 1000,
};

size_t irc_gate_limit(const struct irc_gate *gate, int64_t now_ms)
{
	size_t max = gate->settings->max;
	bool is_low = now_ms < gate->low_until_ms;

	return is_low && gate->low_limit < max ? gate->low_limit : max;
}

const char *irc_gate_obstacle(
	struct irc_gate *gate, size_t count, int64_t now_ms)
{
	size_t limit = irc_gate_limit(gate, now_ms);

	if (gate->barred_until_ms - now_ms > THROTTLED_MS)
		return "the network lets nobody new in just now";
	if (count < limit)
		return NULL;
	if (limit == gate->settings->max &&
		log_once_is_news(&gate->limit_news, "limit", NEWS_MS))
		log_warn(gate->object,
			"%zu puppets are connected, more are not allowed "
			"(puppets.max): the others are relayed",
			limit);
	return "there are as many connections as are allowed";
}

int64_t irc_gate_opens_ms(const struct irc_gate *gate)
{
	return gate->barred_until_ms > gate->next_ms ? gate->barred_until_ms
						     : gate->next_ms;
}

bool irc_gate_is_barred(const struct irc_gate *gate, int64_t now_ms)
{
	return gate->barred_until_ms > now_ms;
}

void irc_gate_pass(struct irc_gate *gate, int64_t now_ms)
{
	gate->next_ms = now_ms + gate->settings->connect_interval_ms;
}

void irc_gate_on_ready(struct irc_gate *gate)
{
	gate->bans = 0;
	gate->failures = 0;
}

static void bar(struct irc_gate *gate, int64_t until_ms)
{
	if (until_ms > gate->barred_until_ms)
		gate->barred_until_ms = until_ms;
}

void irc_gate_on_banned(struct irc_gate *gate, int64_t now_ms, const char *why)
{
	if (++gate->bans < BANS_MAX)
		return;
	gate->bans = 0;
	bar(gate, now_ms + RESPITE_MS);
	if (log_once_is_news(&gate->ban_news, "banned", NEWS_MS))
		log_warn(gate->object,
			"%d puppets in a row were not let in (%s): no new one "
			"for ten minutes, their people are relayed",
			BANS_MAX, why);
}

void irc_gate_on_refused(struct irc_gate *gate, int64_t now_ms, const char *why)
{
	if (log_once_is_news(&gate->refusal_news, "refused", NEWS_MS))
		log_warn(gate->object,
			"a puppet is not let in (%s): who is not is relayed",
			why);
	irc_gate_on_banned(gate, now_ms, why);
}

void irc_gate_on_throttled(struct irc_gate *gate, int64_t now_ms)
{
	bar(gate, now_ms + THROTTLED_MS);
}

void irc_gate_on_failed(struct irc_gate *gate, const char *why)
{
	if (++gate->failures < FAILURES_MAX)
		return;
	gate->failures = 0;
	if (log_once_is_news(&gate->failure_news, "failed", NEWS_MS))
		log_warn(gate->object,
			"puppets could not connect %d times in a row (%s): "
			"their people are relayed until they can",
			FAILURES_MAX, why);
}

void irc_gate_on_too_many(
	struct irc_gate *gate, size_t count, int64_t now_ms, const char *why)
{
	gate->low_limit = count;
	gate->low_until_ms = now_ms + RESPITE_MS;
	if (log_once_is_news(&gate->limit_news, "low", NEWS_MS))
		log_warn(gate->object,
			"the server takes no more than %zu puppets (%s): the "
			"others are relayed for ten minutes",
			count, why);
}
