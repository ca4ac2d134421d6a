/*
 * One page of a listing of messages (the array ChannelMessages).
 */
#ifndef END_CHIME_PAGE_H
#define END_CHIME_PAGE_H

#include <jansson.h>

/* Orders it by time, if the service did not; those of one ms, and those
 * without a time, stay where they are. */
void page_order(json_t *page);

#endif
