#include "net/due.h"

#include "util/alloc.h"

#include <stdlib.h>

void due_init(struct due_heap *heap)
{
	*heap = (struct due_heap){.items = NULL};
}

void due_release(struct due_heap *heap)
{
	free(heap->items);
	due_init(heap);
}

static bool due_before(const struct due_item *a, const struct due_item *b)
{
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms;
	return a->seq < b->seq;
}

static void due_put(struct due_heap *heap, size_t place, struct due_item *item)
{
	heap->items[place - 1] = item;
	item->place = place;
}

static void due_rise(struct due_heap *heap, struct due_item *item, size_t place)
{
	while (place > 1) {
		struct due_item *parent = heap->items[place / 2 - 1];

		if (due_before(parent, item))
			break;
		due_put(heap, place, parent);
		place /= 2;
	}
	due_put(heap, place, item);
}

static size_t due_smaller_child(const struct due_heap *heap, size_t place)
{
	size_t child = place * 2;

	if (child < heap->count &&
		due_before(heap->items[child], heap->items[child - 1]))
		child++;
	return child;
}

static void due_sink(struct due_heap *heap, struct due_item *item, size_t place)
{
	while (place * 2 <= heap->count) {
		size_t child = due_smaller_child(heap, place);

		if (due_before(item, heap->items[child - 1]))
			break;
		due_put(heap, place, heap->items[child - 1]);
		place = child;
	}
	due_put(heap, place, item);
}

void due_add(struct due_heap *heap, struct due_item *item, int64_t due_ms)
{
	if (heap->count == heap->size) {
		heap->size = heap->size == 0 ? 16 : heap->size * 2;
		heap->items = xreallocarray(
			heap->items, heap->size, sizeof(heap->items[0]));
	}
	item->due_ms = due_ms;
	item->seq = heap->next_seq++;
	due_rise(heap, item, ++heap->count);
}

void due_remove(struct due_heap *heap, struct due_item *item)
{
	size_t place = item->place;
	struct due_item *last;

	if (place == 0)
		return;
	last = heap->items[--heap->count];
	item->place = 0;
	if (last == item)
		return;
	due_rise(heap, last, place);
	due_sink(heap, last, last->place);
}

struct due_item *due_first(const struct due_heap *heap)
{
	return heap->count > 0 ? heap->items[0] : NULL;
}

bool due_is_in(const struct due_item *item)
{
	return item->place != 0;
}
