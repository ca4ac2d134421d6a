/*
 * What is not relayed, and who is not shown on the other side: masks of people
 * and regular expressions over texts, from the settings, and what people have
 * added by command (command/command.h). A mask is held against a person's
 * address and against their name; either will do.
 *
 * struct filter is what holds for one mapping: the settings of all mappings,
 * its own, mutes and opt-outs. It answers from memory, in time bounded by the
 * number of patterns (util/pattern.h). Answers change as commands and reloads
 * do; whoever remembers one is told by mapping_refilter() (bridge/mapping.h).
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "model/person.h"
#include "model/store.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

struct filter;
struct filters;

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

/* `way` is where the person's words go. */

/* `all` is borrowed, the rest copied. NULL with `err` (-EINVAL). */
struct filter *filter_new(const struct filters *all, const char *mapping,
	const struct filter_params *own, struct err *err) MUST_CHECK;
void filter_free(struct filter *filter); /* NULL is fine */

/* A filter that is NULL answers false. */

/* Is this person neither relayed nor shown? */
bool filter_ignores(const struct filter *filter, enum lane_way way,
	const struct person *person);
/* Are they relayed, but by the bridge's own user and without a likeness? */
bool filter_unshown(const struct filter *filter, enum lane_way way,
	const struct person *person);
/* Is this text not to be relayed? */
bool filter_drops(const struct filter *filter, enum lane_way way,
	const char *text, size_t len);

#endif
