/*
 * What is due first: a binary heap of items that other structs embed. The heap
 * does not own its items; an item remembers its place, so that it can be taken
 * out in O(log n). Items with the same due time leave in the order in which
 * they came. No limit of its own: one entry per existing timer.
 */
#ifndef NET_DUE_H
#define NET_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_item {
	int64_t due_ms;
	uint64_t seq; /* given by due_add(), ever growing */
	size_t place; /* 1-based; 0: in no heap */
};

struct due_heap {
	struct due_item **items;
	size_t count;
	size_t size;
	uint64_t next_seq;
};

void due_init(struct due_heap *heap);
void due_release(struct due_heap *heap);
/* The item must be in no heap. */
void due_add(struct due_heap *heap, struct due_item *item, int64_t due_ms);
/* Harmless when the item is in no heap. */
void due_remove(struct due_heap *heap, struct due_item *item);
/* The item that is due first, or NULL. */
struct due_item *due_first(const struct due_heap *heap);
bool due_is_in(const struct due_item *item);

#endif
