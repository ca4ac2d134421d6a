/*
 * Channels that were found: as a table for people, as JSON, and as entries
 * for `mappings` of belfry.conf(5).
 */
#ifndef CTL_CHANNELS_PRINT_H
#define CTL_CHANNELS_PRINT_H

#include "ctl/channels.h"
#include "util/attr.h"

#include <stdio.h>

/* What could forge a terminal's text is shown as '?'. */
void channels_print_table(const struct channels *channels, FILE *out);
/* An array; owned. */
json_t *channels_json(const struct channels *channels) MUST_CHECK;
/*
 * Entries for those that no mapping has. The IRC channel is a guess from the
 * name, on the first network; `config` may be NULL. Prints nothing when all
 * are mapped.
 */
void channels_print_mappings(const struct channels *channels,
	const struct belfry_config *config, FILE *out);

#endif
