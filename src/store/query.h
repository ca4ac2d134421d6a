/*
 * Reads what is durable: the rows of one query, each as a record.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "model/store.h"
#include "util/attr.h"

#include <sqlite3.h>

/* 0, -EINVAL for a kind that cannot be asked for, -EIO when it cannot be read
 * (some rows may have been given by then). */
int query_run(sqlite3 *db, const struct store_query *query, store_each_fn *fn,
	void *arg) MUST_CHECK;

#endif
