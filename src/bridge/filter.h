/*
 * What is not relayed, and who is not shown on the other side: masks of people
 * and regular expressions over texts, from the settings, and masks that people
 * have added by command.
 */
#ifndef BRIDGE_FILTER_H
#define BRIDGE_FILTER_H

#include "util/attr.h"
#include "util/err.h"

#include <stddef.h>

struct bridge;

/* Lists of masks and regular expressions; see belfry.conf(5), filter. */
struct pattern_list {
	const char *const *items;
	size_t count;
};
struct filter_params {
	struct pattern_list ignore_irc;
	struct pattern_list ignore_chime;
	struct pattern_list drop_irc;
	struct pattern_list drop_chime;
	struct pattern_list never_puppet;
};

/* What holds for all mappings from now on. -EINVAL with `err`: a pattern that
 * cannot be read, and nothing changes. */
int bridge_set_filter(struct bridge *bridge, const struct filter_params *filter,
	struct err *err) MUST_CHECK;

#endif
