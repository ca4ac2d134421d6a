/*
 * Hash tables: uthash (https://troydhanson.github.io/uthash/), of which each
 * table begins small here. A mapping has some ten, and most of them hold an
 * entry or two for ever; as it comes, uthash begins each with 32 buckets, which
 * is half a KB. They grow as ever.
 *
 * Include this, never <uthash.h>.
 */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <uthash.h>

#undef HASH_INITIAL_NUM_BUCKETS
#undef HASH_INITIAL_NUM_BUCKETS_LOG2
#define HASH_INITIAL_NUM_BUCKETS 4U
#define HASH_INITIAL_NUM_BUCKETS_LOG2 2U

#endif
