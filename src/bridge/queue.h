/*
 * The items of a lane, in order. Tickets are given at the tail and run on
 * without a gap, so a receipt finds its item at once, whatever the length.
 * Has no ceiling of its own: the lane refuses before it is too long.
 */
#ifndef BRIDGE_QUEUE_H
#define BRIDGE_QUEUE_H

#include "bridge/item.h"

#include <stddef.h>
#include <stdint.h>

struct queue {
	struct item **slots; /* a ring */
	size_t size;         /* of the ring: 0 or a power of two */
	size_t count;
	uint64_t first; /* ticket of the head, or of the next to come */
};

/* Tickets begin with 1. */
void queue_init(struct queue *queue);
/* Frees the items too. */
void queue_release(struct queue *queue);

/* Owns the item from now on and gives it its ticket. */
void queue_push(struct queue *queue, struct item *item);
/* NULL when there is none of this ticket. */
struct item *queue_find(const struct queue *queue, uint64_t ticket);
struct item *queue_head(const struct queue *queue);
struct item *queue_tail(const struct queue *queue);
/* Frees the head. */
void queue_pop(struct queue *queue);

#endif
