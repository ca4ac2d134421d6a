/*
 * What lists and summaries say of a channel, from the columns of a row of
 * `channels AS c`.
 */
#ifndef CHIMED_SUMMARY_H
#define CHIMED_SUMMARY_H

#include "chimed/call.h"
#include "util/attr.h"

#include <jansson.h>

/* The first columns of a SELECT; further ones begin at SUMMARY_END. */
#define SUMMARY_COLUMNS                                                        \
	"c.arn, c.name, c.mode, c.privacy, c.metadata, c.last_message_ms"
enum { SUMMARY_END = 6 };

json_t *summary_of(struct sqlite3_stmt *row) MUST_CHECK;
/* {"ChannelSummary": summary_of(row)} */
json_t *summary_wrapped(struct sqlite3_stmt *row) MUST_CHECK;

#endif
