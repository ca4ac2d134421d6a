#include "end_chime/page.h"

#include "chime/decode.h"

#include <stdlib.h>

static int64_t time_at(const json_t *page, size_t i)
{
	struct chime_message message;
	chime_decode_message(json_array_get(page, i), &message);
	return message.created_ms;
}

void page_order(json_t *page)
{
	for (size_t i = 1; i < json_array_size(page); i++) {
		int64_t time_ms = time_at(page, i);
		size_t to = i;
		while (time_ms && to > 0 && time_at(page, to - 1) > time_ms)
			to--;
		if (to == i)
			continue;
		json_t *item = json_incref(json_array_get(page, i));
		if (json_array_remove(page, i) != 0 ||
			json_array_insert_new(page, to, item) != 0)
			abort();
	}
}
