/*
 * The way out of a lane: hands parcels to the destination room, in order and
 * at most `window` of them not yet known to be done, and acts on its receipts.
 */
#ifndef BRIDGE_DELIVERY_H
#define BRIDGE_DELIVERY_H

#include "bridge/lane.h"
#include "model/receipt.h"

/* Delivers what may be delivered now; cheap when nothing may. */
void lane_pump(struct lane *lane);
/* sink.receipt of the destination room. */
void lane_receipt(struct lane *lane, const struct receipt *receipt);
/* Gives an item up that nobody is busy with: as if it was handled. */
void lane_drop(struct lane *lane, struct item *item);
/* What was only going to be sent is not in doubt. */
void lane_take_intents_back(struct lane *lane);
/* The time to wait after RECEIPT_LATER is over. */
void lane_on_retry(void *arg);
/* The outbox record of an item (arg) is durable. */
void lane_on_saved(void *arg);

#endif
