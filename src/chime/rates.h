/*
 * The published rates of the service as data: calls per second, whose calls
 * count together, and the name of the rate in configuration, status and
 * metrics. The client keeps below them, the local service can enforce them.
 * Source: Amazon Chime SDK endpoints and quotas, the tables of messaging and
 * identity API rates. Burst sizes are not published.
 */
#ifndef CHIME_RATES_H
#define CHIME_RATES_H

#include "chime/operations.h"

/* Whose calls count together. */
enum chime_scope {
	CHIME_PER_ACCOUNT,
	CHIME_PER_APP_INSTANCE,
	CHIME_PER_CHANNEL,
	CHIME_PER_USER, /* the one that is asked about or changed */
	CHIME_PER_BEARER,
};

struct chime_rate {
	const char *name; /* "bearer", "member_changes", ... */
	enum chime_scope scope;
	double per_second;
	double frankfurt; /* in eu-central-1, where it differs; 0: it does not
			   */
};

/* Never NULL for budget < CHIME_BUDGET_COUNT. */
const struct chime_rate *chime_rate(enum chime_budget budget);
/* Calls per second in that region. */
double chime_rate_in(enum chime_budget budget, const char *region);

#endif
