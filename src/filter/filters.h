/*
 * What all mappings have in common of filters: the rules of the settings, and
 * what people have added by command.
 */
#ifndef FILTER_FILTERS_H
#define FILTER_FILTERS_H

#include "filter/filter.h"
#include "filter/mutes.h"
#include "filter/optouts.h"
#include "filter/rules.h"

/* Both lists are NULL when the state could not be read. */
struct filters {
	struct rules *rules; /* NULL: none */
	struct mutes *mutes;
	struct optouts *optouts;
};

/* `ended`: the time of a mute is over. Blocks for the disk. -EIO: what people
 * have added cannot be read. */
int filters_init(struct filters *filters, struct loop *loop,
	struct store *store, mutes_ended_fn *ended, void *arg) MUST_CHECK;
void filters_release(struct filters *filters);
/* -EINVAL with `err`, and nothing changes; nor when they are the same. */
int filters_set(struct filters *filters, const struct filter_params *params,
	bool *ret_changed, struct err *err) MUST_CHECK;

#endif
