/*
 * How many puppets a network takes, and when the next of them may connect: one
 * per connect_interval_ms, `max` in all; for ten minutes fewer when the server
 * says that it has too many from us, and nobody new for ten minutes when three
 * in a row were banned or refused. Says so in the log, once for each respite;
 * and when three in a row could not connect.
 *
 * Times are the loop's, in ms. Owns nothing.
 */
#ifndef IRC_PUPPETS_GATE_H
#define IRC_PUPPETS_GATE_H

#include "irc_puppets/puppet_settings.h"
#include "util/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins as {0}, with the first three members filled in. */
struct irc_gate {
	const char *object;                         /* for logs; borrowed */
	const struct irc_puppet_settings *settings; /* borrowed */
	int64_t next_ms; /* nobody connects before that */
	int64_t barred_until_ms;
	size_t low_limit; /* instead of max, until then */
	int64_t low_until_ms;
	unsigned bans;     /* in a row; refusals count */
	unsigned failures; /* the same, to be connected at all */
	struct log_once limit_news, ban_news, refusal_news, failure_news;
};

size_t irc_gate_limit(const struct irc_gate *gate, int64_t now_ms);
/* Why there can be no new one beside `count` others (for people, static), or
 * NULL. */
const char *irc_gate_obstacle(
	struct irc_gate *gate, size_t count, int64_t now_ms);

/* From when on the next one may connect. */
int64_t irc_gate_opens_ms(const struct irc_gate *gate);
/* Is nobody let in for a reason of the server's? */
bool irc_gate_is_barred(const struct irc_gate *gate, int64_t now_ms);
/* One connects. */
void irc_gate_pass(struct irc_gate *gate, int64_t now_ms);

/* One was let in. */
void irc_gate_on_ready(struct irc_gate *gate);
/* One was not: it is banned; refused, as by a wrong WEBIRC; it is too early;
 * there are too many, no more than `count`. `why` is the server's word. */
void irc_gate_on_banned(struct irc_gate *gate, int64_t now_ms, const char *why);
void irc_gate_on_refused(
	struct irc_gate *gate, int64_t now_ms, const char *why);
void irc_gate_on_throttled(struct irc_gate *gate, int64_t now_ms);
/* One did not get so far. */
void irc_gate_on_failed(struct irc_gate *gate, const char *why);
void irc_gate_on_too_many(
	struct irc_gate *gate, size_t count, int64_t now_ms, const char *why);

#endif
