/*
 * The tables of the state file. Times are wall milliseconds. Text columns
 * `arn` are full ARNs. A change of the tables is a new entry in the list:
 * schema_steps[v] takes a file from version v to v + 1.
 *
 * A message's place in its channel is (created_ms, id); the index on
 * (channel, created_ms) ends with the row id, so a page costs the same at any
 * depth and length.
 */
#ifndef CHIMED_SCHEMA_H
#define CHIMED_SCHEMA_H

#include "chimed/db.h"

extern const char *const schema_steps[DB_VERSION];

#endif
