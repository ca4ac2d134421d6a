#include "bridge/queue.h"

#include "util/alloc.h"

#include <stdlib.h>

enum { QUEUE_FIRST_SIZE = 8 };

void queue_init(struct queue *queue)
{
	*queue = (struct queue){.first = 1};
}

void queue_release(struct queue *queue)
{
	while (queue->count > 0)
		queue_pop(queue);
	free(queue->slots);
	queue->slots = NULL;
	queue->size = 0;
}

static size_t slot_of(const struct queue *queue, uint64_t ticket)
{
	return (size_t)(ticket & (queue->size - 1));
}

static void queue_grow(struct queue *queue)
{
	struct queue larger = *queue;

	larger.size = queue->size ? queue->size * 2 : QUEUE_FIRST_SIZE;
	larger.slots = xcalloc(larger.size, sizeof(struct item *));
	for (uint64_t t = queue->first; t < queue->first + queue->count; t++)
		larger.slots[slot_of(&larger, t)] =
			queue->slots[slot_of(queue, t)];
	free(queue->slots);
	*queue = larger;
}

void queue_push(struct queue *queue, struct item *item)
{
	if (queue->count == queue->size)
		queue_grow(queue);
	item->parcel.ticket = queue->first + queue->count++;
	queue->slots[slot_of(queue, item->parcel.ticket)] = item;
}

struct item *queue_find(const struct queue *queue, uint64_t ticket)
{
	if (ticket < queue->first || ticket - queue->first >= queue->count)
		return NULL;
	return queue->slots[slot_of(queue, ticket)];
}

struct item *queue_head(const struct queue *queue)
{
	return queue_find(queue, queue->first);
}

struct item *queue_tail(const struct queue *queue)
{
	return queue_find(queue, queue->first + queue->count - 1);
}

void queue_pop(struct queue *queue)
{
	item_free(queue_head(queue));
	queue->count--;
	queue->first++;
}
