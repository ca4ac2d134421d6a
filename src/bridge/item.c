#include "bridge/item.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static const char *put(char **at, const char *bytes, size_t len)
{
	char *start = *at;

	if (len > 0)
		memcpy(start, bytes, len);
	*at = start + len;
	return start;
}

struct item *item_new(
	struct lane *lane, const struct parcel *parcel, const char *sender)
{
	size_t id_bytes = strlen(parcel->source_id) + 1;
	size_t token_bytes = strlen(parcel->token) + 1;
	size_t sender_bytes = strlen(str_or_empty(sender)) + 1;
	struct item *item =
		xcalloc(1, sizeof(*item) + id_bytes + token_bytes +
				   sender_bytes + parcel->payload_len + 1);
	char *at = (char *)(item + 1);

	item->lane = lane;
	item->parcel = *parcel;
	item->parcel.source_id = put(&at, parcel->source_id, id_bytes);
	item->parcel.token = put(&at, parcel->token, token_bytes);
	item->sender = put(&at, str_or_empty(sender), sender_bytes);
	item->parcel.payload = put(&at, parcel->payload, parcel->payload_len);
	item->through = parcel->position;
	return item;
}

size_t item_bytes(const struct item *item)
{
	return sizeof(*item) + item->parcel.payload_len +
	       strlen(item->parcel.source_id) + strlen(item->parcel.token);
}

void item_free(struct item *item)
{
	free(item);
}
